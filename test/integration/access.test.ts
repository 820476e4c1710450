// Closed access over HTTP and the socket, as a customer's server, their pages and somebody else meet it.
import { once } from 'node:events';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { RecordingHost, startSignaling, TEST_CONFIG } from './signaling-host.ts';

const KEY = 'key-of-the-shop-0123456789';
const SHOP = 'https://shop.example';

let server: Awaited<ReturnType<typeof startSignaling>>;
let host: RecordingHost;

beforeAll(async () => {
  host = new RecordingHost();
  const access = { apiKeys: [KEY], secret: null, tokenMinutes: 15 };
  server = await startSignaling(host, { ...TEST_CONFIG, access });
});

afterAll(() => server.close());

interface Asking {
  token?: string | undefined;
  body?: object;
  method?: string;
  origin?: string;
}

async function ask(path: string, { token, body, method = body ? 'POST' : 'GET', origin }: Asking = {}) {
  const response = await fetch(server.url + path, {
    method,
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body && { 'content-type': 'application/json' }),
      ...(origin !== undefined && { origin }),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) };
}

async function tokenFor(wish: object): Promise<string> {
  const { status, body } = await ask('/v1/tokens', { token: KEY, body: wish });
  expect(status).toBe(201);
  return body.token;
}

async function opened(token: string, origin?: string): Promise<{ id: string; token: string }> {
  const { status, body } = await ask('/v1/sessions', {
    token,
    body: { portrait: 'lady' },
    ...(origin !== undefined && { origin }),
  });
  expect(status).toBe(201);
  return body;
}

