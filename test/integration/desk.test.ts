// The desk over real sockets of a whole server: agents and visitors at once, races, losses, and what the moderation forbids.
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import type { LiveConversation } from '../../server/session/index.ts';
import type { DeskChanged } from '../../server/signaling/desk-messages.ts';
import { serverMessage } from '../../server/signaling/messages.ts';
import { startServer, type TestServer } from '../browser/whole-server.ts';

type Message = Record<string, unknown> & { type: string };
type Reply = Message & { result: Record<string, unknown>; code?: string };

const PATIENCE_MS = 60_000;
/** As in the settings below. */
const GRACE_SECONDS = '1';

let server: TestServer;
const clients: Client[] = [];

class Client {
  readonly received: Message[] = [];
  readonly socket: WebSocket;
  #lastId = 0;

  constructor() {
    this.socket = new WebSocket(`${server.url.replace('http', 'ws')}/v1/socket`);
    this.socket.on('message', (data) => {
      const message = JSON.parse(String(data)) as Message;
      serverMessage.parse(message);
      this.received.push(message);
    });
    clients.push(this);
  }

  static async open(): Promise<Client> {
    const client = new Client();
    await new Promise((resolve, reject) => client.socket.once('open', resolve).once('error', reject));
    return client;
  }

  /** The reply, or the error that was answered. */
  async ask(request: object): Promise<Reply> {
    const id = ++this.#lastId;
    this.socket.send(JSON.stringify({ ...request, id }));
    return this.next((message) => message.id === id) as Promise<Reply>;
  }

  next(matches: (message: Message) => boolean): Promise<Message> {
    return vi.waitFor(
      () => {
        const found = this.received.find(matches);
        if (found === undefined) throw new Error(`not received; so far: ${JSON.stringify(this.received.slice(-12))}`);
        return found;
      },
      { timeout: PATIENCE_MS, interval: 50 },
    );
  }

  types(...wanted: string[]): Message[] {
    return this.received.filter(({ type }) => wanted.includes(type));
  }
}

async function agent(name: string, seat?: string): Promise<Client & { seat: string }> {
  const client = await Client.open();
  const { result } = await client.ask({ type: 'desk.hello', name, ...(seat !== undefined && { seat }) });
  expect(result.canned_answers).toHaveLength(4);
  return Object.assign(client, { seat: String(result.seat) });
}

async function visitor(): Promise<{ client: Client; conversation: LiveConversation }> {
  const conversation = await server.app.host.create({ portrait: { id: 'vigee-le-brun' } });
  // The clock runs once somebody looks on.
  await conversation.openSink({ onPacket: () => undefined });
  const client = await Client.open();
  await client.ask({ type: 'hello', session: conversation.id });
  return { client, conversation };
}

const says = (who: string, text: string) => (message: Message) =>
  message.type === 'transcript' && message.who === who && message.text === text;

beforeAll(async () => {
  server = await startServer({ VAKTRA_DESK_GRACE_SECONDS: GRACE_SECONDS, VAKTRA_MODERATION_WORDS: 'rubbish' });
}, PATIENCE_MS);

afterEach(async () => {
  for (const { socket } of clients.splice(0)) socket.terminate();
  await Promise.all(server.app.host.all().map((conversation) => conversation.close()));
});

afterAll(() => server.close());

// First, while nobody is there.
it(
  'takes a message where nobody is at the desk',
  async () => {
    const { client } = await visitor();
    await client.ask({ type: 'ask', text: 'Can I talk to a person?' });
    await client.next(({ type, state }) => type === 'message' && state === 'asked');
    await client.next(
      ({ type, who, text }) => type === 'transcript' && who === 'avatar' && /Nobody is here/.test(String(text)),
    );
    await client.ask({ type: 'ask', text: 'Please call 555 0100 about my parcel.' });
    await client.next(({ type, state }) => type === 'message' && state === 'kept');
    await client.next(says('avatar', 'Thank you. I have passed it on.'));

    const anna = await agent('Anna');
    const changed = (await anna.next(({ type }) => type === 'desk.changed')) as DeskChanged;
    expect(changed.messages[0]).toMatchObject({ text: 'Please call 555 0100 about my parcel.' });
    await anna.ask({ type: 'desk.message_done', message: changed.messages[0]?.id });
    await anna.next((message) => message.type === 'desk.changed' && (message as DeskChanged).messages.length === 0);
  },
  4 * PATIENCE_MS,
);

