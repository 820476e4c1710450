// Turns in a whole server with real models: questions that are written, answers that are spoken, cut, and remembered as heard.
import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { LiveConversation } from '../../server/session/index.ts';
import { startServer, type TestServer } from '../browser/whole-server.ts';

const PATIENCE_MS = 120_000;

let server: TestServer;
beforeAll(async () => {
  server = await startServer({}, {});
}, 60_000);
afterEach(async () => {
  await Promise.all(server.app.host.all().map((conversation) => conversation.close()));
});
afterAll(() => server.close());

async function open(): Promise<{ conversation: LiveConversation; events: string[]; said: string[] }> {
  const conversation = await server.app.host.create({ portrait: { id: 'vigee-le-brun' } });
  const events: string[] = [];
  const said: string[] = [];
  conversation.on('state', ({ state }) => events.push(state));
  conversation.on('source', ({ url }) => events.push(url));
  conversation.on('handOver', () => events.push('hand over'));
  conversation.on('transcript', ({ who, text }) => said.push(`${who}: ${text}`));
  await conversation.openSink({ onPacket: () => undefined });
  return { conversation, events, said };
}

describe('a turn', () => {
  it(
    'answers a written question with its source, and remembers both',
    async () => {
      const { conversation, events, said } = await open();
      const ended = once(conversation, 'speechEnded');
      conversation.ask('Do I need a GPU?');
      await ended;
      await vi.waitFor(() => expect(said).toHaveLength(2));
      expect(said).toEqual([
        'visitor: Do I need a GPU?',
        'avatar: No. Vaktra runs on an ordinary processor. Two cores are enough for several conversations at once.',
      ]);
      await vi.waitFor(() => expect(events.at(-1)).toBe('idle'));
      expect(events.filter((event) => !event.includes('#'))).toEqual(['thinking', 'speaking', 'idle']);
      expect(events).toContain('vaktra.md#do-i-need-a-graphics-card');
      expect(conversation.transcript.map(({ who }) => who)).toEqual(['visitor', 'avatar']);
    },
    PATIENCE_MS,
  );

  it(
    'remembers of an interrupted answer what was heard',
    async () => {
      const { conversation, said } = await open();
      const heard: string[] = [];
      conversation.on('caption', ({ text }) => heard.push(text));
      const started = once(conversation, 'speechStarted');
      conversation.ask('What is Vaktra?');
      await started;
      await vi.waitFor(() => expect(heard.length).toBeGreaterThan(4), { timeout: PATIENCE_MS });
      const cut = once(conversation, 'speechInterrupted');
      conversation.interrupt();
      const [{ text }] = await cut;
      await vi.waitFor(() => expect(said).toHaveLength(2));
      expect(said[1]).toBe(`avatar: ${text}`);
      expect('Vaktra is a server that turns a voice into a live talking person.').toContain(text);
      expect(text.length).toBeGreaterThan(0);
      expect(conversation.stats().state).toBe('idle');
    },
    PATIENCE_MS,
  );

  it(
    'gives the first answer up for a second question',
    async () => {
      const { conversation, said } = await open();
      conversation.ask('What is Vaktra?');
      conversation.ask('Is it open source?');
      await vi.waitFor(() => expect(said.at(-1)).toContain('Apache'), { timeout: PATIENCE_MS });
      expect(said.some((line) => line.startsWith('avatar: Vaktra is a server that turns a voice into a live'))).toBe(
        false,
      );
    },
    PATIENCE_MS,
  );

  it(
    'offers a person where it knows nothing, and hands over on yes',
    async () => {
      const { conversation, events, said } = await open();
      conversation.ask('How do I bake bread?');
      await vi.waitFor(() => expect(said.at(-1)).toContain('Shall I get a person'), { timeout: PATIENCE_MS });
      conversation.ask('Yes, please');
      await vi.waitFor(() => expect(events).toContain('hand over'), { timeout: PATIENCE_MS });
    },
    PATIENCE_MS,
  );

  it(
    'frees everything when it is closed in the middle of an answer',
    async () => {
      const { conversation } = await open();
      const started = once(conversation, 'speechStarted');
      conversation.ask('What is Vaktra?');
      await started;
      await conversation.close();
      expect(() => conversation.ask('Anyone there?')).toThrow(expect.objectContaining({ code: 'conversation_closed' }));
    },
    PATIENCE_MS,
  );
});
