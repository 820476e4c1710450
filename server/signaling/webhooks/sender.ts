// Tells one event to the operator's server: a signed POST, tried again with growing pauses where it does not arrive.
import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import { VaktraError } from '../../errors.ts';
import { type OutgoingFetch, signedPost } from '../../runtime/index.ts';

const TRIES = 5;
/** Of the first pause, where nothing else is said. */
const FIRST_PAUSE_MS = 1000;
/** Pauses are made longer by up to this share of them, so that the queues of many conversations do not come back at once. */
const JITTER = 0.3;
const ANSWER_MS = 5000;

/** `sequence` counts the events of one conversation from 0 on: a gap means that some were dropped. */
export interface WebhookEvent {
  id: string;
  type: string;
  session: string;
  sequence: number;
  created_at: string;
  data: object;
}

export type DeliveryOutcome = 'delivered' | 'failed' | 'dropped';

interface SenderParts {
  logger: Logger;
  /** With the time that it took, all tries together. */
  count: (outcome: DeliveryOutcome, seconds: number) => void;
  firstPauseMs?: number;
}

export class Sender {
  readonly #url: string;
  readonly #secret: string | undefined;
  readonly #fetch: OutgoingFetch;
  readonly #parts: SenderParts;
  readonly #stopped = new AbortController();

  constructor(url: string, secret: string | null, fetch: OutgoingFetch, parts: SenderParts) {
    this.#url = url;
    this.#secret = secret ?? undefined;
    this.#fetch = fetch;
    this.#parts = parts;
  }

  /** Resolves when the event arrived or was given up; never rejects. */
  async send(event: WebhookEvent): Promise<void> {
    const startMs = performance.now();
    const count = (outcome: DeliveryOutcome) => this.#parts.count(outcome, (performance.now() - startMs) / 1000);
    for (let tried = 0; tried < TRIES && !this.#stopped.signal.aborted; tried += 1) {
      if (tried > 0) await this.#pause(tried);
      const failure = await this.#try(event);
      if (failure === undefined) return count('delivered');
      const isFinal = failure instanceof VaktraError;
      const level = isFinal || tried === TRIES - 1 ? 'warn' : 'debug';
      this.#parts.logger[level](
        { err: failure, event: event.type, conversation: event.session },
        'an event was not told',
      );
      if (isFinal) break;
    }
    count('failed');
  }

  /** From now on nothing more is tried. */
  stop(): void {
    this.#stopped.abort();
  }

  /** @returns why it did not arrive; an address that may not be called is a VaktraError and stays one */
  async #try(event: WebhookEvent): Promise<Error | undefined> {
    const signal = AbortSignal.any([this.#stopped.signal, AbortSignal.timeout(ANSWER_MS)]);
    try {
      const response = await this.#fetch(this.#url, signedPost(event, this.#secret, signal));
      await response.body?.cancel();
      return response.ok ? undefined : new Error(`the server answered ${response.status}`);
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  /** @param tried how often it was tried: each pause is twice as long as the one before */
  async #pause(tried: number): Promise<void> {
    const { firstPauseMs = FIRST_PAUSE_MS } = this.#parts;
    const ms = firstPauseMs * 2 ** (tried - 1);
    const { signal } = this.#stopped;
    await pause(ms * (1 + JITTER * Math.random()), undefined, { signal, ref: false }).catch(() => undefined);
  }
}
