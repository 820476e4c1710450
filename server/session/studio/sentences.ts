// What the person in a portrait reads aloud to agree. Translated by meaning; each ends where the code follows.

/** Words without digits, by the first part of the language's tag. English words are all in the offline recogniser's dictionary. */
const SENTENCES: Readonly<Record<string, string>> = {
  en: 'I agree that my face may speak on this server, and my code is',
  de: 'Ich bin einverstanden, dass mein Gesicht auf diesem Server sprechen darf, und mein Code lautet',
  es: 'Acepto que mi rostro pueda hablar en este servidor, y mi código es',
  fr: 'J’accepte que mon visage puisse parler sur ce serveur, et mon code est',
  hi: 'मैं सहमत हूँ कि मेरा चेहरा इस सर्वर पर बोल सकता है, और मेरा कोड है',
  zh: '我同意我的面容在这台服务器上说话，我的验证码是',
  ar: 'أوافق على أن يتحدث وجهي على هذا الخادم، ورمزي هو',
};

/** Languages that have a sentence. */
export const SENTENCE_LANGUAGES = Object.keys(SENTENCES);

/** @returns undefined for a language without one */
export function consentSentence(language: string): string | undefined {
  return SENTENCES[language.split('-')[0]?.toLowerCase() ?? language];
}
