// A speech whose sound is pushed: as fast as the server takes it, and never more ahead than it likes. Sound that was taken is not sent
// again after a lost connection.
import { setTimeout as sleep } from 'node:timers/promises';
import { VaktraClientError } from './error.ts';
import type { Request } from './protocol.ts';
import type { Speech } from './speech.ts';
import type { Mood, SpeechEnd } from './types.ts';

const BYTES_PER_SAMPLE = 2;
/** Longest sound in one message: well below the server's limit for messages at any rate. */
const MESSAGE_MS = 500;
/** Sound that may wait on the server before `write` waits: enough for any network, and far below what servers refuse. */
const AHEAD_MS = 10_000;
/** How often a full server is asked again. */
const RETRY_MS = 250;
/** As the server takes (docs/protocol.md). */
const MIN_RATE_HZ = 8000;
const MAX_RATE_HZ = 48_000;

export interface AudioSpeechParts {
  speech: Speech;
  rateHz: number;
  mood: Mood;
  request(request: Request): Promise<unknown>;
  /** Tells the server that this was all. */
  end(): void;
  /** Voice that waits on the server, in milliseconds, as far as is known. */
  backlogMs(): number;
  pushed(ms: number): void;
}

export class AudioSpeech {
  readonly #parts: AudioSpeechParts;
  /** Writes one after the other: sound has an order. */
  #work: Promise<void> = Promise.resolve();
  /** A part that comes again after a lost connection is known by its number. */
  #sentParts = 0;
  #isDone = false;

  /** @throws VaktraClientError `audio_rate_unsupported` */
  constructor(parts: AudioSpeechParts) {
    const { rateHz } = parts;
    if (!Number.isInteger(rateHz) || rateHz < MIN_RATE_HZ || rateHz > MAX_RATE_HZ) {
      const sentence = `Sound has ${MIN_RATE_HZ} to ${MAX_RATE_HZ} samples a second, not ${rateHz}: resample it, or name its own rate.`;
      throw new VaktraClientError('audio_rate_unsupported', sentence);
    }
    this.#parts = parts;
    const stop = (): void => {
      this.#isDone = true;
    };
    parts.speech.ended.then(stop, stop);
  }

  get eventId(): string {
    return this.#parts.speech.eventId;
  }

  /** As of every speech (speech.ts). */
  get started(): Promise<{ sample: number } | undefined> {
    return this.#parts.speech.started;
  }

  get ended(): Promise<SpeechEnd> {
    return this.#parts.speech.ended;
  }

  /** It was interrupted or refused: what is still written is not heard. */
  get isDone(): boolean {
    return this.#isDone;
  }

  /**
   * Adds sound; resolves when there is room for more.
   *
   * @param pcm s16 little-endian mono at the speech's rate, whole samples
   * @throws VaktraClientError what the server refused, such as `audio_odd_length`
   */
  write(pcm: Uint8Array): Promise<void> {
    return this.#queue(async () => {
      const { rateHz } = this.#parts;
      const messageBytes = Math.floor((rateHz * MESSAGE_MS) / 1000) * BYTES_PER_SAMPLE;
      for (let start = 0; start < pcm.length && !this.#isDone; start += messageBytes) {
        await this.#push(pcm.slice(start, start + messageBytes));
      }
    });
  }

  /** No more sound comes. */
  speakEnd(): Promise<void> {
    return this.#queue(async () => {
      // Also after an interrupt: until then the server waits for sound of it, to throw that away.
      this.#parts.end();
    });
  }

  #queue(work: () => Promise<void>): Promise<void> {
    const done = this.#work.then(work);
    // The next write says it again; nobody may be waiting for this one.
    done.catch(() => undefined);
    this.#work = done;
    return done;
  }

  async #push(pcm: Uint8Array<ArrayBuffer>): Promise<void> {
    const { rateHz, mood, request, backlogMs, pushed } = this.#parts;
    while (backlogMs() > AHEAD_MS && !this.#isDone) await sleep(RETRY_MS);
    while (!this.#isDone) {
      try {
        await request({ type: 'audio', event_id: this.eventId, rate_hz: rateHz, pcm, part: this.#sentParts, ...mood });
      } catch (error) {
        // Others push into the same conversation: it is their sound that waits.
        if (!(error instanceof VaktraClientError) || error.code !== 'audio_backlog_full') throw error;
        await sleep(RETRY_MS);
        continue;
      }
      this.#sentParts += 1;
      pushed((pcm.length * 1000) / BYTES_PER_SAMPLE / rateHz);
      return;
    }
  }
}
