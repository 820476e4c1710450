// The routes that are registered, their description at /v1/openapi.json, docs/api.md and what is really answered must say the same.
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Studio } from '../../server/session/index.ts';
import { createAccess } from '../../server/signaling/access/index.ts';
import { Attendance } from '../../server/signaling/attendance.ts';
import { createHttp } from '../../server/signaling/http/index.ts';
import { RecordingHost, TEST_CONFIG } from './signaling-host.ts';

const KEY = 'key-of-the-shop-0123456789';
const HOUR_MS = 3_600_000;
const page = readFileSync(new URL('../../docs/api.md', import.meta.url), 'utf8');

interface Operation {
  operationId: string;
  summary: string;
  security?: object[];
  parameters: { name: string; in: string; required: boolean; schema: object }[];
  requestBody?: { content: Record<string, { schema: object }> };
  responses: Record<string, { description: string; content?: Record<string, { schema?: object }> }>;
}

interface Description {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, object>; securitySchemes: Record<string, object> };
}

let app: FastifyInstance;
let described: Description;

beforeAll(async () => {
  const limits = { firstSocketMs: HOUR_MS, graceMs: HOUR_MS, idleMs: HOUR_MS, maxMs: HOUR_MS, warningMs: 0 };
  app = createHttp({
    clientDirectory: tmpdir(),
    maxMessageBytes: TEST_CONFIG.http.maxMessageBytes,
    maxPictureBytes: TEST_CONFIG.portraits.maxUploadBytes,
    origins: [],
    tls: undefined,
    announcements: TEST_CONFIG.label.announcement,
    access: createAccess({ apiKeys: [KEY], secret: null, tokenMinutes: 15 }),
    sessionTokenSeconds: 60,
    host: new RecordingHost(),
    // Its routes are only listed here; studio-consent.test.ts has a real one.
    studio: { avatars: {}, consents: {}, guard: {} } as Studio,
    attendance: new Attendance(limits, () => undefined),
    webhooks: undefined,
    metrics: new Registry(),
    logger: pino({ level: 'silent' }),
    countError: () => undefined,
    isReady: () => true,
  });
  described = (await app.inject('/v1/openapi.json')).json();
});

afterAll(() => app.close());

/** `GET /v1/sessions/:id` and so on, sorted. */
function operations(): { route: string; operation: Operation }[] {
  return Object.entries(described.paths)
    .flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({
        route: `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`,
        operation,
      })),
    )
    .sort((a, b) => (a.route < b.route ? -1 : 1));
}

const describedRoutes = () => operations().map(({ route }) => route);

/** What Fastify has registered under /v1 and for operations, without the page's files and what it adds by itself (HEAD). */
function registeredRoutes(): string[] {
  /** The tree's branch that a line stands on; each level is four characters further in. */
  const branch: string[] = [];
  return app
    .printRoutes({ commonPrefix: false })
    .split('\n')
    .flatMap((line) => {
      const [, above = '', part = '', methods = ''] = /^(.*)── (\S*)(?: \(([A-Z, ]+)\))?/.exec(line) ?? [];
      branch.splice(Math.floor(above.length / 4), branch.length, part);
      return methods.split(', ').map((method) => `${method} ${branch.join('')}`);
    })
    .filter((route) => /^(GET|POST|PUT|PATCH|DELETE) \/(v1\/|healthz|readyz|metrics)/.test(route))
    .sort();
}

function documentedRoutes(): string[] {
  const table = page.split('## Routes\n')[1]?.split('\n## ')[0] ?? '';
  const rows = table.split('\n').filter((line) => line.startsWith('| `'));
  return rows
    .flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, route = '']) => route))
    .sort();
}

describe('the routes', () => {
  it('are all described', () => {
    expect(describedRoutes()).toEqual(registeredRoutes());
    expect(describedRoutes().length).toBeGreaterThan(25);
  });

  it('are all in docs/api.md', () => {
    expect(documentedRoutes()).toEqual(describedRoutes());
  });
});

