// How words are said that the recogniser's dictionary lacks, such as names of products: by espeak's rules, in the phones of CMU's
// dictionary.

import { createRequire } from 'node:module';
import { startWorkerThread } from '../../runtime/index.ts';
import type { PronounceCalls } from './pronounce-worker.ts';
import type { Pronunciation } from './sphinx-library.ts';

const ESPEAK_MODULE = '@echogarden/espeak-ng-emscripten';

/** From espeak's International Phonetic Alphabet (American English); the longest beginning counts. */
const PHONES: Readonly<Record<string, string>> = {
  ...{ aɪɚ: 'AY ER', aɪə: 'AY AH', aɪ: 'AY', aʊ: 'AW', eɪ: 'EY', oʊ: 'OW', ɔɪ: 'OY', iə: 'IY AH' },
  ...{ iː: 'IY', uː: 'UW', ɜː: 'ER', ɑː: 'AA', ɔː: 'AO', oː: 'AO', əl: 'AH L', n̩: 'AH N' },
  ...{ i: 'IY', u: 'UW', ɪ: 'IH', ᵻ: 'IH', ɛ: 'EH', e: 'EH', æ: 'AE', a: 'AA', ɐ: 'AH', ʌ: 'AH', ə: 'AH' },
  ...{ ɚ: 'ER', ʊ: 'UH', ɑ: 'AA', ɔ: 'AO', o: 'OW', ɒ: 'AA', y: 'UW', ø: 'ER' },
  ...{ tʃ: 'CH', dʒ: 'JH', ʃ: 'SH', ʒ: 'ZH', θ: 'TH', ð: 'DH', ŋ: 'NG', ɹ: 'R', r: 'R', ɾ: 'T', ʔ: 'T', j: 'Y' },
  ...{ p: 'P', b: 'B', t: 'T', d: 'D', k: 'K', ɡ: 'G', f: 'F', v: 'V', s: 'S', z: 'Z', h: 'HH', m: 'M', n: 'N' },
  ...{ l: 'L', ɬ: 'L', w: 'W', x: 'K', ç: 'HH', c: 'K' },
};
/** Between the letters of one sound. */
const TIE = '\u200D';
const LONGEST = Math.max(...Object.keys(PHONES).map((ipa) => ipa.length));

/**
 * Pronunciations of English words; of none where espeak is not installed.
 *
 * @returns for some words two: a written A in a name is said as in "cat" by some and as in "father" by others
 */
export async function pronunciationsOf(words: readonly string[]): Promise<Pronunciation[]> {
  const espeakPath = findEspeak();
  if (words.length === 0 || espeakPath === undefined) return [];
  // A thread for this moment: espeak takes 60 MB.
  const thread = startWorkerThread<PronounceCalls>(new URL('./pronounce-worker.ts', import.meta.url), {
    name: 'pronounce',
  });
  try {
    const ipa = await thread.request('pronounce', { espeakPath, words });
    return words.flatMap((word, k) => waysOf(word, phonesOf(ipa[k] ?? '')));
  } finally {
    await thread.close();
  }
}

/** Phones of a word in espeak's phonetic writing; what has no counterpart in English is left out. */
export function phonesOf(ipa: string): string {
  const letters = ipa.replaceAll(TIE, '').replace(/[ˈˌ_\s]/g, '');
  const phones: string[] = [];
  for (let at = 0; at < letters.length; ) {
    let length = LONGEST;
    while (length > 1 && PHONES[letters.slice(at, at + length)] === undefined) length -= 1;
    const phone = PHONES[letters.slice(at, at + length)];
    if (phone) phones.push(phone);
    at += length;
  }
  return phones.join(' ');
}

function waysOf(word: string, phones: string): Pronunciation[] {
  if (phones === '') return [];
  const other = phones.replace(/\bAE\b/g, 'AA');
  return other === phones
    ? [[word, phones]]
    : [
        [word, phones],
        [`${word}(2)`, other],
      ];
}

function findEspeak(): string | undefined {
  try {
    return createRequire(import.meta.url).resolve(ESPEAK_MODULE);
  } catch {
    return undefined; // an optional package: its absence is an answer
  }
}
