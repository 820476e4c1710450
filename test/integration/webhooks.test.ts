// What happens in conversations, told to a server by signed requests: in order, again where it did not arrive, and never at the
// conversation's cost.
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { VaktraError } from '../../server/errors.ts';
import { createWebhooks } from '../../server/signaling/index.ts';
import { RecordingConversation, RecordingHost, startSignaling, TEST_CONFIG } from './signaling-host.ts';

const SECRET = 'key of the receiver';
/** For a slow machine. */
const PATIENCE = { timeout: 20_000, interval: 20 };

interface Told {
  id: string;
  type: string;
  session: string;
  sequence: number;
  created_at: string;
  data: Record<string, unknown>;
}

let receiver: Server;
let url: string;
/** All that came, with tries that were refused. */
let came: { told: Told; body: string; headers: Record<string, unknown> }[];
let answer: (told: Told, response: ServerResponse) => unknown;
/** Those that a test leaves without an answer. */
let hanging: ServerResponse[];
let outcomes: Record<string, number>;
let webhooks: NonNullable<ReturnType<typeof createWebhooks>>;

beforeEach(async () => {
  came = [];
  hanging = [];
  outcomes = {};
  answer = (_told, response) => response.writeHead(204).end();
  receiver = createServer(async (request, response) => {
    let body = '';
    for await (const piece of request) body += piece;
    const told = JSON.parse(body) as Told;
    came.push({ told, body, headers: request.headers });
    answer(told, response);
  });
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/events`;
  webhooks = watching(url);
});

afterEach(async () => {
  answer = (_told, response) => response.writeHead(204).end();
  for (const response of hanging) response.writeHead(204).end();
  await webhooks.close();
  receiver.closeAllConnections();
  receiver.close();
});

function watching(address: string, allowPrivate = true) {
  const made = createWebhooks(
    { url: address, secret: SECRET },
    {
      allowPrivate,
      logger: pino({ level: 'silent' }),
      firstPauseMs: 5,
      count: (outcome) => {
        outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      },
    },
  );
  if (!made) throw new Error('nobody is told');
  return made;
}

function watched(id = 'c1', by = webhooks): RecordingConversation {
  const conversation = new RecordingConversation(id, 'lady');
  by.watch(conversation);
  return conversation;
}

const say = (conversation: RecordingConversation, text: string) =>
  conversation.emit('transcript', { who: 'visitor', text, sample: 0, isFinal: true });

const texts = () => came.filter(({ told }) => told.type === 'transcript').map(({ told }) => told.data.text);

describe('an event', () => {
  it('is told with its conversation, its place and what the protocol says of it', async () => {
    const conversation = watched();
    conversation.emit('speechStarted', { eventId: 'e', sample: 480 });
    conversation.emit('speechEnded', { eventId: 'e', start: 480, sample: 960, text: 'Hello.' });
    conversation.emit('speechInterrupted', {
      ...{ eventId: 'f', start: 960, playbackPosition: 240, measure: 'heard', text: 'Good' },
    });
    say(conversation, 'A person, please.');
    conversation.emit('handOver', { reason: 'asked' });
    conversation.emit('agent', { name: 'Ada' });
    conversation.emit('message', { state: 'kept' });
    conversation.warn(new VaktraError('brain_failed', 'The server did not answer.'));
    await conversation.close();
    await vi.waitFor(() => expect(came).toHaveLength(10), PATIENCE);
    expect(came.map(({ told }) => [told.sequence, told.type, told.data])).toEqual([
      [0, 'session.started', { portrait: { id: 'lady', title: 'A painting' } }],
      [1, 'speech.started', { event_id: 'e', sample: 480 }],
      [2, 'speech.ended', { event_id: 'e', sample: 960, text: 'Hello.' }],
      [3, 'speech.interrupted', { event_id: 'f', playback_position: 240, measure: 'heard', text: 'Good' }],
      [4, 'transcript', { who: 'visitor', text: 'A person, please.', sample: 0, final: true }],
      [5, 'hand_over', { reason: 'asked' }],
      [6, 'agent', { name: 'Ada' }],
      [7, 'message', { state: 'kept' }],
      [8, 'warning', { code: 'brain_failed', status: 502, message: 'The server did not answer.' }],
      [9, 'session.ended', {}],
    ]);
    expect(new Set(came.map(({ told }) => told.id)).size).toBe(10);
    for (const { told } of came) {
      expect(told.session).toBe('c1');
      expect(Math.abs(Date.now() - Date.parse(told.created_at))).toBeLessThan(60_000);
    }
    await vi.waitFor(() => expect(outcomes).toEqual({ delivered: 10 }), PATIENCE);
  });

  it('is signed, so that whoever knows the key can tell it from others', async () => {
    watched();
    await vi.waitFor(() => expect(came).toHaveLength(1), PATIENCE);
    const [{ body = '', headers = {} } = {}] = came;
    const time = String(headers['vaktra-timestamp']);
    expect(Math.abs(Date.now() - Number(time))).toBeLessThan(60_000);
    const signature = createHmac('sha256', SECRET).update(`${time}.${body}`).digest('hex');
    expect(headers['vaktra-signature']).toBe(`sha256=${signature}`);
    expect(headers['content-type']).toBe('application/json');
  });

  it('that comes many times a second, or is not final, is not told', async () => {
    const conversation = watched();
    conversation.emit('state', { state: 'speaking', sample: 0 });
    conversation.emit('caption', { eventId: 'e', text: 'Hello', start: 0, end: 10 });
    conversation.emit('transcript', { who: 'visitor', text: 'Whe', sample: 0, isFinal: false });
    say(conversation, 'Where is it?');
    await vi.waitFor(() => expect(came).toHaveLength(2), PATIENCE);
    expect(came.map(({ told }) => told.type)).toEqual(['session.started', 'transcript']);
  });
});

describe('a receiver', () => {
  it('that fails is asked again, and the order stays', async () => {
    let failures = 3;
    answer = (told, response) => {
      const fails = told.sequence === 1 && failures > 0;
      if (fails) failures -= 1;
      response.writeHead(fails ? 500 : 200).end();
    };
    const conversation = watched();
    for (const text of ['one', 'two', 'three']) say(conversation, text);
    await vi.waitFor(() => expect(came).toHaveLength(7), PATIENCE);
    expect(texts()).toEqual(['one', 'one', 'one', 'one', 'two', 'three']);
    const tries = came.filter(({ told }) => told.sequence === 1).map(({ told }) => told.id);
    expect(new Set(tries).size).toBe(1);
    await vi.waitFor(() => expect(outcomes).toEqual({ delivered: 4 }), PATIENCE);
  });

  it('that refuses one event five times is not asked again for it, but for the next', async () => {
    answer = (told, response) => response.writeHead(told.sequence === 1 ? 503 : 200).end();
    const conversation = watched();
    say(conversation, 'one');
    say(conversation, 'two');
    await vi.waitFor(() => expect(texts()).toEqual(['one', 'one', 'one', 'one', 'one', 'two']), PATIENCE);
    await vi.waitFor(() => expect(outcomes).toEqual({ delivered: 2, failed: 1 }), PATIENCE);
  });

  it('that is down costs the conversation nothing', async () => {
    receiver.close();
    await once(receiver, 'close');
    const conversation = watched();
    say(conversation, 'one');
    expect(conversation.closed).toBe(false);
    await vi.waitFor(() => expect(outcomes).toEqual({ failed: 2 }), PATIENCE);
  });

  it('that does not answer holds up its own conversation alone, and no more than a hundred events', async () => {
    answer = (told, response) => {
      if (told.session === 'other') response.writeHead(200).end();
      else hanging.push(response);
    };
    const conversation = watched();
    for (let i = 0; i < 150; i += 1) say(conversation, `${i}`);
    expect(outcomes).toEqual({ dropped: 51 });
    watched('other');
    await vi.waitFor(() => expect(came.map(({ told }) => told.session)).toContain('other'), PATIENCE);
    expect(texts()).toEqual([]);
  });

  it('that does not answer is kept no more than a thousand events for, of all conversations', async () => {
    answer = (_told, response) => hanging.push(response);
    for (let i = 0; i < 12; i += 1) {
      const conversation = watched(`c${i}`);
      for (let j = 0; j < 99; j += 1) say(conversation, `${j}`);
    }
    expect(outcomes).toEqual({ dropped: 200 });
  });

  it('inside the own network is not called where that is not allowed', async () => {
    const guarded = watching(url, false);
    watched('c1', guarded);
    watched('c2', guarded);
    await vi.waitFor(() => expect(outcomes).toEqual({ failed: 2 }), PATIENCE);
    await guarded.close();
    expect(came).toEqual([]);
  });

  it('that redirects is not followed', async () => {
    answer = (_told, response) => response.writeHead(307, { location: url }).end();
    watched();
    await vi.waitFor(() => expect(outcomes).toEqual({ failed: 1 }), PATIENCE);
    expect(came).toHaveLength(1);
  });
});

it('the end of the server waits until the ends of its conversations were told', async () => {
  const host = new RecordingHost();
  const server = await startSignaling(host, TEST_CONFIG, { webhooks });
  const headers = { 'content-type': 'application/json' };
  const opened = await fetch(`${server.url}/v1/sessions`, { method: 'POST', headers, body: '{"portrait":"lady"}' });
  const { id } = (await opened.json()) as { id: string };
  await server.close();
  await host.get(id).close();
  await webhooks.close();
  expect(came.map(({ told }) => [told.session, told.type])).toEqual([
    [id, 'session.started'],
    [id, 'session.ended'],
  ]);
});
