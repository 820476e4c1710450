// From a clause to the numbers that a Piper model reads: espeak's phonemes, character by character, each followed by a blank, and which
// of them belong to which word.

import type { TextWord } from '../speech-types.ts';

/** Control characters of every Piper voice: where a text begins and ends, and what stands between two phonemes. */
const BEGIN = '^';
const END = '$';
const BLANK = '_';
const SPACE = ' ';
/** What voices have been trained on; other marks are said as one of these. */
const MARKS: Readonly<Record<string, string>> = {
  '…': '.',
  '—': ',',
  '–': ',',
  '。': '.',
  '，': ',',
  '؟': '?',
  '।': '.',
};
const LAST_MARK = /([,.;:!?…—–。，؟।])["'”’)]*$/u;
/** espeak says in brackets that it changes its language: "(fr)". */
const LANGUAGE_SWITCH = /\([a-z-]+\)/g;

/** Phonemes of a text in the International Phonetic Alphabet, one text to a line, words apart by a space. */
export type Phonemize = (text: string) => string;

export interface PhonemeIds {
  ids: number[];
  /** Where each of the clause's words begins in `ids`; the last entry is where the last word ends. */
  starts: number[];
}

/**
 * @param words of the clause, in order
 * @param goesOn the sentence does, behind it
 * @param ids of the voice; characters that it lacks are left out
 */
export function phonemeIds(
  clause: string,
  words: readonly TextWord[],
  phonemize: Phonemize,
  ids: ReadonlyMap<string, readonly number[]>,
  goesOn = false,
): PhonemeIds {
  const spoken = ipaWords(phonemize(clause));
  const counts = wordCounts(spoken.length, words, phonemize);
  const result: number[] = [];
  const add = (character: string) => {
    const known = ids.get(character);
    if (known) result.push(...known, ...(ids.get(BLANK) ?? []));
  };
  add(BEGIN);
  const starts: number[] = [];
  let next = 0;
  for (const count of counts) {
    starts.push(result.length);
    for (const ipa of spoken.slice(next, next + count)) {
      for (const character of ipa.normalize('NFD')) add(character);
      add(SPACE);
    }
    next += count;
  }
  starts.push(result.length);
  const mark = LAST_MARK.exec(clause)?.[1] ?? (goesOn ? ',' : '.');
  add(MARKS[mark] ?? mark);
  result.push(...(ids.get(END) ?? []));
  return { ids: result, starts };
}

function ipaWords(ipa: string): string[] {
  return ipa.replace(LANGUAGE_SWITCH, '').replace(/_/g, '').split(/\s+/).filter(Boolean);
}

/**
 * How many of `spoken` words each written one is. espeak says some as several (123) and some two as one (at once): where it does, the
 * words are said one by one too, and share by that.
 */
function wordCounts(spoken: number, words: readonly TextWord[], phonemize: Phonemize): number[] {
  if (spoken === words.length) return words.map(() => 1);
  const alone = words.map(({ text }) => ipaWords(phonemize(text)).length);
  const sum = Math.max(
    1,
    alone.reduce((a, b) => a + b, 0),
  );
  let said = 0;
  let given = 0;
  return alone.map((count) => {
    said += count;
    const until = Math.round((said / sum) * spoken);
    const mine = until - given;
    given = until;
    return mine;
  });
}
