// When words sound in flite's speech. flite prints its phonemes with their end times but not the words they belong to; so
// each word is also spoken by itself, and the two strings of phonemes are laid on one another.

import type { SpokenWord } from './speech-types.ts';

/** What flite calls silence. */
const PAUSE = 'pau';
const MS_PER_SECOND = 1_000;

export interface FlitePhoneme {
  name: string;
  startMs: number;
  endMs: number;
}

/** Reads what `-psdur` prints: `name:end` in seconds, one line per utterance, each counted from its own start. */
export function readPhonemes(output: string): FlitePhoneme[] {
  const phonemes: FlitePhoneme[] = [];
  let lineStartMs = 0;
  for (const line of output.split('\n')) {
    let startMs = lineStartMs;
    for (const [, name = '', seconds] of line.matchAll(/(\S+?):([\d.]+)/g)) {
      const endMs = lineStartMs + Number(seconds) * MS_PER_SECOND;
      phonemes.push({ name, startMs, endMs });
      startMs = endMs;
    }
    lineStartMs = startMs;
  }
  return phonemes;
}

/** Reads what `-ps` prints for a file with one word per paragraph: a line of phoneme names each. */
export function readWordPhonemes(output: string): string[][] {
  return output
    .split('\n')
    .map((line) => line.split(/\s+/).filter((name) => name !== '' && name !== PAUSE))
    .filter((names) => names.length > 0);
}

/**
 * Times of the words, in order. `perWord[i]` are the phonemes of `words[i]` spoken alone; they differ a little from those
 * of the sentence (`the`), so that the cheapest alignment is taken (Levenshtein, on phonemes).
 */
export function alignWords(
  words: readonly string[],
  perWord: readonly (readonly string[])[],
  spoken: readonly FlitePhoneme[],
): SpokenWord[] {
  const sounding = spoken.filter(({ name }) => name !== PAUSE);
  // Where flite took a word for two utterances the lists do not match: times by the number of letters are still close.
  if (perWord.length !== words.length) return spread(words, sounding);
  const wanted = perWord.flatMap((names, word) => names.map((name) => ({ name, word })));
  const times = words.map((): { startMs?: number; endMs?: number } => ({}));
  for (const [from, to] of alignment(wanted, sounding)) {
    const time = times[wanted[from]?.word ?? -1];
    const phoneme = sounding[to];
    if (!time || !phoneme) continue;
    time.startMs ??= phoneme.startMs;
    time.endMs = phoneme.endMs;
  }
  let lastEndMs = sounding[0]?.startMs ?? 0;
  return words.map((text, i) => {
    const startMs = times[i]?.startMs ?? lastEndMs;
    const endMs = times[i]?.endMs ?? startMs;
    lastEndMs = endMs;
    return { text, startMs, endMs };
  });
}

function spread(words: readonly string[], sounding: readonly FlitePhoneme[]): SpokenWord[] {
  const first = sounding[0]?.startMs ?? 0;
  const letters = words.reduce((sum, text) => sum + text.length, 0);
  const msPerLetter = ((sounding.at(-1)?.endMs ?? first) - first) / letters;
  let endMs = first;
  return words.map((text) => {
    const startMs = endMs;
    endMs += text.length * msPerLetter;
    return { text, startMs, endMs };
  });
}

/** Pairs of indices, rising in both, that cost the least: 1 for a phoneme that is dropped or added, 0 to 1 for a pair. */
function alignment(a: readonly { name: string }[], b: readonly { name: string }[]): [number, number][] {
  const width = b.length + 1;
  const cost = new Float32Array((a.length + 1) * width);
  const at = (i: number, j: number): number => cost[i * width + j] ?? 0;
  const pair = (i: number, j: number): number => {
    const [x = '', y = ''] = [a[i]?.name, b[j]?.name];
    if (x === y) return 0;
    return isVowel(x) === isVowel(y) ? 0.5 : 1.5;
  };
  for (let i = 0; i <= a.length; i++) {
    for (let j = 0; j <= b.length; j++) {
      if (i === 0 || j === 0) cost[i * width + j] = i + j;
      else cost[i * width + j] = Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + pair(i - 1, j - 1));
    }
  }
  const pairs: [number, number][] = [];
  for (let i = a.length, j = b.length; i > 0 && j > 0; ) {
    if (at(i, j) === at(i - 1, j - 1) + pair(i - 1, j - 1)) pairs.push([--i, --j]);
    else if (at(i, j) === at(i - 1, j) + 1) i--;
    else j--;
  }
  return pairs.reverse();
}

function isVowel(name: string): boolean {
  return /^[aeiou]/.test(name);
}
