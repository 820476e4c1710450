// From the language that a message names to one that the engine speaks.

import { VaktraError } from '../errors.ts';
import type { EngineLanguage } from './speech-types.ts';

const MAX_SUGGESTIONS = 5;
/** Tags or names further away than this many changed letters are no suggestion. */
const MAX_DISTANCE = 2;

/**
 * The engine's language for a tag: the same one, one that has it for an alias, or else the tag without its last subtags
 * (RFC 4647 section 3.4, lookup).
 *
 * @throws VaktraError `language_unknown` with the nearest ones
 */
export function findLanguage(languages: readonly EngineLanguage[], tag: string): EngineLanguage {
  const wanted = tag.trim().toLowerCase().replaceAll('_', '-');
  for (let range = wanted; range !== ''; range = range.slice(0, Math.max(0, range.lastIndexOf('-')))) {
    const found = languages.find(({ id }) => id === range) ?? languages.find(({ aliases }) => aliases.includes(range));
    if (found) return found;
  }
  const near = nearest(languages, wanted).map(({ id, name }) => `${id} (${name})`);
  const advice =
    near.length > 0 ? `did you mean ${near.join(', ')}?` : `${languages.length} others are spoken, among them en.`;
  throw new VaktraError('language_unknown', `The language "${tag.slice(0, 40)}" is not spoken here: ${advice}`);
}

function nearest(languages: readonly EngineLanguage[], wanted: string): EngineLanguage[] {
  const [base = ''] = wanted.split('-');
  const ranked = languages.map((language) => {
    const name = language.name.toLowerCase();
    const distance =
      name.includes(wanted) || language.id.split('-')[0] === base
        ? 0
        : Math.min(editDistance(wanted, language.id), editDistance(wanted, name));
    return { language, distance };
  });
  return ranked
    .filter(({ distance }) => distance <= MAX_DISTANCE)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, MAX_SUGGESTIONS)
    .map(({ language }) => language);
}

/** Letters to insert, drop or change to make one of the other (Levenshtein). */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 0; i < a.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++) {
      const change = (row[j] ?? 0) + (a[i] === b[j] ? 0 : 1);
      next.push(Math.min(change, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
