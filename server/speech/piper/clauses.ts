// A sentence in the pieces that a model speaks at once: the first sound comes when the first piece is made, and an abort waits for the
// piece that is being made.

import type { TextWord } from '../speech-types.ts';

/** A shorter piece is not worth the break in its melody. */
const LEAST_CHARS = 20;
/** A longer one is cut at a space. */
const MOST_CHARS = 120;
const CLAUSE_END = /[,;:،、，；：—–]["'”’)]*$/u;

export interface Clause {
  text: string;
  words: TextWord[];
}

export function clausesOf(words: readonly TextWord[]): Clause[] {
  const clauses: TextWord[][] = [];
  let open: TextWord[] = [];
  let left = charsOf(words);
  for (const word of words) {
    if (open.length > 0 && charsOf([...open, word]) > MOST_CHARS) {
      clauses.push(open);
      open = [];
    }
    open.push(word);
    left -= word.text.length + 1;
    if (CLAUSE_END.test(word.text) && charsOf(open) >= LEAST_CHARS && left >= LEAST_CHARS) {
      clauses.push(open);
      open = [];
    }
  }
  if (open.length > 0) clauses.push(open);
  return clauses.map((words) => ({ text: words.map(({ text }) => text).join(' '), words }));
}

function charsOf(words: readonly TextWord[]): number {
  return words.reduce((sum, { text }) => sum + text.length + 1, 0);
}
