// Brings sound and picture back after their way broke: by an ICE restart (RFC 8445 section 9), which keeps all else; where that does not
// help, or the server has given the way up, by a new way. Goes on until packets flow again.
import { ApiError } from './api.ts';
import { attempts } from './attempts.ts';

/** After so many restarts without packets a new way is made. */
const RESTARTS = 2;
/** Packets follow a restart or a new way within this time, or not at all. */
const FLOW_WAIT_MS = 4000;

export interface RepairParts {
  /** False once packets flow, or nothing can be asked of the server just now. */
  isWanted(): boolean;
  restart(): Promise<void>;
  renew(): Promise<void>;
  /** The server says that the conversation is over. */
  onGone(error: ApiError): void;
}

export class MediaRepair {
  readonly #parts: RepairParts;
  #isRunning = false;
  #stopWaiting: () => void = () => {};

  constructor(parts: RepairParts) {
    this.#parts = parts;
  }

  /** Packets flow. */
  flows(): void {
    this.#stopWaiting();
  }

  /** The server can be asked again: whatever was asked before has got lost, so nothing is waited for. */
  hurry(): void {
    this.#stopWaiting();
    void this.start();
  }

  /** Repairs until packets flow; harmless while it does so already. */
  async start(): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    try {
      // Restarts since the way was made.
      let restarts = 0;
      for await (const _ of attempts(Number.POSITIVE_INFINITY)) {
        if (!this.#parts.isWanted()) return;
        const outcome = restarts < RESTARTS ? await this.#try(this.#parts.restart) : await this.#try(this.#parts.renew);
        if (outcome === 'unknown way') restarts = RESTARTS;
        if (outcome !== 'asked') continue;
        restarts = (restarts + 1) % (RESTARTS + 1);
        await this.#waitForFlow();
      }
    } finally {
      this.#isRunning = false;
    }
  }

  async #try(act: () => Promise<void>): Promise<'asked' | 'unknown way' | 'failed'> {
    try {
      await act();
      return 'asked';
    } catch (error) {
      const code = error instanceof ApiError ? error.code : undefined;
      if (error instanceof ApiError && error.code.startsWith('conversation_')) this.#parts.onGone(error);
      // The rest may go by itself, as a socket that broke meanwhile does.
      else if (this.#parts.isWanted()) console.warn('Sound and picture did not come back yet:', error);
      return code === 'transport_failed' ? 'unknown way' : 'failed';
    }
  }

  #waitForFlow(): Promise<void> {
    if (!this.#parts.isWanted()) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = window.setTimeout(resolve, FLOW_WAIT_MS);
      this.#stopWaiting = () => {
        window.clearTimeout(timer);
        resolve();
      };
    });
  }
}
