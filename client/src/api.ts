// The server's HTTP routes, as the page uses them. Every failure is an ApiError with the server's own sentence.
import type { FaceBox } from '../../server/errors.ts';
import type { ChosenPortrait, PortraitSummary } from '../../server/session/index.ts';

/** A picture from this device with the sentence that says who agreed, and which face, where it shows several. */
export interface Upload {
  picture: File;
  consent: string;
  face?: number;
}

/** A shipped portrait or an own picture. */
export type PortraitChoice = { id: string } | Upload;

export interface Session {
  id: string;
  portrait: ChosenPortrait;
}

/** What the server refused, with the sentence that it gives to people. */
export class ApiError extends Error {
  readonly code: string;
  /** Where the faces are, when there are several to choose from. */
  readonly faces: readonly FaceBox[];

  constructor(code: string, message: string, faces: readonly FaceBox[] = []) {
    super(message);
    this.name = 'ApiError';
    this.code = code;
    this.faces = faces;
  }
}

export async function listPortraits(): Promise<{ portraits: PortraitSummary[]; max_picture_bytes: number }> {
  return read(await send('/v1/portraits'));
}

export async function listLanguages(): Promise<{ id: string; name: string }[]> {
  const { languages } = await read<{ languages: { id: string; name: string }[] }>(await send('/v1/languages'));
  return languages;
}

export function thumbnailUrl(portraitId: string): string {
  return `/v1/portraits/${encodeURIComponent(portraitId)}/thumbnail.jpg`;
}

export async function openSession(choice: PortraitChoice): Promise<Session> {
  if ('id' in choice) {
    const body = JSON.stringify({ portrait: choice.id });
    return read(await send('/v1/sessions', { method: 'POST', headers: { 'content-type': 'application/json' }, body }));
  }
  const form = new FormData();
  form.set('consent', choice.consent);
  if (choice.face !== undefined) form.set('face', String(choice.face));
  form.set('picture', choice.picture);
  return read(await send('/v1/sessions', { method: 'POST', body: form }));
}

async function send(path: string, init?: RequestInit): Promise<Response> {
  try {
    return await fetch(path, init);
  } catch {
    // fetch says only "Failed to fetch", which helps nobody.
    throw new ApiError('unreachable', 'The server cannot be reached. Check the connection and try again.');
  }
}

async function read<T>(response: Response): Promise<T> {
  const body: unknown = await response.json().catch(() => undefined);
  if (response.ok && body !== undefined) return body as T;
  const { error } = (body ?? {}) as { error?: { code: string; message: string; faces?: FaceBox[] } };
  if (error) throw new ApiError(error.code, error.message, error.faces);
  throw new ApiError('internal', `The server answered ${response.status} without saying why.`);
}
