// Consent over HTTP against a whole server: a sentence read by flite, every refusal of it, a signed document, what ends a record, and what
// is left after erasing. The pictures are the shipped paintings, entered as photos.
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startServer, type TestServer } from '../browser/whole-server.ts';

const run = promisify(execFile);
const PORTRAITS = new URL('../../config/portraits/', import.meta.url).pathname;
const WISH = { who: 'Ada Example', recorded_by: 'the test', purpose: 'a test' };
const PATIENCE_MS = 60_000;

let server: TestServer;
let folder: string;
let ada: Buffer;
let mona: Buffer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vaktra-studio-'));
  server = await startServer({ VAKTRA_DATA_DIRECTORY: join(folder, 'data') });
  [ada, mona] = (await Promise.all(
    ['ada-lovelace.jpg', 'mona-lisa.jpg'].map((file) => readFile(join(PORTRAITS, file))),
  )) as [Buffer, Buffer];
}, PATIENCE_MS);

afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

interface Answer {
  status: number;
  body: { id: string; error?: { code: string }; [key: string]: unknown };
}

async function ask(method: string, path: string, body?: object): Promise<Answer> {
  const init: RequestInit =
    body === undefined || body instanceof FormData
      ? { method, ...(body && { body }) }
      : { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  const response = await fetch(server.url + path, init);
  return {
    status: response.status,
    body: response.status === 204 ? { id: '' } : ((await response.json()) as Answer['body']),
  };
}

function form(fields: Record<string, string | Uint8Array>): FormData {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    data.set(name, typeof value === 'string' ? value : new Blob([new Uint8Array(value)]));
  }
  return data;
}

async function photo(): Promise<string> {
  const made = await ask('POST', '/v1/avatars', form({ name: 'Ada', kind: 'photo', picture: ada }));
  expect(made.status).toBe(201);
  return made.body.id;
}

async function sentenceFor(avatar: string): Promise<{ id: string; sentence: string }> {
  const { body } = await ask('POST', `/v1/avatars/${avatar}/consents`, { manner: 'spoken', language: 'en', ...WISH });
  return { id: body.id, sentence: (body.challenge as { sentence: string }).sentence };
}

async function said(text: string): Promise<Uint8Array> {
  const file = join(folder, 'said.wav');
  // One digit after the other, as people read them.
  await run('flite', ['-voice', 'slt', '-t', text.replace(/\d/g, '$&,'), '-o', file]);
  return readFile(file);
}

const answer = async (id: string, sentence: string, picture: Uint8Array) =>
  ask('POST', `/v1/consents/${id}/answer`, form({ sound: await said(sentence), picture }));
const open = (avatar: string) => ask('POST', '/v1/sessions', { avatar });
const document = (avatar: string, file: string, more: Record<string, string> = {}) =>
  ask(
    'POST',
    `/v1/avatars/${avatar}/consents`,
    form({ manner: 'document', ...WISH, ...more, document: Buffer.from(file) }),
  );

describe('a spoken consent', () => {
  it(
    'is refused for another sentence, another code and another face, and taken for the right ones',
    async () => {
      const avatar = await photo();
      expect((await open(avatar)).body.error?.code).toBe('consent_missing');
      const { id, sentence } = await sentenceFor(avatar);
      const denied = sentence.replace('I agree', 'I do not agree');
      expect((await answer(id, denied, ada)).body.error?.code).toBe('consent_sentence_wrong');
      const otherCode = sentence.replace(/\d(?=\D*$)/, (digit) => (digit === '9' ? '1' : '9'));
      expect((await answer(id, otherCode, ada)).body.error?.code).toBe('consent_sentence_wrong');
      expect((await answer(id, sentence, mona)).body.error?.code).toBe('consent_face_differs');
      expect((await open(avatar)).body.error?.code).toBe('consent_missing');
      expect(await answer(id, sentence, ada)).toMatchObject({ status: 200, body: { status: 'valid' } });
      expect((await answer(id, sentence, ada)).body.error?.code).toBe('consent_code_expired');
      expect((await open(avatar)).status).toBe(201);
      expect((await readdir(join(folder, 'data/files', id))).sort()).toEqual(['camera', 'face.f32', 'reading.wav']);
      await ask('DELETE', `/v1/avatars/${avatar}`);
    },
    3 * PATIENCE_MS,
  );

  it(
    'is over after five wrong readings',
    async () => {
      const { id, sentence } = await sentenceFor(await photo());
      const codes: (string | undefined)[] = [];
      for (let reading = 0; reading < 6; reading++) {
        codes.push((await answer(id, sentence.slice(0, 20), ada)).body.error?.code);
      }
      expect(codes).toEqual([...Array.from({ length: 5 }, () => 'consent_sentence_wrong'), 'consent_code_expired']);
    },
    3 * PATIENCE_MS,
  );

  it(
    'is not asked for in a language that nothing hears',
    async () => {
      const wish = { manner: 'spoken', language: 'hi', ...WISH };
      const { body } = await ask('POST', `/v1/avatars/${await photo()}/consents`, wish);
      expect(body.error?.code).toBe('consent_not_spoken');
    },
    PATIENCE_MS,
  );
});

