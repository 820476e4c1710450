// The server's HTTP routes, as the page uses them. Every failure is an ApiError with the server's own sentence.
import type { PortraitSummary } from '../../server/session/index.ts';

/** A shipped portrait, or a picture from this device with the sentence that says who agreed. */
export type PortraitChoice = { id: string } | { picture: File; consent: string };

export interface Session {
  id: string;
  portrait: { id: string; title: string };
}

/** What the server refused, with the sentence that it gives to people. */
export class ApiError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = 'ApiError';
    this.code = code;
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
  const { code, message } = (body as { error?: { code: string; message: string } } | undefined)?.error ?? {
    code: 'internal',
    message: `The server answered ${response.status} without saying why.`,
  };
  throw new ApiError(code, message);
}
