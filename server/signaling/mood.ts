// The mood fields of a message or a request's body as the conversation takes them.
import { VaktraError } from '../errors.ts';
import type { MoodWish } from '../session/index.ts';
import type { Emotion } from '../types.ts';

/** @throws VaktraError `invalid_message` for a strength of nothing */
export function readMood(fields: {
  emotion?: Emotion | undefined;
  strength?: number | undefined;
}): MoodWish | undefined {
  const { emotion, strength } = fields;
  if (emotion !== undefined) return { emotion, strength };
  if (strength === undefined) return undefined;
  throw new VaktraError('invalid_message', `strength is ${strength} without an emotion: say which emotion is meant.`);
}
