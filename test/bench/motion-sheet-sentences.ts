// What `npm run sheet:motion` has spoken: sentences full of sounds that are seen, and what to look for in each kind of sound.

export interface SheetSentence {
  /** Id of the voice's language. */
  language: string;
  name: string;
  text: string;
}

export const SENTENCES: readonly SheetSentence[] = [
  {
    language: 'en',
    name: 'English',
    text: 'Maybe my mother would move the blue sofa over by the open window, if we help her.',
  },
  {
    language: 'en',
    name: 'English',
    text: 'A happy farmer put five apples and a pumpkin into the bowl that you showed me.',
  },
  {
    language: 'de',
    name: 'German',
    text: 'Am Abend trafen wir Oma im Apfelgarten und probierten süße Pflaumen.',
  },
  {
    language: 'de',
    name: 'German',
    text: 'Über dem Fluss schweben viele bunte Papierdrachen, und niemand möchte heim zur Suppe.',
  },
  {
    language: 'es',
    name: 'Spanish',
    text: 'Mi amiga Paloma y su papá fueron a comprar una bufanda y dos sombreros.',
  },
  {
    language: 'es',
    name: 'Spanish',
    text: 'Por la mañana mi papá toma un café muy amargo y come uvas bajo un árbol.',
  },
  { language: 'hi', name: 'Hindi', text: 'हमारे बगीचे में वसंत के पीले फूल और मीठे आम बहुत सुंदर लगते हैं।' },
  { language: 'hi', name: 'Hindi', text: 'पापा ने शाम को बाज़ार से ताज़ी सब्ज़ियाँ और सफ़ेद कपड़ा मंगवाया।' },
  { language: 'zh', name: 'Mandarin', text: '我爸爸妈妈明天坐飞机去北京看朋友。' },
  { language: 'zh', name: 'Mandarin', text: '厨房里的面包和苹果都放在木头盘子上。' },
];

/** A kind of sound, and which frame of its time is shown: where the mouth is at its extreme in what the sound asks for. */
export interface SoundKind {
  name: string;
  /** Of the sound in the International Phonetic Alphabet, without stress marks. */
  ipa: RegExp;
  measure: 'lip_opening' | 'lip_width';
  extreme: 'least' | 'most';
  /** Frames before and after the sound's time that count too; 0 where a neighbour's closed lips would be taken for its own. */
  around: 0 | 1;
  /** Must the lips be closed? */
  closed?: true;
}

/** The columns of the sheet, behind the one for silence. */
export const KINDS: readonly SoundKind[] = [
  { name: 'p b', ipa: /^[pb](?!f)/u, measure: 'lip_opening', extreme: 'least', around: 1, closed: true },
  { name: 'm', ipa: /^m/u, measure: 'lip_opening', extreme: 'least', around: 1, closed: true },
  { name: 'f v', ipa: /^[fvʋ]/u, measure: 'lip_opening', extreme: 'least', around: 1 },
  { name: 't d n', ipa: /^[tdnɾ]/u, measure: 'lip_opening', extreme: 'least', around: 0 },
  { name: 'a', ipa: /^[aɑæ]/u, measure: 'lip_opening', extreme: 'most', around: 1 },
  { name: 'i', ipa: /^[iɪ]ː?$/u, measure: 'lip_width', extreme: 'most', around: 1 },
  { name: 'u o y w', ipa: /^[uʊoywɔ]/u, measure: 'lip_width', extreme: 'least', around: 1 },
];

/** What a sound between two of them is seen best beside. */
export const VOWEL = /^[aɑæɐeɛəɚɜʌiɪoɔuʊyøœ]/u;
