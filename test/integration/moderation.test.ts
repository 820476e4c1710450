// What may be said, of visitors and of the avatar: a list of words and a webhook, in a whole server with real voices.
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createModeration } from '../../server/bot/index.ts';
import { createLogger } from '../../server/observe/index.ts';
import type { LiveConversation } from '../../server/session/index.ts';
import { Questions } from '../../server/session/questions.ts';
import { Reviewer } from '../../server/session/reviewer.ts';
import { startServer, type TestServer } from '../browser/whole-server.ts';

const PATIENCE_MS = 120_000;
const logger = createLogger({ level: 'silent', pretty: false });

/** What the webhook answers; each test sets its own. */
let answer: (saying: { who: string; text: string }) => { status: number; body: string };
let asked: { who: string; text: string; signature: string | undefined }[] = [];
let webhook: Server;
let url: string;

beforeAll(async () => {
  webhook = createServer(async (request, response) => {
    let body = '';
    for await (const piece of request) body += piece;
    const saying = JSON.parse(body) as { who: string; text: string };
    asked.push({ ...saying, signature: request.headers['vaktra-signature'] as string | undefined });
    const { status, body: text } = answer(saying);
    response.writeHead(status).end(text);
  });
  webhook.listen(0, '127.0.0.1');
  await once(webhook, 'listening');
  url = `http://127.0.0.1:${(webhook.address() as AddressInfo).port}/moderate`;
});
beforeEach(() => {
  asked = [];
  answer = () => ({ status: 200, body: '{"allowed":true}' });
});
afterAll(() => {
  webhook.closeAllConnections();
  webhook.close();
});

function moderationOf(words: string[], onFailure: 'allow' | 'refuse', address: string | null, allowPrivate = true) {
  const hook = { url: address, secret: 'key', timeoutSeconds: 1, onFailure };
  return createModeration({ words, webhook: hook, allowPrivate, logger });
}

const saying = (text: string) => ({ conversationId: 'c', who: 'visitor' as const, text, language: 'en' });

describe('the list of words', () => {
  it.each([
    ['whole words in any case and without their accents', ['Café'], 'Two CAFES? No, one cafe.', false],
    ['no part of another word', ['ass'], 'A glass of water for the class.', true],
    ['phrases across punctuation', ['buy now'], 'Buy... now!', false],
    ['words with unseen characters in them', ['gadget'], 'a gad\u00ADget', false],
    ['scripts without spaces', ['坏话'], '他说了坏话吗', false],
    ['them across a comma', ['坏话'], '他说坏，话多', false],
  ])('finds %s', async (_what, words, text, allowed) => {
    expect(await moderationOf(words, 'refuse', null)?.allows(saying(text))).toBe(allowed);
  });

  it('finds a phrase that began in the sentence before', async () => {
    const moderation = moderationOf(['buy now'], 'refuse', null);
    const before = 'This is what you should buy';
    expect(await moderation?.allows({ ...saying('Now or never.'), before })).toBe(false);
    expect(await moderation?.allows({ ...saying('Now or never.'), before: 'This is nice.' })).toBe(true);
  });

  it('is no moderation where nothing is set', () => {
    expect(moderationOf([], 'refuse', null)).toBeUndefined();
  });
});

describe('the webhook', () => {
  it('is asked with a signature and decides', async () => {
    answer = ({ text }) => ({ status: 200, body: JSON.stringify({ allowed: !text.includes('secret') }) });
    const moderation = moderationOf([], 'refuse', url);
    expect(await moderation?.allows(saying('a secret'))).toBe(false);
    expect(await moderation?.allows(saying('a fact'))).toBe(true);
    expect(asked[0]).toMatchObject({ who: 'visitor', text: 'a secret' });
    expect(asked[0]?.signature).toMatch(/^sha256=[0-9a-f]{64}$/);
  });

  it.each([
    ['is broken', () => ({ status: 500, body: '' })],
    ['wants a key', () => ({ status: 401, body: '' })],
    ['answers no JSON', () => ({ status: 200, body: '<html>' })],
    ['answers without end', () => ({ status: 200, body: `"${'a'.repeat(20_000)}"` })],
  ])('that %s leaves it to the settings', async (_what, failing) => {
    answer = failing;
    expect(await moderationOf([], 'allow', url)?.allows(saying('a fact'))).toBe(true);
    expect(await moderationOf([], 'refuse', url)?.allows(saying('a fact'))).toBe(false);
  });

  it('inside the network is not called where the settings do not allow it', async () => {
    expect(await moderationOf([], 'refuse', url, false)?.allows(saying('a fact'))).toBe(false);
    expect(asked).toEqual([]);
  });
});

