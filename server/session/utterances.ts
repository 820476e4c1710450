// What a conversation was asked to say, from the request until it was heard or interrupted: where each speech stands on
// the clock, and which of its words are heard when.

import type { SampleIndex } from '../types.ts';
import { CLOCK_RATE_HZ } from '../types.ts';
import type { Caption } from './types.ts';

const SAMPLES_PER_MS = CLOCK_RATE_HZ / 1000;

/** A word within a speech, counted from the speech's first sample. */
export interface SpokenWord {
  text: string;
  startMs: number;
  endMs: number;
}

export class Utterance {
  readonly eventId: string;
  /** Stops its synthesis. */
  readonly abort = new AbortController();
  /** Monotonic time of the request, in milliseconds. */
  readonly requestedMs = performance.now();
  /** First sample on the clock; undefined until the timeline has reached it. */
  start: SampleIndex | undefined;
  /** First sample after it; undefined until its voice is complete and read. */
  end: SampleIndex | undefined;
  /** Its sender pushes audio and has not said that this was all. */
  isPushed = false;
  /** It was told to stop; what was sent of it is told once the pipeline has answered. */
  isInterrupted = false;
  #waiting: SpokenWord[] = [];
  /** All words that are on the clock. */
  readonly #placed: Caption[] = [];

  constructor(eventId: string) {
    this.eventId = eventId;
  }

  interrupt(): void {
    this.isInterrupted = true;
    this.abort.abort();
  }

  /** Adds words; returns the captions that can be placed on the clock by now. */
  addWords(words: SpokenWord[]): Caption[] {
    this.#waiting.push(...words);
    return this.#place();
  }

  /** Puts the speech on the clock; returns the captions of the words that were waiting for it. */
  begin(sample: SampleIndex): Caption[] {
    this.start = sample;
    return this.#place();
  }

  /** The words that were heard before a sample, as they stand in the text. */
  heardBefore(sample: SampleIndex): string {
    return this.#placed
      .filter(({ start }) => start < sample)
      .map(({ text }) => text)
      .join(' ');
  }

  #place(): Caption[] {
    const { start } = this;
    if (start === undefined) return [];
    const placed = this.#waiting.map((word) => ({
      eventId: this.eventId,
      text: word.text,
      start: Math.round(start + word.startMs * SAMPLES_PER_MS),
      end: Math.round(start + word.endMs * SAMPLES_PER_MS),
    }));
    this.#waiting = [];
    this.#placed.push(...placed);
    return placed;
  }
}
