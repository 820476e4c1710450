// What is said over another's voice without a wish for the floor ("backchannels", Yngve 1970: it means "go on"), and what is said to
// stop it.

/** `stop`: be silent, and nothing more. `go-on`: a listener's sound. `words`: anything else, which wants to be answered. */
type Meaning = 'stop' | 'go-on' | 'words';

interface Words {
  stop: readonly string[];
  goOn: readonly string[];
  /** Sounds that are written in many ways. */
  sounds: RegExp;
}

/** Lower case, without punctuation. */
const ENGLISH: Words = {
  stop: [
    ...['stop', 'stop it', 'please stop', 'okay stop', 'stop talking', 'be quiet', 'quiet', 'quiet please', 'shut up'],
    ...['wait', 'wait wait', 'wait a moment', 'wait a minute', 'one moment', 'just a moment', 'just a second'],
    ...['hold on', 'hang on', 'excuse me', 'sorry', 'pause', 'cancel', 'listen', 'never mind', 'hello', 'hey'],
    ...['no', 'no no no', 'enough', 'that is enough', 'thank you that is enough', 'what', 'i have a question'],
  ],
  goOn: [
    ...[
      'mhm',
      'mm',
      'hmm',
      'hm',
      'uh',
      'uh huh',
      'aha',
      'ah',
      'oh',
      'wow',
      'okay',
      'okay okay',
      'ah okay',
      'all right',
      'right',
    ],
    ...['yes', 'yes yes', 'yeah', 'yep', 'sure', 'exactly', 'really', 'of course', 'got it', 'i see', 'i know', 'true'],
    ...['good', 'great', 'cool', 'interesting'],
  ],
  sounds: /^(m+h*m*|h+m+|mm? hm+|a+h+a*|ok)$/,
};

/** By language; anything else gets English. */
const WORDS: Readonly<Record<string, Words>> = {
  en: ENGLISH,
  de: {
    stop: [
      'stopp',
      'stop',
      'halt',
      'warte',
      'warten sie',
      'moment',
      'einen moment',
      'ruhe',
      'sei still',
      'genug',
      'nein',
      'entschuldigung',
    ],
    goOn: ['aha', 'ach so', 'oh', 'okay', 'ok', 'ja', 'jaja', 'genau', 'stimmt', 'klar', 'verstehe', 'gut'],
    sounds: /^(m+h*m*|h+m+)$/,
  },
  es: {
    stop: ['para', 'alto', 'espera', 'espere', 'un momento', 'silencio', 'basta', 'no', 'perdón', 'perdona'],
    goOn: ['ajá', 'aja', 'ah', 'oh', 'okay', 'ok', 'sí', 'si', 'claro', 'vale', 'ya', 'bueno', 'entiendo'],
    sounds: /^(m+h*m*|h+m+)$/,
  },
  fr: {
    stop: [
      'stop',
      'arrête',
      'arrêtez',
      'attends',
      'attendez',
      'un instant',
      'un moment',
      'silence',
      'assez',
      'ça suffit',
      'non',
      'pardon',
    ],
    goOn: ['ah', 'oh', 'okay', 'ok', 'oui', 'ouais', 'd accord', 'bien sûr', 'bien sur', 'exactement', 'je vois'],
    sounds: /^(m+h*m*|h+m+)$/,
  },
  hi: {
    stop: ['रुको', 'रुकिए', 'रुकिये', 'बस', 'चुप', 'एक मिनट', 'नहीं', 'सुनिए', 'माफ़ कीजिए'],
    goOn: ['अच्छा', 'हाँ', 'हां', 'जी', 'जी हाँ', 'ठीक', 'ठीक है'],
    sounds: /^ह(म्म|ूँ|ूं)$/,
  },
  zh: {
    stop: ['停', '停下', '停一下', '等等', '等一下', '别说了', '安静', '够了', '不', '不是', '对不起'],
    goOn: ['好', '好的', '是', '是的', '对', '对的', '明白'],
    sounds: /^(嗯+|哦+|啊+)$/,
  },
  ar: {
    stop: ['توقف', 'قف', 'انتظر', 'لحظة', 'اسكت', 'كفى', 'يكفي', 'لا', 'عفوا', 'عفوًا', 'اسمع'],
    goOn: ['آه', 'نعم', 'أجل', 'حسنا', 'حسنًا', 'طيب', 'صحيح'],
    sounds: /^(م+|همم+)$/,
  },
};

/** The English ones, for a recogniser that listens for a fixed list. */
export const ENGLISH_OVER_VOICE: { stop: readonly string[]; goOn: readonly string[] } = ENGLISH;

/** @param language BCP 47 tag */
export function meaningOf(text: string, language: string): Meaning {
  const [base = 'en'] = language.toLowerCase().split('-');
  const { stop, goOn, sounds } = WORDS[base === 'cmn' ? 'zh' : base] ?? ENGLISH;
  const said = text
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, ' ')
    .trim();
  const isGoOn = (words: string) => sounds.test(words) || goOn.includes(words);
  if (stop.includes(said)) return 'stop';
  return isGoOn(said) || said.split(' ').every(isGoOn) ? 'go-on' : 'words';
}
