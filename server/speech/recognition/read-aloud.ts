// Was this sentence read aloud, and which digits behind it? Offline by pocketsphinx (English), or by a recogniser that writes down
// whatever is said.

import { startWorkerThread } from '../../runtime/index.ts';
import { float32ToPcmS16 } from '../pcm.ts';
import { spokenDigits, withoutDigits } from './digits.ts';
import type { SentenceCalls } from './sentence-worker.ts';
import type { Recogniser } from './types.ts';

/** How much of the letters may be heard otherwise where everything is written down: names of things are misheard, meanings are not. */
const MOST_WRONG_SHARE = 0.2;
const DIGIT_WORDS = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'zero'];
/** Said somewhere in the sentence, each turns it around. The grammar has them, so that they are heard and not taken for the sentence. */
const DENIALS = ['not', 'never', 'do not', "don't"];

/** Words without digits, and how many digits follow them. */
export interface SentenceToRead {
  /** BCP 47 tag. */
  language: string;
  text: string;
  digits: number;
}

export interface HeardSentence {
  /** The sentence was read whole. */
  isWhole: boolean;
  /** The digits that were understood. */
  digits: string;
}

const NOT_HEARD: HeardSentence = { isWhole: false, digits: '' };

/** Languages, as the first part of their tags, in which it can be heard whether a sentence was read; undefined: in any. */
export function readingLanguages(recogniser: Recogniser | undefined): readonly string[] | undefined {
  if (!recogniser) return [];
  return recogniser.name === 'sphinx' ? ['en'] : undefined;
}

/**
 * @param pcm 16 kHz mono in [-1, 1], the whole utterance
 * @throws VaktraError `recognition_failed`
 */
export function hearSentence(
  recogniser: Recogniser,
  sentence: SentenceToRead,
  pcm: Float32Array,
): Promise<HeardSentence> {
  return recogniser.name === 'sphinx' ? hearByGrammar(sentence, pcm) : hearByTranscript(recogniser, sentence, pcm);
}

async function hearByGrammar({ text, digits }: SentenceToRead, pcm: Float32Array): Promise<HeardSentence> {
  const words = lettersOf(text).split(' ');
  const worker = startWorkerThread<SentenceCalls>(new URL('./sentence-worker.ts', import.meta.url), {
    name: 'sentence',
  });
  try {
    const samples = new Int16Array(float32ToPcmS16(pcm).buffer);
    const heard = await worker.request('read', { jsgf: grammarFor(words, digits), pcm: samples });
    const isWhole = heard.startsWith(`${words.join(' ')} `);
    return isWhole ? { isWhole, digits: spokenDigits(heard.slice(words.join(' ').length), 'en') } : NOT_HEARD;
  } finally {
    await worker.close();
  }
}

/** The sentence with a denial possible before each word, then digits. */
function grammarFor(words: readonly string[], digits: number): string {
  const said = words.map((word) => `[<denial>] ${word}`).join(' ');
  return `#JSGF V1.0;
grammar sentence;
public <said> = ${said} ${Array.from({ length: digits }, () => '<digit>').join(' ')};
<denial> = ${DENIALS.join(' | ')};
<digit> = ${DIGIT_WORDS.join(' | ')};
`;
}

async function hearByTranscript(
  recogniser: Recogniser,
  { language, text }: SentenceToRead,
  pcm: Float32Array,
): Promise<HeardSentence> {
  const recognition = recogniser.open({ language });
  recognition.push(pcm);
  const heard = await recognition.finish();
  const wanted = lettersOf(text).replaceAll(' ', '');
  const letters = lettersOf(withoutDigits(heard, language)).replaceAll(' ', '');
  const isWhole = letters.length > 0 && editDistance(wanted, letters) <= MOST_WRONG_SHARE * wanted.length;
  return { isWhole: isWhole && !isDenied(text, heard), digits: spokenDigits(heard, language) };
}

/** A few letters turn a sentence around: a word of denial that was not in it. */
function isDenied(text: string, heard: string): boolean {
  const denials =
    /(^|[^\p{L}])(not|never|no|don['’]?t|nicht|nie|kein|keine|nunca|ne|pas|jamais|नहीं|لا|ليس|لن)(?![\p{L}])|[不没]/giu;
  const count = (sentence: string) => [...sentence.matchAll(denials)].length;
  return count(heard) > count(text);
}

/** Lower case, letters and marks only, words apart by one space. */
function lettersOf(text: string): string {
  return text
    .toLowerCase()
    .replace(/[’]/g, "'")
    .replace(/[^\p{L}\p{M}']+/gu, ' ')
    .trim();
}

/** Levenshtein distance over characters, row by row (Wagner and Fischer 1974). */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next[j] = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, change);
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