it(
  'gives a conversation to one of two agents who reach for it at once, and the brain goes on afterwards',
  async () => {
    const { client, conversation } = await visitor();
    const [anna, ben] = [await agent('Anna'), await agent('Ben')];
    await client.ask({ type: 'ask', text: 'Can I talk to a person?' });
    await client.next(({ type, position }) => type === 'queue' && position === 1);
    const isWaiting = (message: Message) =>
      message.type === 'desk.changed' && (message as DeskChanged).conversations[0]?.waiting?.position === 1;
    await Promise.all([anna.next(isWaiting), ben.next(isWaiting)]);

    const take = { type: 'desk.take', session: conversation.id };
    const answers = await Promise.all([anna.ask(take), ben.ask(take)]);
    expect(answers.map(({ type }) => type).sort()).toEqual(['error', 'reply']);
    expect(answers.find(({ type }) => type === 'error')).toMatchObject({ code: 'conversation_taken', status: 409 });
    const [winner, name] = answers[0]?.type === 'reply' ? [anna, 'Anna'] : [ben, 'Ben'];
    await client.next((message) => message.type === 'agent' && message.name === name);

    // Nobody else speaks for the avatar, and the brain does not answer.
    const speak = { type: 'speak', event_id: 'bot-1', text: 'I am the bot.' };
    expect(await client.ask(speak)).toMatchObject({ type: 'error', code: 'conversation_taken' });
    await client.ask({ type: 'ask', text: 'Is it open source?' });
    const say = { type: 'desk.say', session: conversation.id };
    expect(await winner.ask({ ...say, text: 'That is rubbish.' })).toMatchObject({ code: 'moderation_refused' });
    await winner.ask({ ...say, text: 'Hello, this is me.' });
    await client.next(says('agent', 'Hello, this is me.'));
    expect(client.received.some(({ text }) => String(text).includes('Apache'))).toBe(false);
    expect(client.received.some(({ text }) => String(text).includes('rubbish'))).toBe(false);

    await winner.ask({ type: 'desk.give_back', session: conversation.id });
    await client.next((message) => message.type === 'agent' && message.name === undefined);
    expect(await winner.ask({ ...say, text: 'Still here?' })).toMatchObject({ code: 'conversation_not_taken' });
    await client.ask({ type: 'ask', text: 'Is it open source?' });
    await client.next(
      ({ type, who, text }) => type === 'transcript' && who === 'avatar' && /Apache/.test(String(text)),
    );
    expect(conversation.transcript.map(({ who }) => who)).toContain('agent');
  },
  4 * PATIENCE_MS,
);

it(
  'keeps a lost agent’s conversation for a moment, then lets it wait for somebody else',
  async () => {
    const { client, conversation } = await visitor();
    const [anna, ben] = [await agent('Anna'), await agent('Ben')];
    await anna.ask({ type: 'desk.take', session: conversation.id });
    anna.socket.terminate();
    // Back in time: it is still theirs.
    const again = await agent('Anna', anna.seat);
    expect(again.seat).toBe(anna.seat);
    await again.ask({ type: 'desk.say', session: conversation.id, text: 'I was away.' });
    await client.next(says('agent', 'I was away.'));
    // Looking on with a seat keeps the seat's conversation in view, and no conversation open.
    const look = await Client.open();
    expect(await look.ask({ type: 'hello', session: conversation.id, seat: anna.seat })).toMatchObject({
      type: 'reply',
    });
    await look.next(({ type, name }) => type === 'agent' && name === 'Anna');

    again.socket.terminate();
    await client.next((message) => message.type === 'agent' && message.name === undefined);
    await client.next(({ type, position }) => type === 'queue' && position === 1);
    await ben.ask({ type: 'desk.take', session: conversation.id });
    await client.next(({ type, name }) => type === 'agent' && name === 'Ben');

    await client.ask({ type: 'close' });
    const late = await ben.ask({ type: 'desk.say', session: conversation.id, text: 'Are you there?' });
    expect(late).toMatchObject({ type: 'error', code: 'conversation_unknown' });
  },
  4 * PATIENCE_MS,
);

it(
  'lets nobody to the desk who is not at it',
  async () => {
    const { client, conversation } = await visitor();
    const { id: session } = conversation;
    expect(await client.ask({ type: 'desk.take', session })).toMatchObject({ code: 'scope_missing' });
    expect(await client.ask({ type: 'hello', session, seat: 'no-such-seat' })).toMatchObject({ code: 'scope_missing' });
    const hear = { type: 'desk.hear', transport: 't', rtp_capabilities: {} };
    expect(await client.ask(hear)).toMatchObject({ code: 'scope_missing' });
    const ben = await agent('Ben');
    await ben.ask({ type: 'hello', session, seat: ben.seat });
    expect(await ben.ask(hear)).toMatchObject({ code: 'conversation_not_taken' });
    expect(await ben.ask({ type: 'desk.hello', name: ' ' })).toMatchObject({ code: 'invalid_message' });
  },
  PATIENCE_MS,
);
