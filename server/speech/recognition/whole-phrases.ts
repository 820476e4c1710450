// Which phrase of a list is a whole utterance? Heard at once instead of piece by piece, so that its mean spectrum is known before the
// first word, and against a loop of bare phones in the same units: what is none of the list is better explained by the phones.

import { Decoder, type Pronunciation } from './sphinx-library.ts';

/** English phones of the model, each a word of its own in the loop. */
const PHONES =
  'AA AE AH AO AW AY B CH D DH EH ER EY F G HH IH IY JH K L M N NG OW OY P R S SH T TH UH UW V W Y Z ZH'.split(' ');
const LOOP = 'loop';
/** Paths are kept that end well although they begin badly: utterances are short. */
const BEAMS = ['-beam', '1e-80', '-wbeam', '1e-60', '-pbeam', '1e-80'];

/** What was heard, and how much better it explains a frame of 10 ms than bare phones do, in the decoder's log units. */
export interface HeardPhrase {
  words: string;
  margin: number;
}

/** Belongs to the thread that made it; making one takes a quarter of a second. */
export class WholePhrases {
  readonly #decoder = new Decoder(BEAMS);

  constructor() {
    const words = PHONES.map((phone): Pronunciation => [`phone${phone.toLowerCase()}`, phone]);
    this.#decoder.addWords(words);
    this.setList(LOOP, `( ${words.map(([word]) => word).join(' | ')} )+`);
  }

  knows(word: string): boolean {
    return this.#decoder.knows(word);
  }

  addWords(pronunciations: readonly Pronunciation[]): void {
    this.#decoder.addWords(pronunciations);
  }

  /** @param expansion of JSGF, of words that are known */
  setList(list: string, expansion: string): void {
    this.#decoder.setList(list, `#JSGF V1.0;\ngrammar ${list};\npublic <said> = ${expansion};\n`);
  }

  /**
   * @param pcm 16 kHz, mono, the whole utterance
   * @returns undefined where nothing of the list fits at all
   */
  hear(list: string, pcm: Int16Array): HeardPhrase | undefined {
    const { words, score, frames } = this.#hear(list, pcm);
    if (words === null) return undefined;
    return { words, margin: (score - this.#hear(LOOP, pcm).score) / frames };
  }

  #hear(list: string, pcm: Int16Array) {
    this.#decoder.use(list);
    this.#decoder.start();
    this.#decoder.push(pcm, true);
    this.#decoder.end();
    return this.#decoder.hypothesis;
  }

  close(): void {
    this.#decoder.close();
  }
}
