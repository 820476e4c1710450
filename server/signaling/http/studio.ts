// The studio's routes: avatars of one's own, what a studio can do, and the log. All of them are for administrators.
import { z } from 'zod';
import type { Studio } from '../../session/index.ts';
import { EMOTIONS } from '../../types.ts';
import { lookFields } from '../look.ts';
import { readFace, readPicture } from '../upload.ts';
import { done, json } from './answers.ts';
import { check } from './check.ts';
import { textsIn } from './form-texts.ts';
import { type Route, route } from './route.ts';
import { auditAnswer, auditShape, avatarAnswer, avatarShape } from './studio-shapes.ts';

const MAX_NAME_CHARS = 120;
const MAX_AUDIT_LINES = 500;
const DEFAULT_AUDIT_LINES = 100;
const KINDS = ['photo', 'painting', 'drawing'] as const;

const name = z.string().trim().min(1).max(MAX_NAME_CHARS);
export const studioParameters = z.object({ id: z.uuid() });
const optionFields = {
  language: z.string().min(1).max(MAX_NAME_CHARS).optional(),
  background: lookFields.background.refine(
    (value) => value !== 'picture',
    'must be keep, blur, transparent or a colour',
  ),
  framing: lookFields.framing,
  emotion: z.enum(EMOTIONS).optional(),
};
const newAvatar = z.strictObject({ name, kind: z.enum(KINDS), ...optionFields });
const pictureForm = z.object({ picture: z.file(), face: z.int().min(0).optional() });
const newAvatarForm = newAvatar.extend(pictureForm.shape);
const change = z.strictObject({ name: name.optional(), options: z.strictObject(optionFields).optional() });
const auditQuery = z.strictObject({
  avatar: z.string().min(1).optional(),
  before: z.coerce.number<string>().int().positive().optional(),
  limit: z.coerce.number<string>().int().min(1).max(MAX_AUDIT_LINES).default(DEFAULT_AUDIT_LINES),
});

const admin = { access: 'admin' } as const;
const params = studioParameters;

export function studioRoutes(studio: Studio, maxPictureBytes: number): Route[] {
  return [
    route(
      {
        ...admin,
        method: 'GET',
        path: '/v1/studio',
        summary: 'What the studio can do',
        answers: {
          200: json(
            'In which languages spoken consent is checked, and how large a picture may be.',
            z.strictObject({ consent_languages: z.array(z.string()), max_picture_bytes: z.int() }),
          ),
        },
      },
      {},
      async () => ({ consent_languages: studio.consents.spokenLanguages(), max_picture_bytes: maxPictureBytes }),
    ),
    route(
      {
        ...admin,
        method: 'GET',
        path: '/v1/audit',
        summary: 'The log of avatars and consents, newest first',
        answers: { 200: json('Its lines.', z.strictObject({ lines: z.array(auditAnswer) })) },
      },
      { query: auditQuery },
      async ({ query: { avatar, before, limit } }) => ({
        lines: (await studio.audit({ avatarId: avatar, before, limit })).map(auditShape),
      }),
    ),
    ...avatarRoutes(studio, maxPictureBytes),
  ];
}

function avatarRoutes({ avatars, consents, guard }: Studio, maxPictureBytes: number): Route[] {
  const whole = async (id: string) => avatarShape(await avatars.get(id), await consents.of(id));
  return [
    route(
      {
        ...admin,
        method: 'GET',
        path: '/v1/avatars',
        summary: 'All avatars of the studio',
        answers: { 200: json('Them.', z.strictObject({ avatars: z.array(avatarAnswer) })) },
      },
      {},
      async () => {
        const list = await avatars.list();
        return { avatars: await Promise.all(list.map(async (one) => avatarShape(one, await consents.of(one.id)))) };
      },
    ),
    route(
      {
        ...admin,
        method: 'POST',
        path: '/v1/avatars',
        summary: 'Makes an avatar of a picture',
        answers: { 201: json('The avatar, which needs a consent before it is shown.', avatarAnswer) },
      },
      { form: newAvatarForm },
      async ({ form }, reply) => {
        const texts = textsIn(form, ['name', 'kind', ...Object.keys(optionFields)]);
        const { name, kind, ...options } = check(newAvatar, texts);
        const picture = await readPicture(form, 'picture', maxPictureBytes);
        const avatar = await avatars.create({ name, kind, options, picture, face: readFace(form.get('face')) });
        return reply.code(201).send(avatarShape(avatar, []));
      },
    ),
    route(
      {
        ...admin,
        method: 'GET',
        path: '/v1/avatars/:id',
        summary: 'One avatar',
        answers: { 200: json('It, with its consents.', avatarAnswer) },
      },
      { params },
      async ({ params: { id } }) => whole(id),
    ),
    route(
      {
        ...admin,
        method: 'GET',
        path: '/v1/avatars/:id/picture.jpg',
        summary: 'The picture as it is drawn',
        answers: { 200: { description: 'The picture.', type: 'image/jpeg' } },
      },
      { params },
      async ({ params: { id } }, reply) => {
        const jpeg = await avatars.framedPicture(id);
        return reply.header('cache-control', 'no-store').type('image/jpeg').send(Buffer.from(jpeg));
      },
    ),
    route(
      {
        ...admin,
        method: 'PATCH',
        path: '/v1/avatars/:id',
        summary: "Changes an avatar's name or options",
        answers: { 200: json('The avatar.', avatarAnswer) },
      },
      { params, body: change },
      async ({ params: { id }, body }) => {
        await avatars.change(id, body);
        return whole(id);
      },
    ),
    route(
      {
        ...admin,
        method: 'POST',
        path: '/v1/avatars/:id/versions',
        summary: 'A new picture for an avatar, which needs consents of its own',
        answers: { 201: json('The avatar.', avatarAnswer) },
      },
      { params, form: pictureForm },
      async ({ params: { id }, form }, reply) => {
        await avatars.renew(id, await readPicture(form, 'picture', maxPictureBytes), readFace(form.get('face')));
        await guard.look();
        return reply.code(201).send(await whole(id));
      },
    ),
    route(
      {
        ...admin,
        method: 'DELETE',
        path: '/v1/avatars/:id',
        summary: 'Erases an avatar and all of its consents',
        answers: { 204: done },
      },
      { params },
      async ({ params: { id } }, reply) => {
        await avatars.erase(id);
        await guard.look();
        return reply.code(204).send();
      },
    ),
  ];
}
