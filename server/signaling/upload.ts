// Reads the form with which a picture is uploaded (multipart/form-data, RFC 7578): the picture and who agreed to its use.
// Nothing is written to disk: the bytes live in memory and belong to the caller.
import { VaktraError } from '../errors.ts';
import type { PortraitChoice } from '../session/index.ts';

const MAX_CONSENT_CHARS = 1000;

/** What a form brings; `look`: its text fields as they are, to be checked. */
interface SessionForm {
  portrait: PortraitChoice;
  look: { background?: string; size?: number; framing?: string };
  backgroundPicture: Uint8Array | undefined;
}

/**
 * The form's fields `picture`, `consent` and, where the picture shows several faces, `face` as a portrait choice; or `portrait`, the id
 * of a shipped one. And what is to be around the person.
 *
 * @throws VaktraError `consent_missing`, `invalid_message`, `picture_too_large`
 */
export async function readUpload(form: FormData, maxPictureBytes: number): Promise<SessionForm> {
  const [background, size, framing] = ['background', 'size', 'framing'].map((name) => textIn(form, name));
  return {
    portrait: await readPortrait(form, maxPictureBytes),
    look: {
      ...(background !== undefined && { background }),
      ...(size !== undefined && { size: Number(size) }),
      ...(framing !== undefined && { framing }),
    },
    backgroundPicture: form.has('background_picture')
      ? await readPicture(form, 'background_picture', maxPictureBytes)
      : undefined,
  };
}

async function readPortrait(form: FormData, maxPictureBytes: number): Promise<PortraitChoice> {
  const id = textIn(form, 'portrait');
  if (id !== undefined && !form.has('picture')) return { id };
  const upload = await readPicture(form, 'picture', maxPictureBytes);
  const consent = form.get('consent');
  if (typeof consent !== 'string' || consent.trim() === '') {
    const sentence = 'The form says nobody who agreed: name in its field "consent" who agreed to the use of this face.';
    throw new VaktraError('consent_missing', sentence);
  }
  if (consent.length > MAX_CONSENT_CHARS) {
    const sentence = `The field "consent" has ${consent.length} characters: at most ${MAX_CONSENT_CHARS} are kept.`;
    throw new VaktraError('invalid_message', sentence);
  }
  const face = readFace(form.get('face'));
  return { upload, consent: consent.trim(), ...(face !== undefined && { face }) };
}

/** @throws VaktraError `invalid_message`, `picture_too_large` */
export async function readPicture(form: FormData, field: string, maxPictureBytes: number): Promise<Uint8Array> {
  const picture = form.get(field);
  if (!(picture instanceof File)) {
    throw new VaktraError('invalid_message', `The form has no file in its field "${field}": send the picture there.`);
  }
  if (picture.size > maxPictureBytes) throw pictureTooLarge(picture.size, maxPictureBytes);
  return new Uint8Array(await picture.arrayBuffer());
}

/** @throws VaktraError `invalid_message`, `message_too_large` */
export async function readFile(form: FormData, field: string, maxBytes: number): Promise<Uint8Array> {
  const file = form.get(field);
  if (!(file instanceof File)) {
    throw new VaktraError('invalid_message', `The form has no file in its field "${field}": send it there.`);
  }
  if (file.size > maxBytes) {
    const sentence = `The file in "${field}" has ${file.size} bytes; at most ${maxBytes} are taken.`;
    throw new VaktraError('message_too_large', sentence);
  }
  return new Uint8Array(await file.arrayBuffer());
}

/** A field that is filled in. */
export function textIn(form: FormData, field: string): string | undefined {
  const value = form.get(field);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** @throws VaktraError `invalid_message` */
export function readFace(value: unknown): number | undefined {
  if (value === null) return undefined;
  if (typeof value === 'string' && /^\d{1,3}$/.test(value)) return Number(value);
  throw new VaktraError('invalid_message', 'The field "face" must be a whole number: a place in the list "faces".');
}

export function pictureTooLarge(bytes: number, maxPictureBytes: number): VaktraError {
  const sentence = `A picture of ${bytes} bytes is over the limit of ${maxPictureBytes}: send a smaller one.`;
  return new VaktraError('picture_too_large', sentence);
}

/** @throws VaktraError `message_not_decodable` */
export async function parseForm(body: Uint8Array, contentType: string): Promise<FormData> {
  try {
    // The copy gives the body a buffer of its own, which is what Response's type asks for.
    return await new Response(new Uint8Array(body), { headers: { 'content-type': contentType } }).formData();
  } catch (cause) {
    throw new VaktraError('message_not_decodable', 'The body is not a multipart/form-data form.', { cause });
  }
}
