// When words sound where the engine does not say: each takes a share of the time by its letters, and a mark that makes a pause a
// few more. Good enough for captions; the sum is right wherever the length of the sound is known.

import type { SpokenWord, TextWord } from './speech-types.ts';

/** What the pause behind a mark is worth, in letters. */
const PAUSE_LETTERS = 3;
const PAUSE_MARK = /[,.;:!?…،؟।，。；：！？]["')\]]*$/u;
/** The space before a word. */
const SPACE_LETTERS = 1;

export class WordGuess {
  #left: { text: string; letters: number }[];
  readonly #msPerLetter: number;
  #ms = 0;

  /** @param msPerLetter of the voice, for the time in which its length is not known */
  constructor(words: readonly TextWord[], msPerLetter: number) {
    this.#msPerLetter = msPerLetter;
    this.#left = words.map(({ text }) => ({
      text,
      letters: [...text].length + SPACE_LETTERS + (PAUSE_MARK.test(text) ? PAUSE_LETTERS : 0),
    }));
  }

  /** Words that were not given yet. */
  get left(): readonly string[] {
    return this.#left.map(({ text }) => text);
  }

  /** Words that have ended before a time, by guess. */
  before(ms: number): SpokenWord[] {
    return this.#take(this.#msPerLetter, ms);
  }

  /** All others, over the time that is left. */
  rest(totalMs: number): SpokenWord[] {
    const letters = this.#left.reduce((sum, word) => sum + word.letters, 0);
    return this.#take(Math.max(0, totalMs - this.#ms) / Math.max(1, letters), Number.POSITIVE_INFINITY);
  }

  #take(msPerLetter: number, untilMs: number): SpokenWord[] {
    const taken: SpokenWord[] = [];
    for (let word = this.#left[0]; word; word = this.#left[0]) {
      const endMs = this.#ms + word.letters * msPerLetter;
      if (endMs > untilMs) break;
      taken.push({ text: word.text, startMs: this.#ms, endMs });
      this.#ms = endMs;
      this.#left.shift();
    }
    return taken;
  }
}
