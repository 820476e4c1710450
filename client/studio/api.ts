// The studio's routes, as its page uses them.
import type { Emotion, PortraitWarning } from '../../server/types.ts';
import { request, requestFile } from '../src/api.ts';

export type Kind = 'photo' | 'painting' | 'drawing';
export type Standing = 'valid' | 'pending' | 'revoked' | 'expired' | 'erased' | 'none';

export interface Options {
  language?: string;
  background?: string;
  framing?: string;
  emotion?: Emotion;
}

export interface Marks {
  box: { left: number; top: number; width: number; height: number };
  landmarks: number[];
  warnings: PortraitWarning[];
}

export interface Consent {
  id: string;
  manner: 'spoken' | 'document' | 'public-domain' | 'own-work';
  status: Standing;
  version: number;
  who: string;
  purpose: string;
  source?: string;
  given_at?: string;
  until?: string;
  revoked_at?: string;
  challenge?: { language: string; sentence: string; expires_at: string };
}

export interface Avatar {
  id: string;
  name: string;
  kind: Kind;
  version: number;
  options: Options;
  marks: Marks;
  consent: Standing;
  consents: Consent[];
}

export interface AuditLine {
  number: number;
  at: string;
  action: string;
  conversation?: string;
  detail?: string;
}

export interface StudioSettings {
  consent_languages: string[];
  max_picture_bytes: number;
}

/** What a record of any manner says. */
export interface Wish {
  who: string;
  recorded_by: string;
  purpose: string;
  until?: string;
}

export const readSettings = () => request<StudioSettings>('v1/studio');

export const listAvatars = async () => (await request<{ avatars: Avatar[] }>('v1/avatars')).avatars;

export const readAvatar = (id: string) => request<Avatar>(`v1/avatars/${id}`);

export const readPicture = (id: string) => requestFile(`v1/avatars/${id}/picture.jpg`);

export function createAvatar(wish: {
  name: string;
  kind: Kind;
  picture: Blob;
  face?: number | undefined;
}): Promise<Avatar> {
  const form = pictureForm(wish.picture, wish.face);
  form.set('name', wish.name);
  form.set('kind', wish.kind);
  return request('v1/avatars', { method: 'POST', body: form });
}

export function renewAvatar(id: string, picture: Blob, face?: number): Promise<Avatar> {
  return request(`v1/avatars/${id}/versions`, { method: 'POST', body: pictureForm(picture, face) });
}

export const changeAvatar = (id: string, change: { name?: string; options?: Options }) =>
  request<Avatar>(`v1/avatars/${id}`, json(change, 'PATCH'));

export const eraseAvatar = (id: string) => request<void>(`v1/avatars/${id}`, { method: 'DELETE' });

export const askSpoken = (id: string, wish: Wish, language: string) =>
  request<Consent>(`v1/avatars/${id}/consents`, json({ manner: 'spoken', language, ...wish }));

export const declare = (id: string, wish: Wish, manner: 'public-domain' | 'own-work', source: string) =>
  request<Consent>(`v1/avatars/${id}/consents`, json({ manner, source, ...wish }));

export function sendDocument(id: string, wish: Wish, document: File): Promise<Consent> {
  const form = new FormData();
  form.set('manner', 'document');
  for (const [name, value] of Object.entries(wish)) form.set(name, value);
  form.set('document', document);
  return request(`v1/avatars/${id}/consents`, { method: 'POST', body: form });
}

export function answerConsent(id: string, sound: Blob, picture: Blob): Promise<Consent> {
  const form = new FormData();
  form.set('sound', sound, 'reading.wav');
  form.set('picture', picture, 'camera.jpg');
  return request(`v1/consents/${id}/answer`, { method: 'POST', body: form });
}

export const revokeConsent = (id: string) => request<Consent>(`v1/consents/${id}/revoke`, { method: 'POST' });

export const readLog = async (avatar: string) =>
  (await request<{ lines: AuditLine[] }>(`v1/audit?avatar=${avatar}`)).lines;

function json(body: object, method = 'POST'): RequestInit {
  return { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

function pictureForm(picture: Blob, face: number | undefined): FormData {
  const form = new FormData();
  form.set('picture', picture, 'picture');
  if (face !== undefined) form.set('face', String(face));
  return form;
}
