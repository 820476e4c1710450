// Text as people and bots write it, made ready to be spoken: cleaned, cut into sentences, and those into words.

import type { TextWord } from './speech-types.ts';

/** A sentence longer than this is cut at a comma or a space, so that an abort and other utterances need not wait for it. */
const MAX_SENTENCE_CHARS = 240;

const TAG = /<\/?[a-z!?][^<>]*>/giu;
const EMOJI =
  /(?![©®™])(?:\p{Extended_Pictographic}(?:\uFE0F|\u200D\p{Extended_Pictographic}|\p{Emoji_Modifier})*|\p{Regional_Indicator}|[\uFE0F\u20E3])/gu;
/** Marks of direction say how to draw a line, not how to speak it. The joiners next to them change letters: they stay. */
const DIRECTION = /[\u200E\u200F\u202A-\u202E\u2066-\u2069\uFEFF]/gu;
/** Control characters (espeak takes U+0001 for a command), halves of characters, and what opens a tag for espeak. */
const UNSPEAKABLE = /[\p{Cc}\uFFFD<>]+/gu;
const MARKDOWN = /\*+|_{2,}|`+|~{2,}|^\s*#+\s/gmu;
/** Two brackets switch espeak to phoneme codes. */
const BRACKETS = /[[\]]+/gu;

/** Taking a tag or an emoji out leaves a space before the comma that followed it. */
const LOST_PUNCTUATION = / +([,.;:!?…،؟।。，；：！？])/gu;

/** Dots that end no sentence. Segmenters know none of them (the `ss` extension of BCP 47 changes nothing in V8). */
const ABBREVIATION =
  /(?:^|[\s(])(?:\p{Lu}|Mr|Mrs|Ms|Dr|Prof|St|Sr|Jr|No|vs|etc|e\.g|i\.e|z\.B|bzw|Nr|Sra|Srta|Dra|Mme|Mlle)\.\s*$/u;
/** Where a long sentence may be cut, best first. */
const CUTS = [/[,;:،、，；：]\s*/gu, /\s+/gu];
/** Scripts that put no spaces between words. */
const UNSPACED = /[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmer}\p{scx=Myanmar}]/u;
const SPEAKABLE = /[\p{L}\p{N}]/u;

/** Text without markup, emoji, control characters and marks of direction. Line ends stay: they end sentences. */
export function cleanText(text: string): string {
  return text
    .toWellFormed()
    .normalize('NFC')
    .replace(/\r\n?|[\u2028\u2029]/gu, '\n')
    .replace(TAG, ' ')
    .replace(EMOJI, ' ')
    .replace(DIRECTION, '')
    .replace(MARKDOWN, ' ')
    .replace(BRACKETS, ' ')
    .split('\n')
    .map((line) => line.replace(UNSPEAKABLE, ' ').replace(/\s+/gu, ' ').replace(LOST_PUNCTUATION, '$1').trim())
    .join('\n')
    .trim();
}

/** Sentences with something to say, in order, each of at most 240 characters. */
export function sentencesOf(clean: string, language: string): string[] {
  const segmenter = new Intl.Segmenter(segmenterLocale(language), { granularity: 'sentence' });
  const sentences: string[] = [];
  for (const line of clean.split('\n')) {
    let sentence = '';
    for (const { segment } of segmenter.segment(line)) {
      sentence += segment;
      if (ABBREVIATION.test(sentence)) continue;
      sentences.push(sentence);
      sentence = '';
    }
    sentences.push(sentence);
  }
  return sentences.flatMap(shortened).filter((sentence) => SPEAKABLE.test(sentence));
}

/** Where the first clause of a text that is still being written may be cut: what is spoken at once should be worth it. */
const FIRST_CLAUSE_CHARS = 24;
const CLAUSE_END = /[,;:،、，；：—]\s+$/u;

/** The sentences of a text that is still being written, each as soon as it is whole; the first one may be a clause. */
export async function* sentencesFrom(text: AsyncIterable<string>, language: string): AsyncGenerator<string> {
  let rest = '';
  let isFirst = true;
  for await (const piece of text) {
    for (const character of piece) {
      rest += character;
      // A sentence is known to be whole when the next one begins; a clause by its mark and a space.
      const ends = isFirst && rest.length >= FIRST_CLAUSE_CHARS && CLAUSE_END.test(rest);
      const ready = ends ? rest : wholeSentences(rest, language);
      if (!ready) continue;
      rest = rest.slice(ready.length);
      for (const sentence of sentencesOf(cleanText(ready), language)) {
        isFirst = false;
        yield sentence;
      }
    }
  }
  yield* sentencesOf(cleanText(rest), language);
}

/** A character after which a sentence may have ended, with the space behind it; or an end that needs no space. */
const MAYBE_ENDED = /([.!?…؟।]["'”’)\]]*\s|[。！？]|\n)$/u;

/** The part of a text that is whole sentences; empty while it may all be one. */
function wholeSentences(text: string, language: string): string {
  if (!MAYBE_ENDED.test(text) || ABBREVIATION.test(text)) return '';
  const segmenter = new Intl.Segmenter(segmenterLocale(language), { granularity: 'sentence' });
  // Would a sentence begin here if a letter followed? "3.5" and "e.g. this" go on.
  const segments = [...segmenter.segment(`${text}A`)];
  return segments.length > 1 && segments.at(-1)?.segment === 'A' ? text : '';
}

/** Words with the punctuation that touches them; where a script has no spaces, by the dictionary of `Intl.Segmenter`. */
export function wordsOf(sentence: string, language: string): TextWord[] {
  const segmenter = new Intl.Segmenter(segmenterLocale(language), { granularity: 'word' });
  const words: TextWord[] = [];
  let at = 0;
  let open: TextWord | undefined;
  for (const { segment, isWordLike } of segmenter.segment(sentence)) {
    const to = at + [...segment].length;
    const apart = open && isWordLike && UNSPACED.test(segment) && SPEAKABLE.test(open.text);
    if (segment.trim() === '' || apart) open = undefined;
    if (open) {
      open.text += segment;
      open.to = to;
    } else if (segment.trim() !== '') {
      open = { text: segment, from: at, to };
      words.push(open);
    }
    at = to;
  }
  return words;
}

function shortened(sentence: string): string[] {
  const pieces: string[] = [];
  let rest = sentence.trim();
  while (rest.length > MAX_SENTENCE_CHARS) {
    const cut = cutOf(rest.slice(0, MAX_SENTENCE_CHARS));
    pieces.push(rest.slice(0, cut).trim());
    rest = rest.slice(cut).trim();
  }
  return [...pieces, rest];
}

function cutOf(text: string): number {
  for (const pattern of CUTS) {
    const last = [...text.matchAll(pattern)].at(-1);
    if (last && last.index > 0) return last.index + last[0].length;
  }
  // One endless word: cut anywhere but within a character.
  return /[\uD800-\uDBFF]$/.test(text) ? text.length - 1 : text.length;
}

/** A locale that Intl takes; where the engine's tag is none, the rules that hold for all. */
function segmenterLocale(language: string): string {
  const [base = 'und'] = language.split('-');
  try {
    return Intl.getCanonicalLocales(base)[0] ?? 'und';
  } catch {
    return 'und'; // not a tag by BCP 47: espeak has some of its own
  }
}
