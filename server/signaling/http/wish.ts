// What a conversation is to be like, as JSON or as a form says it.
import { z } from 'zod';
import type { ConversationOptions } from '../../session/index.ts';
import { chosenLook, lookFields } from '../look.ts';
import { readUpload } from '../upload.ts';
import { check } from './check.ts';
import type { HttpParts } from './parts.ts';

export const sessionRequest = z
  .strictObject({
    portrait: z.string().min(1).optional().describe('The id of a portrait that comes with the server.'),
    avatar: z.string().min(1).optional().describe('Instead, the id of an avatar of the studio.'),
    ...lookFields,
  })
  .refine(({ portrait, avatar }) => (portrait === undefined) !== (avatar === undefined), {
    path: ['portrait'],
    message: 'name either a portrait or an avatar',
  });

/** For the description; the form is read by `readUpload`, whose sentences say more. */
export const sessionForm = z.object({
  picture: z.file().optional().describe('A portrait: JPEG, PNG or WebP.'),
  consent: z.string().optional().describe('Who agreed to the use of this face; needed with a picture.'),
  portrait: z.string().optional().describe('Instead of a picture, the id of a portrait that comes with the server.'),
  face: z.int().min(0).optional().describe('Which face of a picture that shows several: a place in the list "faces".'),
  background_picture: z.file().optional(),
  ...lookFields,
});

/** What an avatar's maker chose, of all options. */
const ownLook = z.object({ background: lookFields.background, framing: lookFields.framing });

/** @throws VaktraError `avatar_unknown`, and what a form's fields are refused for */
export async function readWish(
  asked: z.output<typeof sessionRequest> | FormData,
  { maxPictureBytes, studio }: HttpParts,
): Promise<Pick<ConversationOptions, 'portrait' | 'look'>> {
  if (asked instanceof FormData) {
    const { portrait, look, backgroundPicture } = await readUpload(asked, maxPictureBytes);
    return { portrait, look: chosenLook(check(z.object(lookFields), look), backgroundPicture) };
  }
  const { portrait = '', avatar, ...look } = asked;
  if (avatar === undefined) return { portrait: { id: portrait }, look: chosenLook(look) };
  const own = (await studio?.avatars.get(avatar))?.options;
  return { portrait: { avatar }, look: chosenLook({ ...check(ownLook, own ?? {}), ...look }) };
}
