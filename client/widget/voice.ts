// Which of the server's voices speaks a language: the nearest tag it has.

/** Macrolanguages (ISO 639-3) that speech engines list by their main language. */
const MAIN_LANGUAGE: Record<string, string> = { zh: 'cmn' };

/** The id of the language that fits `tag` (BCP 47) best, or undefined where none does: then the server's own default speaks. */
export function voiceFor(tag: string, languages: readonly { id: string }[]): string | undefined {
  const wished = tag.toLowerCase();
  const [primary = ''] = wished.split('-');
  const candidates = [wished, primary, MAIN_LANGUAGE[primary]];
  const ids = languages.map(({ id }) => id);
  const exact = candidates.flatMap((one) => ids.find((id) => id.toLowerCase() === one) ?? []);
  return exact[0] ?? ids.find((id) => id.toLowerCase().startsWith(`${primary}-`));
}
