// When the words and phonemes of a sentence sound, from the events that espeak gives along with the sound.

import type { EspeakEvent } from './espeak-worker.ts';
import type { SpokenPhoneme, SpokenWord, TextWord } from './speech-types.ts';

interface OpenWord {
  /** Index in the sentence's words. */
  index: number;
  startMs: number;
  /** Start of the pause that it may have ended with. */
  silentFromMs: number | undefined;
}

/**
 * Collects the times of one sentence. espeak names one word several times where it reads several (`123`), and names none
 * for a dash: words are the text's, and those it does not read belong to the one before.
 */
export class EspeakTiming {
  readonly #words: readonly TextWord[];
  #word: OpenWord | undefined;
  #phoneme: { ipa: string; startMs: number } | undefined;
  #given = 0;
  #last: SpokenWord | undefined;

  constructor(words: readonly TextWord[]) {
    this.#words = words;
  }

  /** What came to its end by these events. */
  take(events: readonly EspeakEvent[]): { words: SpokenWord[]; phonemes: SpokenPhoneme[] } {
    const words: SpokenWord[] = [];
    const phonemes: SpokenPhoneme[] = [];
    for (const event of events) {
      if (this.#phoneme) phonemes.push({ ...this.#phoneme, endMs: event.ms });
      this.#phoneme = undefined;
      if (event.type === 'phoneme' && event.ipa !== '') this.#phoneme = { ipa: event.ipa, startMs: event.ms };

      if (event.type === 'word') this.#begin(event, words);
      else if (event.type === 'end') this.#end(event.ms, words);
      else if (this.#word)
        this.#word.silentFromMs = event.ipa === '' ? (this.#word.silentFromMs ?? event.ms) : undefined;
    }
    return { words, phonemes };
  }

  /** After the last event: words at the end that espeak reads as one with those before, such as "at once". */
  rest(): SpokenWord[] {
    const left = this.#words.slice(this.#given);
    if (!this.#last || left.length === 0) return [];
    this.#given = this.#words.length;
    return [{ ...this.#last, text: left.map(({ text }) => text).join(' ') }];
  }

  #begin({ position, ms }: { position: number; ms: number }, words: SpokenWord[]): void {
    const index = this.#words.findIndex(({ to }) => position < to);
    if (index === -1 || index < this.#given || index === this.#word?.index) return;
    this.#end(ms, words);
    this.#word = { index, startMs: ms, silentFromMs: undefined };
  }

  #end(ms: number, words: SpokenWord[]): void {
    if (!this.#word) return;
    const { index, startMs, silentFromMs } = this.#word;
    this.#word = undefined;
    const from = Math.min(this.#given, index);
    this.#given = index + 1;
    // Signs before the word that were not read, such as an opening dash, are shown together with it.
    const text = this.#words.slice(from, index + 1).map((word) => word.text);
    this.#last = { text: text.join(' '), startMs, endMs: silentFromMs ?? ms };
    words.push(this.#last);
  }
}
