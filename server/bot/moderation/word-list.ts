// Words that are not to be said: found as whole words, whatever their case and accents, across any punctuation between them.

/** Marks that change how a letter is read and not which one it is: accents, Hebrew points, Arabic vowel signs. */
const DIACRITICS = /[\u0300-\u036F\u0591-\u05BD\u05BF-\u05C7\u064B-\u0652\u0670]/gu;
/** Characters that are not seen: soft hyphens, joiners, marks of direction. */
const UNSEEN = /\p{Cf}/gu;
const WORD = /[\p{L}\p{N}\p{M}]+/gu;
/** Scripts that put no spaces between words: there a word is found wherever it stands. */
const UNSPACED = /[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmer}\p{scx=Myanmar}]/u;

/**
 * A test of texts against a list of words; a phrase of several words is one entry.
 *
 * @param words entries without a letter or digit are of no effect
 */
export function createWordList(words: readonly string[]): (text: string) => boolean {
  const entries = words.map(folded).filter((entry) => entry !== '');
  const spaced = entries.filter((entry) => !UNSPACED.test(entry)).map((entry) => ` ${entry} `);
  const unspaced = entries.filter((entry) => UNSPACED.test(entry)).map(closedUp);
  return (text) => {
    const said = folded(text);
    const isSaid = ` ${said} `;
    return spaced.some((entry) => isSaid.includes(entry)) || unspaced.some((entry) => closedUp(said).includes(entry));
  };
}

function closedUp(said: string): string {
  return said.replaceAll(' ', '');
}

/** Words in one case, without accents, with one space between them. Upper case first: it makes SS of ß. */
function folded(text: string): string {
  const letters = text.normalize('NFKD').replace(UNSEEN, '').replace(DIACRITICS, '').toUpperCase().toLowerCase();
  return (letters.match(WORD) ?? []).join(' ');
}
