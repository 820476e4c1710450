// What a conversation is to be like, as JSON or as a form says it.
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { ConversationOptions } from '../../session/index.ts';
import { chosenLook, lookFields } from '../look.ts';
import { readUpload } from '../upload.ts';
import { check } from './check.ts';
import type { HttpParts } from './parts.ts';

const sessionRequest = z
  .strictObject({ portrait: z.string().min(1).optional(), avatar: z.string().min(1).optional(), ...lookFields })
  .refine(({ portrait, avatar }) => (portrait === undefined) !== (avatar === undefined), {
    path: ['portrait'],
    message: 'name either a portrait or an avatar',
  });
/** What an avatar's maker chose, of all options. */
const ownLook = z.object({ background: lookFields.background, framing: lookFields.framing });

/** @throws VaktraError `invalid_message`, `avatar_unknown`, and what a form's fields are refused for */
export async function readWish(
  request: FastifyRequest,
  { maxPictureBytes, studio }: HttpParts,
): Promise<Pick<ConversationOptions, 'portrait' | 'look'>> {
  const contentType = request.headers['content-type'];
  if (!(request.body instanceof Uint8Array) || contentType === undefined) {
    const { portrait = '', avatar, ...look } = check(sessionRequest, request.body);
    if (avatar === undefined) return { portrait: { id: portrait }, look: chosenLook(look) };
    const own = (await studio?.avatars.get(avatar))?.options;
    return { portrait: { avatar }, look: chosenLook({ ...check(ownLook, own ?? {}), ...look }) };
  }
  const { portrait, look, backgroundPicture } = await readUpload(request.body, contentType, maxPictureBytes);
  return { portrait, look: chosenLook(check(z.object(lookFields), look), backgroundPicture) };
}