describe('a conversation', () => {
  let server: TestServer;
  let conversation: LiveConversation;
  let said: string[];
  let warnings: string[];

  beforeAll(async () => {
    server = await startServer({ VAKTRA_MODERATION_WORDS: 'gadget,buy now' }, {});
  }, 60_000);
  afterAll(() => server.close());
  beforeEach(async () => {
    conversation = await server.app.host.create({ portrait: { id: 'vigee-le-brun' } });
    said = [];
    warnings = [];
    conversation.on('transcript', ({ who, text }) => said.push(`${who}: ${text}`));
    conversation.on('warning', ({ code }) => warnings.push(code));
    await conversation.openSink({ onPacket: () => undefined });
    return () => conversation.close();
  });

  it(
    'says a phrase in place of what may not be said, once, and goes on',
    async () => {
      const ended = once(conversation, 'speechEnded');
      await conversation.speak({ eventId: 'e', text: 'Good morning. Buy a gadget. One more gadget! See you.' });
      await ended;
      await vi.waitFor(() =>
        expect(said).toEqual(['avatar: Good morning. I would rather not talk about that. See you.']),
      );
      expect(warnings).toEqual(['moderation_refused', 'moderation_refused']);
    },
    PATIENCE_MS,
  );

  it(
    'does not pass on what a visitor may not say',
    async () => {
      const ended = once(conversation, 'speechEnded');
      conversation.ask('Where is my gadget?');
      await ended;
      await vi.waitFor(() =>
        expect(said).toEqual(['visitor: (not passed on)', 'avatar: I would rather not talk about that.']),
      );
      expect(warnings).toEqual(['moderation_refused']);
    },
    PATIENCE_MS,
  );

  it(
    'says nothing of a phrase that is split over two sentences but its beginning',
    async () => {
      const ended = once(conversation, 'speechEnded');
      await conversation.speak({ eventId: 'e', text: 'This is good to buy. Now!' });
      await ended;
      await vi.waitFor(() =>
        expect(said).toEqual(['avatar: This is good to buy. I would rather not talk about that.']),
      );
    },
    PATIENCE_MS,
  );
});

describe('two questions in quick succession', () => {
  it('keep their order where the first takes longer to check, and nothing is passed on after the end', async () => {
    const checks: ((allowed: boolean) => void)[] = [];
    const passed: string[] = [];
    const moderation = { allows: () => new Promise<boolean>((resolve) => checks.push(resolve)) };
    const questions = new Questions({
      reviewer: new Reviewer(moderation, 'c', (error) => passed.push(error.code)),
      language: () => 'en',
      position: () => 48 * checks.length,
      ask: (text, sample) => passed.push(`${text} at ${sample}`),
      refuse: (sample) => passed.push(`refused at ${sample}`),
    });
    for (const text of ['first', 'second', 'third', 'fourth']) questions.pass(text);
    checks[1]?.(false);
    checks[2]?.(true);
    await new Promise(setImmediate);
    expect(passed).toEqual(['moderation_refused']);
    checks[0]?.(true);
    await vi.waitFor(() => expect(passed.slice(1)).toEqual(['first at 0', 'refused at 48', 'third at 96']));
    expect(questions.showsPartials).toBe(false);
    questions.close();
    checks[3]?.(true);
    await new Promise(setImmediate);
    expect(passed).toHaveLength(4);
  });
});
