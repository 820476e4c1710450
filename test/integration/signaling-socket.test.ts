// The WebSocket as a bot's server uses it: real sockets, both encodings, and everything that a client can send wrong.
import { createHmac } from 'node:crypto';
import { Packr, pack, unpack } from 'msgpackr';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { connect, type Session } from '../../client/sdk/index.ts';
import { VaktraError } from '../../server/errors.ts';
import { serverMessage } from '../../server/signaling/messages.ts';
import { type RecordingConversation, RecordingHost, startSignaling, TEST_CONFIG } from './signaling-host.ts';

type Message = Record<string, unknown> & { type: string };
type Running = Awaited<ReturnType<typeof startSignaling>>;

let server: Running;
let host: RecordingHost;
let conversation: RecordingConversation;
let clients: Client[];
let bots: Session[];

/** A client that keeps what it received and can wait for more. Everything received must fit the protocol's schema. */
class Client {
  readonly received: Message[] = [];
  closeCode: number | undefined;
  readonly socket: WebSocket;

  constructor(port: number) {
    this.socket = new WebSocket(`ws://127.0.0.1:${port}/v1/socket`);
    this.socket.on('message', (data: Buffer, isBinary) => {
      const message = isBinary ? unpack(data) : JSON.parse(data.toString());
      serverMessage.parse(message);
      this.received.push(message);
    });
    this.socket.on('close', (code) => {
      this.closeCode = code;
    });
    clients.push(this);
  }

  static async open(port = server.port): Promise<Client> {
    const client = new Client(port);
    await new Promise((resolve, reject) => client.socket.once('open', resolve).once('error', reject));
    return client;
  }

  json(message: unknown): void {
    this.socket.send(JSON.stringify(message));
  }

  next(matches: (message: Message) => boolean): Promise<Message> {
    return vi.waitFor(() => {
      const found = this.received.find(matches);
      if (found === undefined) throw new Error(`not received; so far: ${JSON.stringify(this.received)}`);
      return found;
    }, 3000);
  }

  reply(id: unknown): Promise<Message> {
    return this.next((message) => message.type === 'reply' && message.id === id);
  }

  error(code: string): Promise<Message> {
    return this.next((message) => message.type === 'error' && message.code === code);
  }

  async join(session = conversation.id): Promise<Message> {
    this.json({ type: 'hello', session, id: 'hello' });
    return this.reply('hello');
  }
}

/** The conversation as the client for bots' servers has it. */
async function joinAsBot(): Promise<Session> {
  const bot = await connect({ url: server.url, session: conversation.id });
  bots.push(bot);
  return bot;
}

beforeEach(async () => {
  clients = [];
  bots = [];
  host = new RecordingHost();
  server = await startSignaling(host);
  conversation = await host.create({ portrait: { id: 'lady' } });
});

afterEach(async () => {
  for (const bot of bots) bot.leave();
  for (const { socket } of clients) socket.terminate();
  await server.close();
});

