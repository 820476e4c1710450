// The few HTTP routes that a bot's server needs besides the socket. A failure is a VaktraClientError.
import { toClientError, VaktraClientError } from './error.ts';
import type { ErrorCode } from './protocol.ts';
import type { OpenOptions, ServerOptions } from './types.ts';

/** Preparing a new picture takes seconds; a server that says nothing for so long is not there. */
const TIMEOUT_MS = 60_000;

/** A conversation that was opened. */
export interface Opened {
  id: string;
  /** Opens this conversation and no other; missing where the server is open to everybody. */
  token?: string;
}

/** The key or token that goes with each request. */
export async function bearerOf({ apiKey, token }: ServerOptions): Promise<string | undefined> {
  return apiKey ?? (typeof token === 'function' ? token() : token);
}

/** The address of a route below the server's start page. */
export function addressOf(url: string | URL, route: string): URL {
  const base = new URL(url);
  if (!base.pathname.endsWith('/')) base.pathname += '/';
  return new URL(route, base);
}

/** @throws VaktraClientError what the server refused, or `unreachable` */
export async function openSession(server: ServerOptions, wish: OpenOptions): Promise<Opened> {
  return (await send(server, 'POST', 'v1/sessions', wish)) as Opened;
}

async function send(server: ServerOptions, method: string, route: string, body: object): Promise<unknown> {
  const bearer = await bearerOf(server);
  const headers = {
    'content-type': 'application/json',
    ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }),
  };
  let response: Response;
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    response = await fetch(addressOf(server.url, route), { method, headers, body: JSON.stringify(body), signal });
  } catch (thrown) {
    // fetch says "fetch failed"; its cause has the address and what happened there.
    throw toClientError((thrown as Error).cause ?? thrown);
  }
  const answer: unknown = await response.json().catch(() => undefined);
  if (response.ok && answer !== undefined) return answer;
  throw refusalOf(response, answer);
}

function refusalOf(response: Response, answer: unknown): VaktraClientError {
  const { error } = (answer ?? {}) as { error?: { code: ErrorCode; message: string } };
  const { status } = response;
  if (error === undefined) {
    const sentence = `${response.url} answered ${status} and not as this server does: does the address name its start page?`;
    return new VaktraClientError('unreachable', sentence, { status });
  }
  const retryAfter = response.headers.get('retry-after');
  return new VaktraClientError(error.code, error.message, {
    status,
    ...(retryAfter !== null && { retryAfterSeconds: Number(retryAfter) }),
  });
}
