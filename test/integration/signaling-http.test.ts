// The HTTP routes against a listening server: what they answer, and what they answer to what is wrong.
import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { VaktraError } from '../../server/errors.ts';
import { PREPARING_STEPS } from '../../server/types.ts';
import { RecordingHost, startSignaling, TEST_CONFIG } from './signaling-host.ts';

let server: Awaited<ReturnType<typeof startSignaling>>;
let host: RecordingHost;

beforeEach(async () => {
  host = new RecordingHost();
  server = await startSignaling(host);
});

afterEach(() => server.close());

const json = (body: unknown, method = 'POST'): RequestInit => ({
  method,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

async function request(path: string, init?: RequestInit): Promise<{ status: number; body: unknown; headers: Headers }> {
  const response = await fetch(`${server.url}${path}`, init);
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') === true;
  return { status: response.status, body: isJson ? JSON.parse(text) : text, headers: response.headers };
}

function form(fields: Record<string, string | Uint8Array>): RequestInit {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    body.set(name, typeof value === 'string' ? value : new Blob([new Uint8Array(value)], { type: 'image/jpeg' }));
  }
  return { method: 'POST', body };
}

describe('the choices', () => {
  it('are the portraits with their source, and a thumbnail each', async () => {
    const { body } = await request('/v1/portraits');
    expect(body).toEqual({
      portraits: [{ id: 'lady', title: 'A Lady', artist: 'A Painter', year: '1892', licence: 'public domain' }],
      max_picture_bytes: 200_000,
    });
    const thumbnail = await fetch(`${server.url}/v1/portraits/lady/thumbnail.jpg`);
    expect(thumbnail.headers.get('content-type')).toBe('image/jpeg');
    expect([...new Uint8Array(await thumbnail.arrayBuffer())]).toEqual([0xff, 0xd8, 0xff, 0xd9]);
    expect((await request('/v1/portraits/x/thumbnail.jpg')).status).toBe(404);
  });

  it('are the languages of the voice', async () => {
    expect((await request('/v1/languages')).body).toEqual({ languages: [{ id: 'en', name: 'English' }] });
  });
});

describe('a full server', () => {
  it('says when to come back', async () => {
    host.create = async () => {
      throw new VaktraError('conversations_full', 'All 8 conversations are taken: try again in a minute.');
    };
    const refused = await request('/v1/sessions', json({ portrait: 'lady' }));
    expect(refused).toMatchObject({ status: 503, body: { error: { code: 'conversations_full', status: 503 } } });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  });
});

describe('a session', () => {
  it.each([
    ['de-CH,de;q=0.9,en;q=0.5', 'Dies ist eine KI.'],
    ['fr, de;q=0.5', 'Dies ist eine KI.'],
    ['tlh', 'This is an AI.'],
    ['__proto__', 'This is an AI.'],
  ])('that is opened for %s says that it is an AI', async (language, announcement) => {
    const headers = { 'content-type': 'application/json', 'accept-language': language };
    const opened = await request('/v1/sessions', { ...json({ portrait: 'lady' }), headers });
    expect(opened.body).toMatchObject({ announcement });
  });

  it('is opened, spoken in, interrupted and closed', async () => {
    const opened = await request('/v1/sessions', json({ portrait: 'lady' }));
    expect(opened).toMatchObject({ status: 201, body: { id: 'session-1', portrait: { id: 'lady' } } });
    const speak = await request('/v1/sessions/session-1/speak', json({ event_id: 'e', text: 'Hello' }));
    expect(speak).toMatchObject({ status: 202, body: { event_id: 'e' } });
    expect((await request('/v1/sessions/session-1/interrupt', { method: 'POST' })).status).toBe(204);
    expect((await request('/v1/sessions/session-1')).body).toMatchObject({ stats: { state: 'idle' } });
    expect((await request('/v1/sessions/session-1', { method: 'DELETE' })).status).toBe(204);
    const { calls, closed } = host.conversations.get('session-1') ?? { calls: [] };
    expect(calls.map(({ name }) => name)).toEqual(['speak', 'interrupt']);
    expect(closed).toBe(true);
    expect((await request('/v1/sessions/session-1')).body).toMatchObject({ error: { code: 'conversation_closed' } });
  });

  it('says a text and waits until it was heard, is asked, kept alive, and tells how it stands', async () => {
    await request('/v1/sessions', json({ portrait: 'lady' }));
    const said = await request('/v1/sessions/session-1/speak', json({ event_id: 'e', text: 'Hello', wait: true }));
    const heard = { event_id: 'e', playback_position: 24_000, measure: 'heard', interrupted: true, text: 'Hel' };
    expect(said).toMatchObject({ status: 200, body: heard });
    expect((await request('/v1/sessions/session-1/ask', json({ text: 'Where is it?' }))).status).toBe(204);
    expect((await request('/v1/sessions/session-1/keep_alive', { method: 'POST' })).status).toBe(204);
    const { body } = await request('/v1/sessions/session-1');
    expect(body).toMatchObject({ stats: { state: 'idle', position: 96_000, queued_ms: 40 }, transcript: [] });
    expect(host.conversations.get('session-1')?.calls.map(({ name }) => name)).toEqual(['say', 'ask']);
  });

  it('takes an uploaded picture with the sentence that says who agreed', async () => {
    const picture = new Uint8Array(150_000).map((_, index) => index % 251);
    const { status } = await request('/v1/sessions', form({ picture, consent: '  Ada Example agreed ' }));
    expect(status).toBe(201);
    expect(host.created[0]?.portrait).toEqual({ upload: picture, consent: 'Ada Example agreed' });
  });

  it('tells the steps of preparing as they begin, and last what was opened or why not', async () => {
    const headers = { accept: 'application/x-ndjson' };
    const lines = async (init: RequestInit) => {
      const response = await fetch(`${server.url}/v1/sessions`, { ...init, headers: { ...init.headers, ...headers } });
      expect(response.headers.get('content-type')).toBe('application/x-ndjson');
      return (await response.text())
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as object);
    };
    const told = await lines(form({ picture: new Uint8Array(10), consent: 'Ada' }));
    expect(told.slice(0, -1)).toEqual(PREPARING_STEPS.map((step) => ({ step })));
    expect(told.at(-1)).toMatchObject({ id: expect.any(String), portrait: { id: 'upload' } });
    const body = JSON.stringify({ portrait: 'nobody' });
    const refused = await lines({ method: 'POST', headers: { 'content-type': 'application/json' }, body });
    expect(refused).toEqual([{ error: expect.objectContaining({ code: 'portrait_unknown', status: 404 }) }]);
  });

  it('takes the face that was chosen among several', async () => {
    const picture = new Uint8Array(10);
    expect((await request('/v1/sessions', form({ picture, consent: 'Ada', face: '2' }))).status).toBe(201);
    expect(host.created.at(-1)?.portrait).toEqual({ upload: picture, consent: 'Ada', face: 2 });
  });

  const refused: { name: string; path: string; init: RequestInit; status: number; code: string }[] = [
    {
      name: 'a picture without consent',
      path: '/v1/sessions',
      init: form({ picture: new Uint8Array(10) }),
      status: 400,
      code: 'consent_missing',
    },
    {
      name: 'blank consent',
      path: '/v1/sessions',
      init: form({ picture: new Uint8Array(10), consent: '  ' }),
      status: 400,
      code: 'consent_missing',
    },
    {
      name: 'a form without a picture',
      path: '/v1/sessions',
      init: form({ consent: 'Ada' }),
      status: 400,
      code: 'invalid_message',
    },
    {
      name: 'a face that is no number',
      path: '/v1/sessions',
      init: form({ picture: new Uint8Array(10), consent: 'Ada', face: 'the left one' }),
      status: 400,
      code: 'invalid_message',
    },
    {
      name: 'a picture over the limit',
      path: '/v1/sessions',
      init: form({ picture: new Uint8Array(200_001), consent: 'Ada' }),
      status: 413,
      code: 'picture_too_large',
    },
    {
      name: 'a picture far over the limit',
      path: '/v1/sessions',
      init: form({ picture: new Uint8Array(900_000), consent: 'Ada' }),
      status: 413,
      code: 'picture_too_large',
    },
    {
      name: 'a form that is none',
      path: '/v1/sessions',
      init: { method: 'POST', headers: { 'content-type': 'multipart/form-data; boundary=x' }, body: 'no form' },
      status: 400,
      code: 'message_not_decodable',
    },
    {
      name: 'an unknown portrait',
      path: '/v1/sessions',
      init: json({ portrait: 'nobody' }),
      status: 404,
      code: 'portrait_unknown',
    },
    ...[
      { name: 'a background that is none', look: { background: 'chartreuse' } },
      { name: 'a size that is none', look: { size: 500 } },
      { name: 'a framing that is none', look: { framing: 'oval' } },
      { name: 'a background picture that did not come', look: { background: 'picture' } },
    ].map(({ name, look }) => ({
      ...{ name, path: '/v1/sessions', init: json({ portrait: 'mona-lisa', ...look }) },
      ...{ status: 400, code: 'invalid_message' },
    })),
    {
      name: 'a background picture beside another background',
      path: '/v1/sessions',
      init: form({ portrait: 'mona-lisa', background: 'blur', background_picture: new Uint8Array(10) }),
      status: 400,
      code: 'invalid_message',
    },
    { name: 'no portrait', path: '/v1/sessions', init: json({}), status: 400, code: 'invalid_message' },
    {
      name: 'a body that is no JSON',
      path: '/v1/sessions',
      init: { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"portrait"' },
      status: 400,
      code: 'message_not_decodable',
    },
    {
      name: 'a body of another kind',
      path: '/v1/sessions',
      init: { method: 'POST', headers: { 'content-type': 'text/csv' }, body: 'a,b' },
      status: 400,
      code: 'invalid_message',
    },
    {
      name: 'a body over the limit',
      path: '/v1/sessions',
      init: json({ portrait: 'x'.repeat(1_100_000) }),
      status: 413,
      code: 'message_too_large',
    },
    {
      name: 'a session that does not exist',
      path: '/v1/sessions/none/interrupt',
      init: { method: 'POST' },
      status: 404,
      code: 'conversation_unknown',
    },
    { name: 'a route that does not exist', path: '/v1/nothing', init: {}, status: 404, code: 'route_unknown' },
  ];

  it.each(refused)('refuses $name with $code', async ({ path, init, status, code }) => {
    const answer = await request(path, init);
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({ error: { code, status, message: expect.stringMatching(/\w+ .+/) } });
  });
});

describe('operations', () => {
  it('health, readiness and figures are served', async () => {
    expect((await request('/healthz')).body).toEqual({ status: 'ok', conversations: 0 });
    expect((await request('/readyz')).status).toBe(200);
    expect((await request('/metrics')).headers.get('content-type')).toContain('text/plain');
  });

  it('a server that drains says so and opens nothing new', async () => {
    server.drain();
    expect(await request('/readyz')).toMatchObject({ status: 503, body: { status: 'draining' } });
    expect((await request('/v1/sessions', json({ portrait: 'lady' }))).status).toBe(503);
  });

  it('every answer forbids the page to load things from elsewhere', async () => {
    const { headers } = await request('/healthz');
    expect(headers.get('content-security-policy')).toContain("default-src 'self'");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('a port in use is named', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const start = startSignaling(host, { ...TEST_CONFIG, http: { ...TEST_CONFIG.http, port } });
    await expect(start).rejects.toMatchObject({ code: 'port_in_use', message: expect.stringContaining(String(port)) });
    other.close();
  });
});
