// A fixed list of phrases as a grammar in JSGF (W3C note, JSpeech Grammar Format, 2000), and back from heard words to the phrase.

/** What people put before a question. */
const BEFORE = ['please', 'so', 'well', 'okay', 'um', 'uh', 'hello', 'hi', 'and'];
/** And behind it. */
const AFTER = ['please', 'thank you'];
/** Capital letters that are spelled: GPU, FAQ. */
const INITIALS = /\b[A-Z]{2,5}\b/g;

/** The words of a phrase as a pronouncing dictionary has them. */
export function wordsOfPhrase(phrase: string): string[] {
  return phrase
    .replace(INITIALS, (letters) => [...letters].join(' '))
    .toLowerCase()
    .replace(/[’]/g, "'")
    .replace(/[^a-z' ]+/g, ' ')
    .split(' ')
    .filter(Boolean);
}

export interface PhraseGrammar {
  jsgf: string;
  /** The same as an expansion of one rule. */
  expansion: string;
  /** The phrase that these words are, as it was written; empty where they are none. */
  phraseOf(heard: string): string;
  /** Phrases that have a word which nobody told how to pronounce. */
  left: string[];
}

/** @param isKnown is the word in the dictionary? */
export function grammarOf(phrases: readonly string[], isKnown: (word: string) => boolean): PhraseGrammar {
  const byWords = new Map<string, string>();
  const left: string[] = [];
  for (const phrase of phrases) {
    const words = wordsOfPhrase(phrase);
    if (words.length === 0) continue;
    if (!words.every(isKnown)) left.push(phrase);
    else if (!byWords.has(words.join(' '))) byWords.set(words.join(' '), phrase);
  }
  const choice = (options: Iterable<string>) => [...options].join(' | ');
  const expansion = `[${choice(BEFORE)}] ( ${choice(byWords.keys())} ) [${choice(AFTER)}]`;
  return {
    jsgf: `#JSGF V1.0;\ngrammar phrases;\npublic <said> = ${expansion};\n`,
    expansion,
    phraseOf: (heard) => phraseIn(byWords, heard),
    left,
  };
}

function phraseIn(byWords: ReadonlyMap<string, string>, heard: string): string {
  const whole = byWords.get(heard);
  if (whole !== undefined) return whole;
  const before = BEFORE.find((word) => heard.startsWith(`${word} `));
  const bare = before ? heard.slice(before.length + 1) : heard;
  const after = AFTER.find((words) => bare.endsWith(` ${words}`));
  return byWords.get(bare) ?? byWords.get(after ? bare.slice(0, -after.length - 1) : bare) ?? '';
}
