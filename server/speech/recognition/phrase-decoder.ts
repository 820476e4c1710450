// Listens while somebody speaks: a decoder of a grammar beside one of bare phones. What the grammar hears counts only where its score per
// frame comes near that of the phones: anything else that is said would come out as some phrase of the list.

import { Decoder, type Pronunciation } from './sphinx-library.ts';

/**
 * Least score of the grammar over the phones, per frame of 10 ms, in the decoder's log units. Phrases of a grammar, said by a
 * filmed man and four synthetic voices, had -7 to 16; what was none of them -11 to -35, or no path at all.
 */
const LEAST_MARGIN = -9;
const LIST = 'phrases';

/** Listens to one utterance at a time. Belongs to the thread that made it; making one takes half a second. */
export class PhraseDecoder {
  readonly #grammar = new Decoder([]);
  readonly #phones = new Decoder([
    ...['-allphone', Decoder.phoneModel, '-allphone_ci', 'yes'],
    ...['-beam', '1e-10', '-pbeam', '1e-10'],
  ]);

  /** Is the word in the pronouncing dictionary? */
  knows(word: string): boolean {
    return this.#grammar.knows(word);
  }

  /**
   * @param jsgf what may be said from now on
   * @param pronunciations of words that the dictionary lacks
   */
  setGrammar(jsgf: string, pronunciations: readonly Pronunciation[] = []): void {
    this.#grammar.addWords(pronunciations);
    this.#grammar.setList(LIST, jsgf);
    this.#grammar.use(LIST);
  }

  start(): void {
    this.#grammar.start();
    this.#phones.start();
  }

  /** @param pcm 16 kHz, mono */
  push(pcm: Int16Array): void {
    this.#grammar.push(pcm);
    this.#phones.push(pcm);
  }

  /**
   * The words of a whole utterance at once, which understands accents better than piece by piece. Empty where nothing of the grammar was
   * said.
   *
   * @param pcm 16 kHz, mono
   */
  hearWhole(pcm: Int16Array): string {
    this.start();
    this.#grammar.push(pcm, true);
    this.#phones.push(pcm, true);
    return this.finish();
  }

  /** The words so far; empty while nothing of the list seems to be said. They may change. */
  partial(): string {
    const { words, score, frames } = this.#grammar.hypothesis;
    const margin = (score - this.#phones.hypothesis.score) / frames;
    return words !== null && margin >= LEAST_MARGIN ? words : '';
  }

  /** Ends the utterance. Empty where nothing of the list was said. */
  finish(): string {
    this.#grammar.end();
    this.#phones.end();
    return this.partial();
  }

  close(): void {
    this.#grammar.close();
    this.#phones.close();
  }
}
