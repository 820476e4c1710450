// The server's HTTP routes, as the page uses them. Every failure is an ApiError with the server's own sentence.
import type { FaceBox } from '../../server/errors.ts';
import type { ChosenPortrait, PortraitSummary } from '../../server/session/index.ts';
import type { PreparingStep, VideoShape } from '../../server/types.ts';
import { addressOf, ownServer, type Server } from './server.ts';

/** A picture from this device with the sentence that says who agreed, and which face, where it shows several. */
export interface Upload {
  picture: File;
  consent: string;
  face?: number;
}

/** A shipped portrait, an avatar of the studio or an own picture. */
export type PortraitChoice = { id: string } | { avatar: string } | Upload;

/** What is to be around the person (docs/background.md). */
export interface Look {
  background?: string;
  size?: number;
  framing?: string;
}

/** What a conversation is joined with. */
export interface Entrance {
  id: string;
  /** Opens this conversation and no other, where the server wants to see one. */
  token?: string;
  /** Of an agent at the desk. */
  seat?: string;
}

export interface Session extends Entrance {
  portrait: ChosenPortrait;
  video: VideoShape;
  /** That one talks with an AI; where the conversation was just opened. */
  announcement?: string;
}

/** What the server refused, with the sentence that it gives to people. */
export class ApiError extends Error {
  /** One of docs/errors.md, or of the browser's own: `unreachable`, `timeout`, `microphone_denied`, ... */
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

export async function listPortraits(
  server = ownServer,
): Promise<{ portraits: PortraitSummary[]; max_picture_bytes: number }> {
  return read(await send(server, 'v1/portraits'));
}

export async function listLanguages(server = ownServer): Promise<{ id: string; name: string }[]> {
  const { languages } = await read<{ languages: { id: string; name: string }[] }>(await send(server, 'v1/languages'));
  return languages;
}

/** What visitors may ask in this language. */
export async function listTopics(language: string, server = ownServer): Promise<string[]> {
  const route = `v1/topics?language=${encodeURIComponent(language)}`;
  return (await read<{ topics: string[] }>(await send(server, route))).topics;
}

export function thumbnailUrl(portraitId: string, server = ownServer): string {
  return addressOf(server, `v1/portraits/${encodeURIComponent(portraitId)}/thumbnail.jpg`).href;
}

/** The portrait at rest in the size that it is played in. */
export function stillUrl(portraitId: string, server = ownServer): string {
  return addressOf(server, `v1/portraits/${encodeURIComponent(portraitId)}/still.jpg`).href;
}

/**
 * @param onStep called as each step of preparing the portrait begins
 * @param language of what is to be read about the conversation; the browser's own where it is left out
 */
export async function openSession(
  choice: PortraitChoice,
  onStep: (step: PreparingStep) => void = () => {},
  server = ownServer,
  look: Look = {},
  language?: string,
): Promise<Session> {
  const asked = { accept: 'application/x-ndjson', ...(language !== undefined && { 'accept-language': language }) };
  if (!('picture' in choice)) {
    const who = 'id' in choice ? { portrait: choice.id } : { avatar: choice.avatar };
    const body = JSON.stringify({ ...who, ...look });
    const headers = { ...asked, 'content-type': 'application/json' };
    return readSteps(await send(server, 'v1/sessions', { method: 'POST', headers, body }), onStep);
  }
  const form = new FormData();
  form.set('consent', choice.consent);
  if (choice.face !== undefined) form.set('face', String(choice.face));
  for (const [field, value] of Object.entries(look)) form.set(field, String(value));
  form.set('picture', choice.picture);
  return readSteps(await send(server, 'v1/sessions', { method: 'POST', headers: asked, body: form }), onStep);
}

/** A conversation that was opened before, if it still lives. */
export async function findSession(id: string, server = ownServer): Promise<Session> {
  return read(await send(server, `v1/sessions/${encodeURIComponent(id)}`));
}

/** Any other route; an answer without a body is undefined. @throws ApiError */
export async function request<T>(route: string, init?: RequestInit, server = ownServer): Promise<T> {
  const response = await send(server, route, init);
  return response.status === 204 ? (undefined as T) : read<T>(response);
}

/** A route that answers by a file. @throws ApiError */
export async function requestFile(route: string, server = ownServer): Promise<Blob> {
  const response = await send(server, route);
  return response.ok ? response.blob() : read(response);
}

async function send(server: Server, route: string, init: RequestInit = {}): Promise<Response> {
  const token = await server.token();
  const headers = new Headers(init.headers);
  if (token !== undefined) headers.set('authorization', `Bearer ${token}`);
  try {
    return await fetch(addressOf(server, route), { ...init, headers });
  } catch {
    // fetch says only "Failed to fetch", which helps nobody.
    throw new ApiError('unreachable', 'The server cannot be reached. Check the connection and try again.');
  }
}

/** The lines of an answer in steps; the last one is the session or the error. */
async function readSteps(response: Response, onStep: (step: PreparingStep) => void = () => {}): Promise<Session> {
  if (!response.ok || response.body === null) return read(response);
  let rest = '';
  let session: Session | undefined;
  const take = (line: string): void => {
    const told = JSON.parse(line) as { step: PreparingStep } | { error: Refusal } | Session;
    if ('step' in told) onStep(told.step);
    else if ('error' in told) throw refused(told.error);
    else session = told;
  };
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    const lines = (rest + read.value).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) take(line);
  }
  if (session === undefined)
    throw new ApiError('unreachable', 'The connection broke while the portrait was prepared: try again.');
  return session;
}

interface Refusal {
  code: string;
  message: string;
  faces?: FaceBox[];
}

function refused({ code, message, faces }: Refusal): ApiError {
  return new ApiError(code, message, faces);
}

async function read<T>(response: Response): Promise<T> {
  const body: unknown = await response.json().catch(() => undefined);
  if (response.ok && body !== undefined) return body as T;
  const { error } = (body ?? {}) as { error?: Refusal };
  if (error) throw refused(error);
  throw new ApiError('internal', `The server answered ${response.status} without saying why.`);
}