describe('a record', () => {
  it(
    'needs a document that is one, and no photo is an own work',
    async () => {
      const avatar = await photo();
      expect((await document(avatar, 'MZ not a paper')).body.error?.code).toBe('document_refused');
      const own = { manner: 'own-work', source: 'my own camera', ...WISH };
      expect((await ask('POST', `/v1/avatars/${avatar}/consents`, own)).status).toBe(400);
      expect((await open(avatar)).body.error?.code).toBe('consent_missing');
    },
    PATIENCE_MS,
  );

  it(
    'that has run out ends the conversation that goes on, and opens no other',
    async () => {
      const avatar = await photo();
      // Sooner than a conversation without a socket is closed for that (15 s), later than one takes to open on a busy machine.
      const until = new Date(Date.now() + 12_000).toISOString();
      expect((await document(avatar, '%PDF-1.7', { until })).status).toBe(201);
      const { status, body } = await open(avatar);
      expect(status).toBe(201);
      const ended = new Promise((resolve) => server.app.host.get(body.id).on('closed', resolve));
      expect(await ended).toMatchObject({ error: { code: 'consent_expired' } });
      expect((await open(avatar)).body.error?.code).toBe('consent_expired');
    },
    PATIENCE_MS,
  );

  it(
    'that is taken back ends the conversation that goes on; erasing leaves only lines without names',
    async () => {
      const avatar = await photo();
      const record = (await document(avatar, '%PDF-1.7')).body;
      const { body } = await open(avatar);
      const ended = new Promise((resolve) => server.app.host.get(body.id).on('closed', resolve));
      expect((await ask('POST', `/v1/consents/${record.id}/revoke`)).body.status).toBe('revoked');
      expect(await ended).toMatchObject({ error: { code: 'consent_revoked' } });
      expect((await open(avatar)).body.error?.code).toBe('consent_revoked');
      expect((await ask('DELETE', `/v1/avatars/${avatar}`)).status).toBe(204);
      expect((await open(avatar)).body.error?.code).toBe('avatar_unknown');
      const kept = await readdir(join(folder, 'data/files'));
      expect(kept.filter((owner) => owner === avatar || owner === record.id)).toEqual([]);
      const log = await fetch(`${server.url}/v1/audit?avatar=${avatar}`).then((response) => response.text());
      for (const action of [
        'avatar.created',
        'consent.given',
        'use.started',
        'consent.revoked',
        'use.ended',
        'avatar.erased',
      ]) {
        expect(log).toContain(action);
      }
      expect(log).not.toContain('Ada');
    },
    PATIENCE_MS,
  );

  it(
    'of a visitor goes with the conversation',
    async () => {
      const opened = await ask('POST', '/v1/sessions', form({ consent: 'Ada Example agreed', picture: ada }));
      expect(opened.status).toBe(201);
      await ask('DELETE', `/v1/sessions/${opened.body.id}`);
      await vi.waitFor(async () => {
        const database = await readFile(join(folder, 'data/avatars.sqlite'));
        expect(database.includes('Ada Example agreed')).toBe(false);
      });
      expect(JSON.stringify((await ask('GET', '/v1/audit')).body)).toContain('statement');
    },
    PATIENCE_MS,
  );
});
