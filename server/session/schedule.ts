// Things to do when the conversation's clock passes a sample. Driven by the pacer's ticks, never by timers.

import type { SampleIndex } from '../types.ts';

interface Entry {
  sample: SampleIndex;
  action: () => void;
}

export class SampleSchedule {
  #entries: Entry[] = [];

  /** Runs `action` once the clock has reached `sample`; of those for the same sample the first added runs first. */
  at(sample: SampleIndex, action: () => void): void {
    const index = this.#entries.findIndex((entry) => entry.sample > sample);
    this.#entries.splice(index < 0 ? this.#entries.length : index, 0, { sample, action });
  }

  /** Forgets what was to happen at `sample` or later. */
  dropFrom(sample: SampleIndex): void {
    this.#entries = this.#entries.filter((entry) => entry.sample < sample);
  }

  /** Runs everything that is due when all samples before `position` have been sent. */
  advance(position: SampleIndex): void {
    for (let next = this.#entries[0]; next && next.sample <= position; next = this.#entries[0]) {
      this.#entries.shift();
      next.action();
    }
  }

  clear(): void {
    this.#entries = [];
  }
}
