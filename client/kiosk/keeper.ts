// Keeps a conversation with the server, forever: opens one, waits while it is away, and opens a new one when it is lost. Knows how long
// each break lasted.
import { ApiError } from '../src/api.ts';
import { attempts } from '../src/attempts.ts';
import type { ConnectionStatus } from '../src/conversation.ts';

/** Shorter breaks are not worth a word: sound and picture most often go on meanwhile. */
const BREAK_MS = 1500;

export interface KeeperParts {
  /** Opens a conversation and joins it. @throws ApiError, or whatever else is wrong */
  open(): Promise<void>;
  /** Ends the one that is open. */
  close(): void;
  /** The connection has been gone for a moment, or is back; `isNew`: in another conversation, so what was said is forgotten. */
  onAway(away: boolean, isNew: boolean): void;
  onError(error: unknown): void;
}

export class Keeper {
  readonly #parts: KeeperParts;
  connection: ConnectionStatus = 'connecting';
  recoveries = 0;
  slowestRecoveryMs = 0;
  #opening = 0;
  #brokenAtMs: number | undefined;
  #isAway = false;
  #isNew = true;
  #awayTimer = 0;

  constructor(parts: KeeperParts) {
    this.#parts = parts;
  }

  /** A new conversation in place of the one that is there. Does not reject: what fails is told and tried again, every two seconds. */
  async renew(): Promise<void> {
    this.#opening += 1;
    const opening = this.#opening;
    this.#isNew = true;
    this.#parts.close();
    if (await this.#open()) return;
    for await (const _ of attempts(Number.POSITIVE_INFINITY)) {
      // Somebody asked for another one meanwhile.
      if (opening !== this.#opening || (await this.#open())) return;
    }
  }

  /** To be told whenever the connection changes. */
  show(connection: ConnectionStatus): void {
    this.connection = connection;
    document.body.dataset.connection = connection;
    if (connection === 'connected') this.#back();
    else if (connection === 'reconnecting') this.#broken();
  }

  /** To be told when the server, or the time, has ended the conversation. */
  lost(error: unknown): void {
    this.#parts.onError(error);
    // An end that was due, as of a conversation that was open for as long as it may be, is no break.
    if (!(error instanceof ApiError && error.code === 'conversation_closed')) this.#broken();
    void this.renew();
  }

  async #open(): Promise<boolean> {
    try {
      await this.#parts.open();
      return true;
    } catch (error) {
      this.#parts.onError(error);
      this.#parts.close();
      this.#broken();
      return false;
    }
  }

  #broken(): void {
    if (this.#brokenAtMs !== undefined) return;
    this.#brokenAtMs = performance.now();
    this.#awayTimer = window.setTimeout(() => {
      this.#isAway = true;
      this.#parts.onAway(true, false);
    }, BREAK_MS);
  }

  #back(): void {
    window.clearTimeout(this.#awayTimer);
    if (this.#brokenAtMs !== undefined && this.#isAway) {
      this.recoveries += 1;
      this.slowestRecoveryMs = Math.max(this.slowestRecoveryMs, performance.now() - this.#brokenAtMs);
    }
    this.#brokenAtMs = undefined;
    this.#isAway = false;
    this.#parts.onAway(false, this.#isNew);
    this.#isNew = false;
  }
}
