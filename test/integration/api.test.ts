// docs/api.md, as its readers follow it: its commands against a whole server with closed access, which tells another server what happens.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { freeMediaPort, startServer, type TestServer } from '../browser/whole-server.ts';
import { codeBlocks } from './docs-code.ts';
import { ExampleRun } from './example-run.ts';

/** Models start slowly on a busy machine. */
const PATIENCE_MS = 180_000;
const KEY = 'key-of-the-shop-0123456789';
const SECRET = 'key of the receiver';
const blocks = codeBlocks(readFileSync(new URL('../../docs/api.md', import.meta.url), 'utf8'));

interface Told {
  type: string;
  session: string;
  sequence: number;
  data: Record<string, unknown>;
}

let server: TestServer;
let receiver: Server;
let told: (Told & { headers: IncomingHttpHeaders; body: string })[] = [];
let viewers: NodeJS.Timeout;

beforeAll(async () => {
  receiver = createServer(async (request, response) => {
    let body = '';
    for await (const piece of request) body += piece;
    told.push({ ...(JSON.parse(body) as Told), headers: request.headers, body });
    response.writeHead(204).end();
  });
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  server = await startServer({
    VAKTRA_MEDIA_BASE_PORT: String(await freeMediaPort()),
    VAKTRA_ACCESS_API_KEYS: KEY,
    VAKTRA_EVENTS_URL: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`,
    VAKTRA_EVENTS_SECRET: SECRET,
    VAKTRA_OUTGOING_ALLOW_PRIVATE: 'true',
    VAKTRA_SPEECH_RECOGNITION_ENGINE: 'none',
  });
  viewers = setInterval(watchAll, 50);
}, PATIENCE_MS);

afterAll(async () => {
  clearInterval(viewers);
  await server.close();
  receiver.closeAllConnections();
  receiver.close();
});

const watched = new Set<string>();

/** Somebody looks at every conversation: without that nothing is spoken. */
function watchAll(): void {
  for (const conversation of server.app.host.all()) {
    if (watched.has(conversation.id)) continue;
    watched.add(conversation.id);
    // One that has closed by then needs nobody to look.
    conversation.openSink({ onPacket: () => undefined }).catch(() => undefined);
  }
}

/** The block that has `mark` in it, with this server's address. */
function block(mark: string): string {
  const found = blocks.filter(({ code }) => code.includes(mark));
  expect(found, mark).toHaveLength(1);
  return (found[0]?.code ?? '')
    .replaceAll('http://localhost:8080', server.url)
    .replaceAll('ws://localhost:8080', server.url.replace('http', 'ws'));
}

function run(mark: string): ExampleRun {
  return new ExampleRun(['sh', '-euc', block(mark)], { KEY });
}

describe('docs/api.md', () => {
  it('gives a token by its command', { timeout: PATIENCE_MS }, async () => {
    const asked = run('/v1/tokens');
    await asked.ended();
    expect(JSON.parse(asked.lines.join(''))).toMatchObject({
      token: expect.any(String),
      expires_at: expect.any(String),
    });
  });

  it('holds a conversation by its commands, and what happens is told in order', { timeout: PATIENCE_MS }, async () => {
    told = [];
    const asked = run('$SESSION/speak');
    await asked.ended();
    const [spoken, said, stands] = asked.lines.filter((line) => line !== '').map((line) => JSON.parse(line));
    expect(spoken).toEqual({ event_id: 'hello-1' });
    expect(said).toMatchObject({ event_id: 'hello-2', interrupted: false, text: 'How can I help you?' });
    // It takes more than half a second to say that, and less than ten.
    expect(said.playback_position).toBeGreaterThan(24_000);
    expect(said.playback_position).toBeLessThan(480_000);
    expect(stands.transcript.map(({ text }: { text: string }) => text)).toEqual(
      expect.arrayContaining(['Good morning.', 'How can I help you?', 'What does it cost?']),
    );
    await vi.waitFor(() => expect(told.at(-1)?.type).toBe('session.ended'), PATIENCE_MS);
    expect(told.map(({ sequence }) => sequence)).toEqual(told.map((_, index) => index));
    const speeches = told.filter(({ data }) => String(data.event_id).startsWith('hello-'));
    expect(speeches.map(({ type, data }) => [type, data.event_id])).toEqual([
      ['speech.started', 'hello-1'],
      ['speech.ended', 'hello-1'],
      ['speech.started', 'hello-2'],
      ['speech.ended', 'hello-2'],
    ]);
  });

  it('checks signatures by its function', async () => {
    const code = `data:text/javascript,${encodeURIComponent(block('isFromVaktra'))}`;
    const { isFromVaktra } = (await import(code)) as { isFromVaktra: (...args: unknown[]) => boolean };
    expect(told.length).toBeGreaterThan(5);
    for (const { headers, body } of told) expect(isFromVaktra(headers, body, SECRET)).toBe(true);
    const [{ headers = {}, body = '' } = {}] = told;
    expect(isFromVaktra(headers, `${body} `, SECRET)).toBe(false);
    expect(isFromVaktra(headers, body, 'another')).toBe(false);
    expect(isFromVaktra({ ...headers, 'vaktra-timestamp': '0' }, body, SECRET)).toBe(false);
    expect(isFromVaktra({}, body, SECRET)).toBe(false);
  });

  it('pushes sound by its program, and hears when it began and ended', { timeout: PATIENCE_MS }, async () => {
    const program = new ExampleRun([process.execPath, '--input-type=module', '-e', block("type: 'audio'")], { KEY });
    await program.line(/speech\.started/);
    await program.line(/speech\.ended/);
    program.stop();
  });
});
