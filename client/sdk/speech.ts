// One speech from the request until it was heard or cut, as a handle with promises. connection and session tell it what happens.
import type { VaktraClientError } from './error.ts';
import type { SpeechEnd } from './types.ts';

export class Speech {
  readonly eventId: string;
  readonly #started = Promise.withResolvers<{ sample: number } | undefined>();
  readonly #ended = Promise.withResolvers<SpeechEnd>();

  constructor(eventId: string) {
    this.eventId = eventId;
    // Whoever waits for one of them must not be punished for the others; `speech.failed` tells those who wait for none.
    for (const { promise } of [this.#started, this.#ended]) promise.catch(() => undefined);
  }

  /** The first sample of it is sent; undefined where it was cut before that, or the news of it was lost with a connection. */
  get started(): Promise<{ sample: number } | undefined> {
    return this.#started.promise;
  }

  /** It was heard to its end, or cut. */
  get ended(): Promise<SpeechEnd> {
    return this.#ended.promise;
  }

  start(sample: number): void {
    this.#started.resolve({ sample });
  }

  /** It will not be heard any more. */
  fail(error: VaktraClientError): void {
    for (const { reject } of [this.#started, this.#ended]) reject(error);
  }

  /** It was heard, or cut. What is told twice counts once. */
  end(end: SpeechEnd): void {
    this.#started.resolve(undefined);
    this.#ended.resolve(end);
  }
}
