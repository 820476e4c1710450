// Who agreed to an avatar: how it is recorded, given and taken back (docs/consent.md). All of it is for administrators.
import { z } from 'zod';
import type { Studio } from '../../session/index.ts';
import { readFile, readPicture } from '../upload.ts';
import { json } from './answers.ts';
import { check } from './check.ts';
import { textsIn } from './form-texts.ts';
import { type Route, route } from './route.ts';
import { studioParameters as params } from './studio.ts';
import { consentAnswer, consentShape } from './studio-shapes.ts';

const MAX_TEXT_CHARS = 500;
/** A minute of 16-bit samples at 48 kHz. */
const MAX_SOUND_BYTES = 6_000_000;

const text = z.string().trim().min(1).max(MAX_TEXT_CHARS);
const wishFields = {
  who: text.describe('Who is shown and agreed; for a work, whose it is.'),
  recorded_by: text,
  purpose: text.describe('What the avatar may be used for.'),
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
const documentTexts = z.strictObject({ manner: z.literal('document'), ...wishFields });
const documentForm = documentTexts.extend({ document: z.file().describe('The signed paper: PDF, JPEG or PNG.') });
const answerForm = z.object({ sound: z.file().describe('WAV, 16 bits.'), picture: z.file() });

const admin = { method: 'POST', access: 'admin' } as const;

export function consentRoutes({ avatars, consents, guard }: Studio, maxPictureBytes: number): Route[] {
  const addDocument = async (id: string, form: FormData) => {
    const texts = textsIn(form, ['manner', ...Object.keys(wishFields)]);
    const { who, recorded_by, purpose, until } = check(documentTexts, texts);
    const document = await readFile(form, 'document', maxPictureBytes);
    return consents.addDocument(id, { who, recordedBy: recorded_by, purpose, until }, document);
  };
  const add = (id: string, wish: z.output<typeof consentRequest>) => {
    const { who, recorded_by: recordedBy, purpose, until } = wish;
    const common = { who, recordedBy, purpose, until };
    if (wish.manner === 'spoken') return consents.ask(id, common, wish.language);
    return consents.declare(id, common, wish.manner, wish.source);
  };
  return [
    route(
      {
        ...admin,
        path: '/v1/avatars/:id/consents',
        summary: 'Records that somebody agrees, or asks them to',
        answers: { 201: json('The record; a spoken one has what is to be read aloud.', consentAnswer) },
      },
      { params, body: consentRequest, form: documentForm },
      async ({ params: { id }, body, form }, reply) => {
        const record = await (form ? addDocument(id, form) : add(id, body));
        return reply.code(201).send(consentShape(record));
      },
    ),
    route(
      {
        ...admin,
        path: '/v1/consents/:id/answer',
        summary: 'The sentence, read aloud before a camera',
        answers: { 200: json('The record, now valid.', consentAnswer) },
      },
      { params, form: answerForm },
      async ({ params: { id }, form }) => {
        const sound = await readFile(form, 'sound', MAX_SOUND_BYTES);
        const picture = await readPicture(form, 'picture', maxPictureBytes);
        return consentShape(await consents.answer(id, { sound, picture }, avatars.picture.bind(avatars)));
      },
    ),
    route(
      {
        ...admin,
        path: '/v1/consents/:id/revoke',
        summary: 'Takes a consent back: the avatar is not shown any more, and its conversations are closed',
        answers: { 200: json('The record.', consentAnswer) },
      },
      { params },
      async ({ params: { id } }) => {
        const record = await consents.revoke(id);
        await guard.look();
        return consentShape(record);
      },
    ),
  ];
}