describe('the description', () => {
  it('is OpenAPI 3.1 with a name and words for every operation, and names every part of a path', () => {
    expect(described.openapi).toBe('3.1.0');
    const all = operations();
    expect(new Set(all.map(({ operation }) => operation.operationId)).size).toBe(all.length);
    for (const { route, operation } of all) {
      expect(operation.operationId, route).toMatch(/^[a-z][A-Za-z0-9]+$/);
      expect(operation.summary.length, route).toBeGreaterThan(5);
      const inPath = operation.parameters.filter((one) => one.in === 'path').map(({ name }) => name);
      expect(inPath, route).toEqual([...route.matchAll(/:(\w+)/g)].map(([, name]) => name));
      for (const { description } of Object.values(operation.responses)) expect(description, route).not.toBe('');
      expect(Object.keys(operation.responses), route).toContain('default');
    }
  });

  it('refers to nothing that is not there', () => {
    const references = [...JSON.stringify(described).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)];
    expect(references.length).toBeGreaterThan(20);
    for (const [, name = ''] of references) expect(described.components.schemas).toHaveProperty(name);
  });

  it('says of a body what the server checks', () => {
    const speak = described.paths['/v1/sessions/{id}/speak']?.post?.requestBody?.content['application/json']?.schema;
    expect(speak).toMatchObject({
      type: 'object',
      required: ['event_id', 'text'],
      additionalProperties: false,
      properties: { event_id: { type: 'string', minLength: 1, maxLength: 128 }, wait: { type: 'boolean' } },
    });
    const session = described.paths['/v1/sessions']?.post?.requestBody?.content;
    expect(Object.keys(session ?? {})).toEqual(['application/json', 'multipart/form-data']);
  });

  it('says which routes want a token, and these are the ones that do', async () => {
    for (const { route, operation } of operations()) {
      const [method = '', path = ''] = route.split(' ');
      const url = path.replace(':picture', 'still.jpg').replaceAll(/:\w+/g, 'lady');
      const { statusCode } = await app.inject({ method: method as 'GET', url });
      expect(statusCode === 401, route).toBe(operation.security === undefined);
    }
  });
});

describe('an answer', () => {
  const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' };

  /** Asks, and holds the answer against its description. */
  async function asked(route: string, url: string, body?: object): Promise<Record<string, unknown>> {
    const [method = ''] = route.split(' ');
    const payload = body && JSON.stringify(body);
    const asks = { method: method as 'GET', url, headers: body ? headers : { authorization: headers.authorization } };
    const answer = await app.inject({ ...asks, ...(payload !== undefined && { payload }) });
    const { responses } = operations().find((one) => one.route === route)?.operation ?? {
      responses: {} as Operation['responses'],
    };
    const expected = responses[answer.statusCode] ?? responses.default;
    if (answer.statusCode < 400) expect(responses, route).toHaveProperty(String(answer.statusCode));
    if (expected?.content === undefined) {
      expect(answer.body, route).toBe('');
      return {};
    }
    const named = expected.content['application/json']?.schema as { $ref?: string } | undefined;
    const schema = named?.$ref === undefined ? named : described.components.schemas[named.$ref.split('/').at(-1) ?? ''];
    return z.fromJSONSchema(schema as never).parse(answer.json()) as Record<string, unknown>;
  }

  it('has the shape that is described', async () => {
    const { id } = await asked('POST /v1/sessions', '/v1/sessions', { portrait: 'lady' });
    const session = `/v1/sessions/${String(id)}`;
    await asked('POST /v1/sessions/:id/speak', `${session}/speak`, { event_id: 'a', text: 'Hello.' });
    await asked('POST /v1/sessions/:id/speak', `${session}/speak`, { event_id: 'b', text: 'Hello.', wait: true });
    await asked('POST /v1/sessions/:id/ask', `${session}/ask`, { text: 'Where is it?' });
    await asked('POST /v1/sessions/:id/interrupt', `${session}/interrupt`);
    await asked('POST /v1/sessions/:id/keep_alive', `${session}/keep_alive`);
    await asked('GET /v1/sessions/:id', session);
    await asked('DELETE /v1/sessions/:id', session);
    await asked('POST /v1/tokens', '/v1/tokens', { origins: ['https://shop.example'] });
    for (const path of ['/v1/portraits', '/v1/languages', '/v1/kiosks', '/healthz', '/readyz']) {
      await asked(`GET ${path}`, path);
    }
    await asked('GET /v1/topics', '/v1/topics?language=en');
  });

  it('that refuses has the shape that is described, too', async () => {
    expect(await asked('POST /v1/sessions', '/v1/sessions', { portrait: 'nobody' })).toHaveProperty('error');
    expect(await asked('POST /v1/sessions', '/v1/sessions', { pose: 'lady' })).toHaveProperty('error');
    expect(await asked('GET /v1/sessions/:id', '/v1/sessions/nothing')).toHaveProperty('error');
    expect(await asked('GET /v1/topics', '/v1/topics')).toHaveProperty('error');
  });
});
