// What was said in a conversation by whom, as it was heard: what an interrupt cut off was not said. The brain's memory, and what
// a page that reloads or a person who takes over reads.

import type { Said } from '../../bot/index.ts';

/** More than any conversation has; the oldest go first. */
const MAX_ENTRIES = 1000;

export class Transcript {
  #entries: Said[] = [];

  /** Oldest first. */
  get entries(): readonly Said[] {
    return this.#entries;
  }

  /**
   * Puts it where it began: an answer that is cut is told after the question that cut it.
   *
   * @returns whether there was anything to add
   */
  add(said: Said): boolean {
    if (said.text.trim() === '') return false;
    const after = this.#entries.findLastIndex(({ sample }) => sample <= said.sample);
    this.#entries.splice(after + 1, 0, said);
    if (this.#entries.length > MAX_ENTRIES) this.#entries = this.#entries.slice(-MAX_ENTRIES);
    return true;
  }
}
