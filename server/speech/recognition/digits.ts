// Digits as they are said: the words of the languages in which consent sentences are written, and figures.

/** From one to nine, then zero, in each language; several words of one digit stand in a list. */
const DIGITS: Readonly<Record<string, readonly (string | readonly string[])[]>> = {
  en: ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', ['zero', 'oh']],
  de: ['eins', ['zwei', 'zwo'], 'drei', 'vier', 'fünf', 'sechs', 'sieben', 'acht', 'neun', 'null'],
  es: ['uno', 'dos', 'tres', 'cuatro', 'cinco', 'seis', 'siete', 'ocho', 'nueve', 'cero'],
  fr: ['un', 'deux', 'trois', 'quatre', 'cinq', 'six', 'sept', 'huit', 'neuf', 'zéro'],
  hi: ['एक', 'दो', 'तीन', 'चार', ['पांच', 'पाँच'], ['छह', 'छः'], 'सात', 'आठ', 'नौ', 'शून्य'],
  zh: ['一', '二', '三', '四', '五', '六', '七', '八', '九', '零'],
  ar: ['واحد', 'اثنان', 'ثلاثة', 'أربعة', 'خمسة', 'ستة', 'سبعة', 'ثمانية', 'تسعة', 'صفر'],
};
const DIGIT_COUNT = 10;
/** Digits of Arabic and of Devanagari, each from zero on. */
const OTHER_FIGURES = [0x0660, 0x06f0, 0x0966];
/** Chinese is written without spaces. */
const WITHOUT_SPACES = new Set(['zh']);

/** All digits in the text, in their order: figures and words. */
export function spokenDigits(text: string, language: string): string {
  return partsOf(text, language)
    .flatMap((part) => digitOf(part, language) ?? [])
    .join('');
}

/** The text without them. */
export function withoutDigits(text: string, language: string): string {
  const parts = partsOf(text, language).filter((part) => digitOf(part, language) === undefined);
  return parts.join(WITHOUT_SPACES.has(primary(language)) ? '' : ' ');
}

/** The digits as they are shown to whoever reads them aloud, apart from each other. */
export function digitsToRead(code: string): string {
  return [...code].join(' ');
}

function partsOf(text: string, language: string): string[] {
  const figures = [...text.toLowerCase()].map(asciiFigure).join('');
  if (WITHOUT_SPACES.has(primary(language))) return [...figures];
  return figures
    .replace(/\d/g, ' $& ')
    .split(/[^\p{L}\p{M}\d'’]+/u)
    .filter(Boolean);
}

function digitOf(part: string, language: string): string | undefined {
  if (/^\d$/.test(part)) return part;
  const words = DIGITS[primary(language)] ?? [];
  const place = words.findIndex((word) => (typeof word === 'string' ? word === part : word.includes(part)));
  return place < 0 ? undefined : String((place + 1) % DIGIT_COUNT);
}

function asciiFigure(letter: string): string {
  const code = letter.codePointAt(0) ?? 0;
  const zero = OTHER_FIGURES.find((first) => code >= first && code < first + DIGIT_COUNT);
  return zero === undefined ? letter : String(code - zero);
}

function primary(language: string): string {
  return language.split('-')[0]?.toLowerCase() ?? language;
}
