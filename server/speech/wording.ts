// What mood a text's wording hints at: a short list of words per language, and exclamation marks that make a hint stronger.
// Deliberately simple and shy. It knows greetings of congratulation, apologies, warnings and the like, no irony; when two moods
// are named, or none, it says nothing.

import type { Emotion, Mood } from '../types.ts';

type Hinted = Exclude<Emotion, 'neutral'>;

/** A hint is shown weakly, a little more with an exclamation mark. */
const HINT_STRENGTH = 0.4;
const EXCLAIMED_STRENGTH = 0.55;
/** A negation within so many words before a word takes it back. */
const NEGATION_REACH_WORDS = 2;

/** Beginnings of words or phrases, in lower case. */
const WORDS: Record<string, Record<Hinted, readonly string[]>> = {
  en: {
    happy: [
      'congratulations',
      'happy',
      'glad',
      'great news',
      'wonderful',
      'welcome',
      'delighted',
      'well done',
      'enjoy',
      'hooray',
      'lovely',
    ],
    sad: ['sorry', 'unfortunately', 'sad', 'regret', 'condolences', 'apologi', 'alas', 'miss you', 'passed away'],
    angry: ['unacceptable', 'outrageous', 'how dare', 'angry', 'furious', 'enough of this', 'shut up', 'stop it'],
    fearful: ['careful', 'danger', 'afraid', 'help me', 'watch out', 'scared', 'frighten', 'terrif'],
    surprised: ['wow', 'oh my', 'unbelievable', 'incredible', 'surpris', 'no way', 'really?', 'what?!'],
  },
  de: {
    happy: [
      'glückwunsch',
      'gratul',
      'freue',
      'freut',
      'glücklich',
      'wunderbar',
      'willkommen',
      'herrlich',
      'toll',
      'prima',
      'schöne nachricht',
    ],
    sad: ['leider', 'entschuldig', 'tut mir leid', 'traurig', 'bedaure', 'bedauern', 'beileid', 'verzeih'],
    angry: ['unverschämt', 'wütend', 'unerhört', 'reicht es', 'frechheit', 'halt den mund'],
    fearful: ['vorsicht', 'gefahr', 'angst', 'hilfe!', 'fürchte', 'achtung'],
    surprised: ['unglaublich', 'überrasch', 'wahnsinn', 'donnerwetter', 'wirklich?', 'echt?'],
  },
  fr: {
    happy: ['félicitations', 'bravo', 'heureu', 'ravi', 'bienvenue', 'formidable', 'merveilleu', 'bonne nouvelle'],
    sad: ['désolé', 'malheureusement', 'triste', 'regrett', 'condoléances', 'pardon', 'hélas'],
    angry: ['inacceptable', 'furieu', 'en colère', 'ça suffit', 'scandaleu'],
    fearful: ['attention', 'danger', 'peur', 'au secours', 'effray'],
    surprised: ['incroyable', 'surpris', 'oh là là', 'vraiment ?', 'pas possible'],
  },
  es: {
    happy: ['felicidades', 'enhorabuena', 'feliz', 'alegr', 'bienvenid', 'maravillos', 'genial', 'estupend'],
    sad: ['lo siento', 'lamentablemente', 'desgraciadamente', 'triste', 'lament', 'perdón', 'disculp', 'pésame'],
    angry: ['inaceptable', 'furios', 'enfadad', 'enojad', 'ya basta', 'indignante'],
    fearful: ['cuidado', 'peligro', 'miedo', 'socorro', 'asustad'],
    surprised: ['increíble', 'sorpres', 'sorprend', '¿de verdad', 'no puede ser'],
  },
  it: {
    happy: [
      'congratulazioni',
      'auguri',
      'felice',
      'benvenut',
      'meraviglios',
      'splendid',
      'evviva',
      'contento',
      'contenta',
    ],
    sad: ['mi dispiace', 'purtroppo', 'triste', 'scusa', 'scusi', 'condoglianze'],
    angry: ['inaccettabile', 'furios', 'arrabbiat', 'basta!', 'vergogna'],
    fearful: ['attenzione', 'pericolo', 'paura', 'aiuto'],
    surprised: ['incredibile', 'sorpres', 'davvero?', 'non ci credo'],
  },
};
const NEGATIONS = new Set(
  "not no never isn’t isn't don’t don't aren’t aren't nicht kein keine nie ne pas jamais non mai nunca sin without ohne sans".split(
    ' ',
  ),
);

/**
 * The mood that a text hints at; undefined when it hints at none, or at more than one.
 *
 * @param language as in `SpeechRequest.language`; of languages that are not listed nothing is known
 */
export function moodOfWording(text: string, language: string): Mood | undefined {
  const lists = WORDS[language.split('-')[0]?.toLowerCase() ?? ''];
  if (!lists) return undefined;
  const lower = text.toLowerCase();
  const hinted = (Object.keys(lists) as Hinted[]).filter((emotion) => lists[emotion].some((word) => says(lower, word)));
  const [emotion, another] = hinted;
  if (!emotion || another) return undefined;
  return { emotion, strength: lower.includes('!') ? EXCLAIMED_STRENGTH : HINT_STRENGTH };
}

/** Does a word of the text begin like this, and is it not taken back? */
function says(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    const before = text.slice(0, at);
    if (/[\p{L}\p{N}]$/u.test(before)) continue;
    const lastWords = before
      .split(/[^\p{L}\p{N}'’]+/u)
      .filter(Boolean)
      .slice(-NEGATION_REACH_WORDS);
    if (!lastWords.some((last) => NEGATIONS.has(last))) return true;
  }
  return false;
}