describe('a socket', () => {
  it('joins a conversation and is told what it is', async () => {
    const client = await Client.open();
    const { result } = await client.join();
    expect(result).toEqual({
      session: conversation.id,
      portrait: { id: 'lady', title: 'A painting', warnings: [] },
      video: { width: 512, height: 512, matte: 'none' },
      rtp_capabilities: { codecs: [], headerExtensions: [] },
      state: 'idle',
      position: 96_000,
      transcript: [],
    });
  });

  it('passes text on and answers in JSON', async () => {
    const client = await Client.open();
    await client.join();
    client.json({ type: 'speak', event_id: 'e1', text: 'Grüße', language: 'de', id: 7 });
    expect(await client.reply(7)).toEqual({ type: 'reply', id: 7, result: {} });
    expect(conversation.calls).toEqual([{ name: 'speak', args: [{ eventId: 'e1', text: 'Grüße', language: 'de' }] }]);
  });

  it('passes a mood on, with text, with sound and for the whole conversation', async () => {
    const bot = await joinAsBot();
    await bot.say('Hello', { emotion: 'happy', strength: 0.3 });
    await bot.openAudio(8000, { emotion: 'sad' }).write(new Uint8Array(2));
    await bot.mood({ emotion: 'surprised' });
    await bot.mood();
    const moods = conversation.calls.map(({ name, args }) =>
      name === 'setMood' ? args[0] : (args[0] as { mood: unknown }).mood,
    );
    expect(moods).toEqual([
      { emotion: 'happy', strength: 0.3 },
      { emotion: 'sad' },
      { emotion: 'surprised' },
      undefined,
    ]);
  });

  it.each([
    [{ emotion: 'bored' }, /at emotion.*surprised/],
    [{ emotion: 'sad', strength: 1.5 }, /at strength/],
    [{ strength: 0.5 }, /strength is 0.5 without an emotion/],
  ])('refuses the mood %o in a sentence', async (fields, sentence) => {
    const client = await Client.open();
    await client.join();
    client.json({ type: 'mood', ...fields, id: 1 });
    const refusal = await client.next(({ type }) => type === 'error');
    expect(refusal).toMatchObject({ id: 1, code: 'invalid_message' });
    expect(refusal.message).toMatch(sentence);
    expect(conversation.calls).toEqual([]);
  });

  it('takes the same messages as msgpack and answers in msgpack', async () => {
    const client = await Client.open();
    client.socket.send(pack({ type: 'hello', session: conversation.id, id: 1 }));
    await client.reply(1);
    const pcm = new Uint8Array([1, 2, 3, 250]);
    client.socket.send(pack({ type: 'audio', event_id: 'e2', rate_hz: 24_000, pcm, id: 2 }));
    await client.reply(2);
    expect(conversation.calls).toEqual([{ name: 'pushAudio', args: [{ eventId: 'e2', pcm, sampleRateHz: 24_000 }] }]);
    let binary = false;
    client.socket.once('message', (_data, isBinary) => {
      binary = isBinary;
    });
    conversation.emit('state', { state: 'speaking', sample: 5 });
    await client.next(({ type }) => type === 'state');
    expect(binary).toBe(true);
  });

  it('takes sound as base64 in JSON', async () => {
    const client = await Client.open();
    await client.join();
    client.json({ type: 'audio', event_id: 'e3', rate_hz: 8000, pcm: 'AQID+g==', id: 3 });
    await client.reply(3);
    expect(conversation.calls[0]?.args).toEqual([
      { eventId: 'e3', pcm: new Uint8Array([1, 2, 3, 250]), sampleRateHz: 8000 },
    ]);
  });

  it('keeps sound unchanged while later messages are decoded', async () => {
    const client = await Client.open();
    await client.join();
    const packr = new Packr({ useRecords: false });
    for (let value = 1; value <= 40; value++) {
      const pcm = new Uint8Array(2000).fill(value);
      client.socket.send(packr.pack({ type: 'audio', event_id: 'e', rate_hz: 16_000, pcm, id: value }));
    }
    await client.reply(40);
    const first = conversation.calls[0]?.args[0] as { pcm: Uint8Array };
    expect(first.pcm).toEqual(new Uint8Array(2000).fill(1));
  });

  it('hands media parameters through and names them as the protocol does', async () => {
    const client = await Client.open();
    await client.join();
    client.json({ type: 'transport.create', id: 1 });
    expect((await client.reply(1)).result).toMatchObject({ id: 'transport-1', ice_candidates: [] });
    const dtls_parameters = { role: 'client', fingerprints: [{ algorithm: 'sha-256', value: 'AB:CD' }] };
    client.json({ type: 'transport.connect', transport: 'transport-1', dtls_parameters, id: 2 });
    await client.reply(2);
    expect(conversation.calls.at(-1)).toEqual({ name: 'connectTransport', args: ['transport-1', dtls_parameters] });
    client.json({ type: 'consume', transport: 'transport-1', rtp_capabilities: { codecs: [] }, id: 3 });
    expect((await client.reply(3)).result).toEqual({
      consumers: [{ id: 'c1', producer_id: 'p1', kind: 'audio', rtp_parameters: { codecs: [] } }],
    });
  });

  it('hears what happens in its conversation, in order', async () => {
    const client = await Client.open();
    await client.join();
    conversation.emit('state', { state: 'speaking', sample: 4800 });
    conversation.emit('speechStarted', { eventId: 'e1', sample: 4800 });
    conversation.emit('caption', { eventId: 'e1', text: 'Hello', start: 4800, end: 24_000 });
    conversation.emit('speechInterrupted', {
      eventId: 'e1',
      start: 4800,
      playbackPosition: 9600,
      measure: 'heard',
      text: 'Hello',
    });
    conversation.emit('speechEnded', { eventId: 'e1', start: 4800, sample: 14_400, text: 'Hello you' });
    conversation.emit('transcript', { who: 'visitor', text: 'Hm?', sample: 15_000, isFinal: true });
    conversation.emit('source', { eventId: 'e1', title: 'A', url: 'a.md#a' });
    conversation.emit('handOver', { reason: 'angry' });
    conversation.emit('warning', new VaktraError('speech_engine_missing', 'Install one.'));
    await client.next(({ type }) => type === 'warning');
    expect(client.received.slice(1)).toEqual([
      { type: 'state', state: 'speaking', sample: 4800 },
      { type: 'speech.started', event_id: 'e1', sample: 4800 },
      { type: 'caption', event_id: 'e1', text: 'Hello', start: 4800, end: 24_000 },
      { type: 'speech.interrupted', event_id: 'e1', playback_position: 9600, measure: 'heard', text: 'Hello' },
      { type: 'speech.ended', event_id: 'e1', sample: 14_400, text: 'Hello you' },
      { type: 'transcript', who: 'visitor', text: 'Hm?', sample: 15_000, final: true },
      { type: 'source', event_id: 'e1', title: 'A', url: 'a.md#a' },
      { type: 'hand_over', reason: 'angry' },
      { type: 'warning', code: 'speech_engine_missing', status: 500, message: 'Install one.' },
    ]);
  });

  it('gets the figures once a second', async () => {
    const client = await Client.open();
    await client.join();
    const stats = await client.next(({ type }) => type === 'stats');
    expect(stats).toMatchObject({ position: 96_000, pictures_repeated: 1, motion_ms_per_picture: 1.5 });
  });

  it('is told when the conversation ends, and cannot use it any more', async () => {
    const client = await Client.open();
    await client.join();
    await conversation.close(new VaktraError('conversation_failed', 'The worker died.'));
    expect(await client.next(({ type }) => type === 'closed')).toEqual({
      type: 'closed',
      error: { code: 'conversation_failed', status: 500, message: 'The worker died.' },
    });
    client.json({ type: 'interrupt' });
    await client.error('conversation_unknown');
  });
});

