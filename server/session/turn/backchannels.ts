// What listeners say to show that they listen ("backchannels", Yngve 1970): over a voice it means "go on".

/** By language; anything else gets English. Matched with the whole of what was said, in lower case and without punctuation. */
const BACKCHANNELS: Readonly<Record<string, RegExp>> = {
  en: /^(m+h*m*|h+m+|mm? hm+|uh huh|a+h+a*|oh|okay|ok|yes|yeah|yep|right|i see|sure|exactly|really|of course|got it)$/,
  de: /^(m+h*m*|h+m+|aha|ach so|oh|okay|ok|ja|jaja|genau|stimmt|klar|verstehe|gut)$/,
  es: /^(m+h*m*|h+m+|aj[aá]|ah|oh|okay|ok|s[ií]|claro|vale|ya|bueno|entiendo)$/,
  fr: /^(m+h*m*|h+m+|ah|oh|okay|ok|oui|ouais|d accord|bien s[uû]r|exactement|je vois)$/,
  hi: /^(ह(म्म|ूँ|ूं)|अच्छा|हाँ|हां|जी|जी हाँ|ठीक|ठीक है)$/,
  zh: /^(嗯+|哦+|啊+|好|好的|是|是的|对|对的|明白)$/,
  ar: /^(م+|همم+|آه|نعم|أجل|حسنا|حسنًا|طيب|صحيح)$/,
};

/** @param language BCP 47 tag */
export function isBackchannel(text: string, language: string): boolean {
  const [base = 'en'] = language.toLowerCase().split('-');
  const said = text
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, ' ')
    .trim();
  const known = BACKCHANNELS[base === 'cmn' ? 'zh' : base] ?? (BACKCHANNELS.en as RegExp);
  return known.test(said) || said.split(' ').every((word) => known.test(word));
}
