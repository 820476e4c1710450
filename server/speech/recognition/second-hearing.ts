// A second hearing of a whole utterance: of a question that was not understood while it was said, and of what is said over another's
// voice, where a few short phrases mean much.

import type { PhraseGrammar } from './grammar.ts';
import type { Pronunciation } from './sphinx-library.ts';
import type { OverVoicePhrases } from './types.ts';
import { WholePhrases } from './whole-phrases.ts';

const [QUESTIONS, OVER_VOICE] = ['questions', 'over-voice'];
/**
 * Least margins over bare phones. Short phrases by espeak, festival and Piper, on which these were chosen: 187 of 208 "stop" and the
 * like pass, and 4 of 246 sounds of listeners. By flite's four voices, which were not looked at before: 104 of 104, and 2 of 120.
 */
const LEAST_STOP = -9;
const LEAST_GO_ON = -10;
/** By flite: 54 of 54 questions had at least -3.5, and 57 of 60 that are none of the list less than -7. */
const LEAST_QUESTION = -3;
/** Sounds of listeners that the dictionary lacks. */
const SOUNDS: readonly Pronunciation[] = [
  ['mhm', 'M HH AH M'],
  ['hmm', 'HH M'],
  ['hm', 'HH M'],
  ['mm', 'M'],
];

export class SecondHearing {
  readonly #phrases = new WholePhrases();
  readonly #stops: ReadonlySet<string>;

  constructor(grammar: PhraseGrammar, pronunciations: readonly Pronunciation[], { stop, goOn }: OverVoicePhrases) {
    this.#phrases.addWords(pronunciations);
    this.#phrases.addWords(SOUNDS);
    this.#stops = new Set(stop);
    this.#phrases.setList(QUESTIONS, grammar.expansion);
    const known = [...stop, ...goOn].filter((phrase) => phrase.split(' ').every((word) => this.#phrases.knows(word)));
    this.#phrases.setList(OVER_VOICE, known.join(' | '));
  }

  /** The words of a question; empty where it is none of the list. `pcm`: 16 kHz mono, the whole utterance. */
  question(pcm: Int16Array): string {
    const heard = this.#phrases.hear(QUESTIONS, pcm);
    return heard && heard.margin >= LEAST_QUESTION ? heard.words : '';
  }

  /** The phrase over another's voice; empty where it is none. `pcm`: 16 kHz mono, the utterance so far. */
  overVoice(pcm: Int16Array): string {
    const heard = this.#phrases.hear(OVER_VOICE, pcm);
    if (!heard) return '';
    const least = this.#stops.has(heard.words) ? LEAST_STOP : LEAST_GO_ON;
    return heard.margin >= least ? heard.words : '';
  }

  close(): void {
    this.#phrases.close();
  }
}