/** What the socket answers to a hello and to what comes right behind it. */
async function greet(session: string, token: string | undefined, headers: Record<string, string> = {}) {
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/v1/socket`, { headers });
  await once(socket, 'open');
  const answers = new Map<unknown, { type: string; code?: string }>();
  const both = new Promise<void>((resolve) => {
    socket.on('message', (data) => {
      const answer = JSON.parse(String(data));
      if (answer.id !== undefined) answers.set(answer.id, answer);
      if (answers.size === 2) resolve();
    });
  });
  socket.send(JSON.stringify({ type: 'hello', id: 1, session, token }));
  socket.send(JSON.stringify({ type: 'speak', id: 2, event_id: 'greeting', text: 'Hello.' }));
  await both;
  socket.close();
  return [answers.get(1), answers.get(2)];
}

describe('a closed server', () => {
  const routes = [
    ['POST', '/v1/tokens'],
    ['POST', '/v1/sessions'],
    ['GET', '/v1/sessions/any'],
    ['DELETE', '/v1/sessions/any'],
    ['POST', '/v1/sessions/any/speak'],
    ['POST', '/v1/sessions/any/ask'],
    ['POST', '/v1/sessions/any/interrupt'],
    ['POST', '/v1/sessions/any/keep_alive'],
    ['GET', '/v1/kiosks'],
  ] as const;

  it.each(routes)('answers %s %s to nobody whom it does not know', async (method, path) => {
    const none = await ask(path, { method });
    expect(none).toMatchObject({ status: 401, body: { error: { code: 'token_missing' } } });
    expect(none.headers.get('www-authenticate')).toContain('Bearer');
    expect((await ask(path, { method, token: 'guessed' })).body.error.code).toBe('token_invalid');
  });

  it('shows everybody what there is to choose from, and how it does', async () => {
    for (const path of ['/v1/portraits', '/v1/languages', '/v1/topics?language=en', '/healthz', '/readyz']) {
      expect((await ask(path)).status, path).toBe(200);
    }
  });
});

describe('a token of POST /v1/tokens', () => {
  it('opens conversations, whose own tokens open nothing else', async () => {
    const token = await tokenFor({});
    const mine = await opened(token);
    const yours = await opened(token);
    for (const one of [token, mine.token, KEY]) {
      expect((await ask(`/v1/sessions/${mine.id}`, { token: one })).status).toBe(200);
    }
    const refused = { status: 403, body: { error: { code: 'scope_missing' } } };
    expect(await ask(`/v1/sessions/${yours.id}`, { token: mine.token })).toMatchObject(refused);
    expect(await ask('/v1/sessions', { token: mine.token, body: { portrait: 'lady' } })).toMatchObject(refused);
    expect(await ask('/v1/kiosks', { token })).toMatchObject(refused);
    expect(await ask('/v1/tokens', { token, body: {} })).toMatchObject(refused);
  });

  it('gives no further ones, whatever its scopes are', async () => {
    const token = await tokenFor({ scopes: ['admin', 'session', 'agent'] });
    expect((await ask('/v1/kiosks', { token })).status).toBe(200);
    const refused = await ask('/v1/tokens', { token, body: {} });
    expect(refused).toMatchObject({ status: 403, body: { error: { code: 'scope_missing' } } });
  });

  it('is for the pages of the websites that it names, and so are the tokens of its conversations', async () => {
    const token = await tokenFor({ origins: [SHOP] });
    const session = await opened(token, SHOP);
    const evil = { origin: 'https://evil.example' };
    for (const [path, one] of [
      ['/v1/sessions', token],
      [`/v1/sessions/${session.id}/speak`, session.token],
    ] as const) {
      const refused = await ask(path, { token: one, body: { portrait: 'lady' }, ...evil });
      expect(refused).toMatchObject({ status: 403, body: { error: { code: 'origin_not_allowed' } } });
    }
    expect(await greet(session.id, session.token, evil)).toMatchObject([
      { type: 'error', code: 'origin_not_allowed' },
      { type: 'error', code: 'conversation_unknown' },
    ]);
    expect(await greet(session.id, session.token, { origin: SHOP })).toMatchObject([
      { type: 'reply' },
      { type: 'reply' },
    ]);
  });

  it('says when it ends', async () => {
    const { body } = await ask('/v1/tokens', { token: KEY, body: { ttl_seconds: 60 } });
    const seconds = (Date.parse(body.expires_at) - Date.now()) / 1000;
    expect(seconds).toBeGreaterThan(30);
    expect(seconds).toBeLessThanOrEqual(60);
  });

  it.each([
    { scopes: [] },
    { scopes: ['owner'] },
    { origins: ['shop.example'] },
    { ttl_seconds: 1 },
    { ttl_seconds: 1e9 },
    { session: '' },
    { forever: true },
  ])('is not given for %o', async (wish) => {
    const refused = await ask('/v1/tokens', { token: KEY, body: wish });
    expect(refused).toMatchObject({ status: 400, body: { error: { code: 'invalid_message' } } });
  });
});

describe('a socket', () => {
  let session: { id: string; token: string };

  beforeEach(async () => {
    session = await opened(KEY);
  });

  it('joins by the token of its conversation, and what comes right behind hello is done', async () => {
    expect(await greet(session.id, session.token)).toMatchObject([{ type: 'reply' }, { type: 'reply' }]);
    expect(host.get(session.id).calls.map(({ name }) => name)).toEqual(['speak']);
  });

  it('joins by an API key and by an unbound token; a header will do', async () => {
    for (const one of [KEY, await tokenFor({})]) {
      expect(await greet(session.id, one)).toMatchObject([{ type: 'reply' }, { type: 'reply' }]);
      const headers = { authorization: `Bearer ${one}` };
      expect(await greet(session.id, undefined, headers)).toMatchObject([{ type: 'reply' }, { type: 'reply' }]);
    }
  });

  it('joins by nothing else, and nothing is done in the conversation', async () => {
    const other = await opened(KEY);
    for (const [token, code] of [
      [undefined, 'token_missing'],
      ['guessed', 'token_invalid'],
      [other.token, 'scope_missing'],
      [await tokenFor({ scopes: ['agent'] }), 'scope_missing'],
    ] as const) {
      expect(await greet(session.id, token)).toMatchObject([
        { type: 'error', code },
        { type: 'error', code: 'conversation_unknown' },
      ]);
    }
    expect(host.get(session.id).calls).toEqual([]);
  });
});
