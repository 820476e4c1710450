// The look of a conversation as a client asks for it, in JSON or in a form.
import { z } from 'zod';
import { VaktraError } from '../errors.ts';
import type { LookChoice } from '../session/index.ts';
import { FRAMINGS, PICTURE_SIZE_PX, PICTURE_SIZES } from '../types.ts';

const COLOUR = /^#[0-9a-f]{6}$/i;
const KINDS = ['keep', 'blur', 'transparent', 'picture'] as const;

export const lookFields = {
  background: z
    .string()
    .refine(
      (value) => COLOUR.test(value) || KINDS.includes(value as never),
      `must be one of ${KINDS.join(', ')} or a colour such as #2f6f4f`,
    )
    .optional(),
  size: z.literal(PICTURE_SIZES, `must be one of ${PICTURE_SIZES.join(', ')}`).optional(),
  framing: z.enum(FRAMINGS, `must be one of ${FRAMINGS.join(', ')}`).optional(),
};

const lookRequest = z.object(lookFields);

/**
 * @param image the file that the form brought for the background
 * @throws VaktraError `invalid_message` where picture and background do not go together
 */
export function chosenLook(fields: z.output<typeof lookRequest>, image?: Uint8Array): LookChoice {
  const { background = image ? 'picture' : 'keep', size = PICTURE_SIZE_PX, framing = 'square' } = fields;
  if ((background === 'picture') !== (image !== undefined)) {
    const sentence =
      'A background "picture" and a file in the form\'s field "background_picture" belong together: send both, or neither.';
    throw new VaktraError('invalid_message', sentence);
  }
  if (image) return { background: { kind: 'picture', image }, size, framing };
  if (background.startsWith('#')) {
    return { background: { kind: 'colour', colour: Number.parseInt(background.slice(1), 16) }, size, framing };
  }
  return { background: { kind: background as 'keep' | 'blur' | 'transparent' }, size, framing };
}