describe('a wrong message', () => {
  const refused: { name: string; send: (client: Client) => void; code: string; path?: string }[] = [
    {
      name: 'a binary frame that is no msgpack',
      send: ({ socket }) => socket.send(Buffer.from([0xc1, 0xc1, 0xff])),
      code: 'message_not_decodable',
    },
    {
      name: 'a truncated msgpack map',
      send: ({ socket }) => socket.send(Buffer.from([0xdf, 0xff, 0xff, 0xff, 0xff])),
      code: 'message_not_decodable',
    },
    {
      name: 'deeply nested msgpack',
      send: ({ socket }) => socket.send(Buffer.alloc(500_000, 0x91)),
      code: 'message_not_decodable',
    },
    {
      name: 'a text frame that is no JSON',
      send: ({ socket }) => socket.send('{"type":'),
      code: 'message_not_decodable',
    },
    {
      name: 'a message over 1 MiB',
      send: ({ socket }) => socket.send(Buffer.alloc(1_048_577, 1)),
      code: 'message_too_large',
    },
    { name: 'an unknown type', send: (client) => client.json({ type: 'sing' }), code: 'invalid_message', path: 'type' },
    { name: 'no object at all', send: (client) => client.json([1, 2]), code: 'invalid_message', path: '(message)' },
    {
      name: 'a missing field',
      send: (client) => client.json({ type: 'speak', event_id: 'e' }),
      code: 'invalid_message',
      path: 'text',
    },
    {
      name: 'a field of a wrong type',
      send: (client) => client.json({ type: 'speak', event_id: 'e', text: 5 }),
      code: 'invalid_message',
      path: 'text',
    },
    {
      name: 'a field that does not exist',
      send: (client) => client.json({ type: 'interrupt', now: true }),
      code: 'invalid_message',
      path: '(message)',
    },
    {
      name: 'a RegExp in place of text',
      send: ({ socket }) => socket.send(pack({ type: 'speak', event_id: 'e', text: /(a+)+$/g })),
      code: 'invalid_message',
      path: 'text',
    },
    {
      name: 'a date in place of a number',
      send: ({ socket }) => socket.send(pack({ type: 'playout', delay_ms: new Date(5) })),
      code: 'invalid_message',
      path: 'delay_ms',
    },
    {
      name: 'a delay that is not a number',
      send: ({ socket }) => socket.send(pack({ type: 'playout', delay_ms: Number.NaN })),
      code: 'invalid_message',
      path: 'delay_ms',
    },
    {
      name: 'sound that is not base64',
      send: (client) => client.json({ type: 'audio', event_id: 'e', rate_hz: 16_000, pcm: '***' }),
      code: 'invalid_message',
      path: 'pcm',
    },
    {
      name: 'a wrong value deep inside',
      send: (client) =>
        client.json({
          type: 'transport.connect',
          transport: 't',
          dtls_parameters: { fingerprints: [{ algorithm: 'md5', value: '' }] },
        }),
      code: 'invalid_message',
      path: 'dtls_parameters.fingerprints.0.algorithm',
    },
  ];

  it.each(refused)('($name) is refused by code, and the conversation goes on', async ({ send, code, path }) => {
    const client = await Client.open();
    await client.join();
    send(client);
    const error = await client.error(code);
    if (path !== undefined) expect(error.path).toBe(path);
    expect(error.message).toMatch(/\w+ .+[.:]/);
    client.json({ type: 'speak', event_id: 'after', text: 'Still here', id: 'after' });
    await client.reply('after');
    expect(conversation.calls.map(({ name }) => name)).toEqual(['speak']);
  });

  it('names the request that was refused', async () => {
    const client = await Client.open();
    await client.join();
    client.json({ type: 'speak', event_id: 'e', id: 41 });
    expect((await client.error('invalid_message')).id).toBe(41);
    conversation.failure = new VaktraError('language_unknown', 'There is no language "xx".');
    client.json({ type: 'speak', event_id: 'e', text: 'x', language: 'xx', id: 42 });
    expect(await client.error('language_unknown')).toMatchObject({
      id: 42,
      status: 400,
      message: 'There is no language "xx".',
    });
  });

  it('does not pollute prototypes', async () => {
    const client = await Client.open();
    await client.join();
    client.socket.send('{"type":"interrupt","__proto__":{"polluted":true},"id":1}');
    await client.error('invalid_message');
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it('that is far too large closes its socket, while others go on', async () => {
    const bad = await Client.open();
    const good = await Client.open();
    await bad.join();
    await good.join();
    bad.socket.send(Buffer.alloc(5_000_000, 1));
    await vi.waitFor(() => expect(bad.closeCode).toBe(1009), 3000);
    good.json({ type: 'ping', id: 'alive' });
    expect((await good.reply('alive')).result).toEqual({ position: 96_000 });
  });

  it('before "hello" is refused', async () => {
    const client = await Client.open();
    client.json({ type: 'interrupt', id: 1 });
    expect((await client.error('conversation_unknown')).message).toContain('hello');
  });

  it('joins no conversation that does not exist', async () => {
    const client = await Client.open();
    client.json({ type: 'hello', session: 'no-such', id: 1 });
    expect(await client.error('conversation_unknown')).toMatchObject({ id: 1, status: 404 });
  });

  it('from inside that is no VaktraError becomes "internal"', async () => {
    const client = await Client.open();
    await client.join();
    conversation.failure = new TypeError('x is undefined');
    client.json({ type: 'interrupt', id: 9 });
    expect(await client.error('internal')).toMatchObject({ id: 9, status: 500 });
  });
});

describe('a conversation', () => {
  it('is closed soon after its last socket left', async () => {
    const first = await Client.open();
    const second = await Client.open();
    await first.join();
    await second.join();
    first.socket.close();
    await new Promise((resolve) => setTimeout(resolve, 2 * 300));
    expect(conversation.closed).toBe(false);
    second.socket.terminate();
    await vi.waitFor(() => expect(conversation.closed).toBe(true), 2000);
  });

  it('survives a socket that comes back in time', async () => {
    const first = await Client.open();
    await first.join();
    first.socket.terminate();
    const second = await Client.open();
    await second.join();
    await new Promise((resolve) => setTimeout(resolve, 2 * 300));
    expect(conversation.closed).toBe(false);
    second.json({ type: 'ping', id: 1 });
    await second.reply(1);
  });

  it('keeps no listener of a socket that left', async () => {
    const before = conversation.listenerCount('caption');
    const client = await Client.open();
    await client.join();
    expect(conversation.listenerCount('caption')).toBe(before + 1);
    client.socket.terminate();
    await vi.waitFor(() => expect(conversation.listenerCount('caption')).toBe(before), 2000);
  });

  it('that nobody uses is closed although a socket is there', async () => {
    await server.close();
    server = await startSignaling(host, withDurations({ idleSeconds: 0.8, warningSeconds: 0.4 }));
    const client = await Client.open();
    await client.join();
    const warning = await client.next(({ type }) => type === 'warning');
    expect(warning).toMatchObject({ code: 'conversation_ending' });
    expect(conversation.closed).toBe(false);
    const closed = await client.next(({ type }) => type === 'closed');
    expect(closed.error).toMatchObject({ code: 'conversation_closed' });
    expect(conversation.closed).toBe(true);
  });

  it('is kept alive by a client that asks for it', async () => {
    await server.close();
    server = await startSignaling(host, withDurations({ idleSeconds: 1.2, warningSeconds: 0.2 }));
    const bot = await joinAsBot();
    for (let times = 1; times <= 8; times += 1) {
      await new Promise((resolve) => setTimeout(resolve, 300));
      await bot.keepAlive();
    }
    expect(conversation.closed).toBe(false);
  });

  it('is in use for as long as a speech takes, and is closed when nobody uses it after that', async () => {
    await server.close();
    server = await startSignaling(host, withDurations({ idleSeconds: 0.6, warningSeconds: 0.2 }));
    const client = await Client.open();
    await client.join();
    conversation.emit('state', { state: 'speaking', sample: 0 });
    await new Promise((resolve) => setTimeout(resolve, 1500));
    client.json({ type: 'keep_alive', id: 'in the middle of it' });
    await client.reply('in the middle of it');
    await new Promise((resolve) => setTimeout(resolve, 1000));
    expect(client.received.filter(({ type }) => type === 'warning')).toEqual([]);
    expect(conversation.closed).toBe(false);
    conversation.emit('state', { state: 'idle', sample: 96_000 });
    await client.next(({ type }) => type === 'closed');
  });

  it('that is as long as it may be is closed although it is used, with a warning before', async () => {
    await server.close();
    server = await startSignaling(host, withDurations({ maxSeconds: 0.8, warningSeconds: 0.4 }));
    const client = await Client.open();
    await client.join();
    const warning = await client.next(({ type }) => type === 'warning');
    expect(warning).toMatchObject({ code: 'conversation_ending' });
    client.json({ type: 'keep_alive', id: 1 });
    const closed = await client.next(({ type }) => type === 'closed');
    expect(closed.error).toMatchObject({ code: 'conversation_closed' });
  });
});

function withDurations(durations: Partial<typeof TEST_CONFIG.conversations>): typeof TEST_CONFIG {
  return {
    ...TEST_CONFIG,
    conversations: { graceSeconds: 10, idleSeconds: 60, maxSeconds: 600, warningSeconds: 30, ...durations },
  };
}

it('gives browsers TURN servers with a password that ends', async () => {
  await server.close();
  const turn = { urls: ['turn:turn.example.com:3478'], secret: 'shared', ttlSeconds: 600 };
  server = await startSignaling(host, { ...TEST_CONFIG, media: { turn } });
  const client = await Client.open();
  await client.join();
  client.json({ type: 'transport.create', id: 1 });
  const { ice_servers: servers } = (await client.reply(1)).result as { ice_servers: Record<string, string>[] };
  const [entry] = servers;
  expect(entry?.urls).toEqual(turn.urls);
  const left = Number(entry?.username) - Date.now() / 1000;
  expect(left).toBeGreaterThan(500);
  expect(left).toBeLessThan(601);
  expect(entry?.credential).toBe(
    createHmac('sha1', 'shared')
      .update(entry?.username ?? '')
      .digest('base64'),
  );
  // A password that is good for an hour may have ended when the network changes.
  client.json({ type: 'transport.restart_ice', id: 2, transport: 'transport-1' });
  expect((await client.reply(2)).result).toMatchObject({ ice_servers: [{ urls: turn.urls }] });
});

it('a socket at another address is turned away', async () => {
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}/v1/elsewhere`);
  const status = await new Promise((resolve) => {
    socket.on('unexpected-response', (_request, response) => resolve(response.statusCode));
    socket.on('error', () => {});
  });
  expect(status).toBe(404);
});
