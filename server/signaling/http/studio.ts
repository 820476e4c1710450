// The studio's routes: avatars of one's own, who agreed to them, and the log. All of them are for administrators.
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { VaktraError } from '../../errors.ts';
import type { Studio } from '../../session/index.ts';
import { EMOTIONS } from '../../types.ts';
import { lookFields } from '../look.ts';
import { parseForm, readFace, readFile, readPicture, textIn } from '../upload.ts';
import { check } from './check.ts';
import { admit } from './guard.ts';
import type { HttpParts } from './parts.ts';
import { auditShape, avatarShape, consentShape } from './studio-shapes.ts';

const MAX_NAME_CHARS = 120;
const MAX_TEXT_CHARS = 500;
const MAX_AUDIT_LINES = 500;
const DEFAULT_AUDIT_LINES = 100;
/** A minute of 16-bit samples at 48 kHz. */
const MAX_SOUND_BYTES = 6_000_000;

const name = z.string().trim().min(1).max(MAX_NAME_CHARS);
const text = z.string().trim().min(1).max(MAX_TEXT_CHARS);
const KINDS = ['photo', 'painting', 'drawing'] as const;
const idParameter = z.object({ id: z.uuid() });
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
const change = z.strictObject({ name: name.optional(), options: z.strictObject(optionFields).optional() });
const wishFields = {
  who: text,
  recorded_by: text,
  purpose: text,
  until: z.iso
    .datetime()
    .refine((value) => value > new Date().toISOString(), 'must be in the future')
    .optional(),
};
const consentRequest = z.discriminatedUnion('manner', [
  z.strictObject({ manner: z.literal('spoken'), language: z.string().min(2), ...wishFields }),
  z.strictObject({ manner: z.literal('public-domain'), source: text, ...wishFields }),
  z.strictObject({ manner: z.literal('own-work'), source: text, ...wishFields }),
]);
const documentForm = z.strictObject({ manner: z.literal('document'), ...wishFields });
const auditQuery = z.strictObject({
  avatar: z.string().min(1).optional(),
  before: z.coerce.number().int().positive().optional(),
  limit: z.coerce.number().int().min(1).max(MAX_AUDIT_LINES).default(DEFAULT_AUDIT_LINES),
});

export function addStudio(app: FastifyInstance, studio: Studio, { access, maxPictureBytes }: HttpParts): void {
  app.register(async (scope) => {
    scope.addHook('onRequest', async (request) => {
      await admit(access, request, 'admin');
    });
    addAvatars(scope, studio, maxPictureBytes);
    addConsents(scope, studio, maxPictureBytes);
    scope.get('/v1/studio', async () => ({
      consent_languages: studio.consents.spokenLanguages(),
      max_picture_bytes: maxPictureBytes,
    }));
    scope.get('/v1/audit', async (request) => {
      const { avatar, before, limit } = check(auditQuery, request.query);
      return { lines: (await studio.audit({ avatarId: avatar, before, limit })).map(auditShape) };
    });
  });
}

function addAvatars(app: FastifyInstance, { avatars, consents, guard }: Studio, maxPictureBytes: number): void {
  const whole = async (id: string) => avatarShape(await avatars.get(id), await consents.of(id));

  app.get('/v1/avatars', async () => {
    const list = await avatars.list();
    return { avatars: await Promise.all(list.map(async (one) => avatarShape(one, await consents.of(one.id)))) };
  });
  app.post('/v1/avatars', async (request, reply) => {
    const form = await formOf(request);
    const { name, kind, ...options } = check(newAvatar, textsIn(form, ['name', 'kind', ...Object.keys(optionFields)]));
    const picture = await readPicture(form, 'picture', maxPictureBytes);
    const avatar = await avatars.create({ name, kind, options, picture, face: readFace(form.get('face')) });
    return reply.code(201).send(avatarShape(avatar, []));
  });
  app.get('/v1/avatars/:id', async (request) => whole(idOf(request)));
  app.get('/v1/avatars/:id/picture.jpg', async (request, reply) => {
    const jpeg = await avatars.framedPicture(idOf(request));
    return reply.header('cache-control', 'no-store').type('image/jpeg').send(Buffer.from(jpeg));
  });
  app.patch('/v1/avatars/:id', async (request) => {
    const id = idOf(request);
    await avatars.change(id, check(change, request.body));
    return whole(id);
  });
  app.post('/v1/avatars/:id/versions', async (request, reply) => {
    const form = await formOf(request);
    const id = idOf(request);
    await avatars.renew(id, await readPicture(form, 'picture', maxPictureBytes), readFace(form.get('face')));
    await guard.look();
    return reply.code(201).send(await whole(id));
  });
  app.delete('/v1/avatars/:id', async (request, reply) => {
    await avatars.erase(idOf(request));
    await guard.look();
    return reply.code(204).send();
  });
}

function addConsents(app: FastifyInstance, { avatars, consents, guard }: Studio, maxPictureBytes: number): void {
  app.post('/v1/avatars/:id/consents', async (request, reply) => {
    const id = idOf(request);
    if (request.body instanceof Uint8Array) {
      const form = await formOf(request);
      const { who, recorded_by, purpose, until } = check(
        documentForm,
        textsIn(form, ['manner', ...Object.keys(wishFields)]),
      );
      const document = await readFile(form, 'document', maxPictureBytes);
      const record = await consents.addDocument(id, { who, recordedBy: recorded_by, purpose, until }, document);
      return reply.code(201).send(consentShape(record));
    }
    const wish = check(consentRequest, request.body);
    const { who, recorded_by: recordedBy, purpose, until } = wish;
    const common = { who, recordedBy, purpose, until };
    const record =
      wish.manner === 'spoken'
        ? await consents.ask(id, common, wish.language)
        : await consents.declare(id, common, wish.manner, wish.source);
    return reply.code(201).send(consentShape(record));
  });
  app.post('/v1/consents/:id/answer', async (request) => {
    const form = await formOf(request);
    const sound = await readFile(form, 'sound', MAX_SOUND_BYTES);
    const picture = await readPicture(form, 'picture', maxPictureBytes);
    const pictureOf = avatars.picture.bind(avatars);
    return consentShape(await consents.answer(idOf(request), { sound, picture }, pictureOf));
  });
  app.post('/v1/consents/:id/revoke', async (request) => {
    const record = await consents.revoke(idOf(request));
    await guard.look();
    return consentShape(record);
  });
}

function idOf(request: FastifyRequest): string {
  return check(idParameter, request.params).id;
}

async function formOf({ body, headers }: FastifyRequest): Promise<FormData> {
  const contentType = headers['content-type'];
  if (body instanceof Uint8Array && contentType !== undefined) return parseForm(body, contentType);
  throw new VaktraError('invalid_message', 'This request takes a multipart/form-data form: see docs/consent.md.');
}

/** The fields of the form that are filled in; what is empty counts as left out. */
function textsIn(form: FormData, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = textIn(form, name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
