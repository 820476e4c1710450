// The desk by itself: who waits where, whose conversation it is, and what becomes of it when somebody leaves. Real queue, seats and store;
// only the voice is missing.
import { EventEmitter } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Said } from '../../server/bot/index.ts';
import { VaktraError } from '../../server/errors.ts';
import {
  Desk,
  type DeskConversation,
  type MessageStore,
  openMessageStore,
  Person,
} from '../../server/session/desk/index.ts';
import type { ConversationEvents } from '../../server/session/index.ts';
import type { ConversationState } from '../../server/types.ts';

const GRACE_MS = 20_000;
const PATIENCE_MS = 120_000;

/** A conversation whose voice only writes down what it is to say. */
class SilentConversation extends EventEmitter<ConversationEvents> implements DeskConversation {
  readonly id: string;
  readonly portrait = { id: 'lady', title: 'A Lady', warnings: [] };
  readonly transcript: Said[] = [];
  readonly spoken: string[] = [];
  readonly told: string[] = [];
  state: ConversationState = 'idle';
  interrupts = 0;
  isClosed = false;
  readonly person: Person;

  constructor(id: string) {
    super();
    this.id = id;
    this.person = new Person({
      reviewer: undefined,
      speak: async ({ text }) => void this.spoken.push(String(text)),
      interrupt: () => {
        this.interrupts += 1;
      },
      stopVoice: () => this.told.push('voice stopped'),
      stopHearing: () => undefined,
      state: () => this.state,
      language: () => 'en',
      transcript: () => this.transcript,
      tell: (event, detail) => this.told.push(`${event} ${Object.values(detail)[0]}`),
      warn: () => undefined,
      requireOpen: () => {
        if (this.isClosed) throw new VaktraError('conversation_closed', 'It is over.');
      },
    });
  }

  asksForPerson(): void {
    this.emit('handOver', { reason: 'asked for' });
  }
}

let folder: string;
let messages: MessageStore;
let desk: Desk;

function open(id: string): SilentConversation {
  const conversation = new SilentConversation(id);
  desk.watch(conversation);
  return conversation;
}

const code = (expected: string) => expect.objectContaining({ code: expected });

beforeEach(async () => {
  vi.useFakeTimers();
  folder = await mkdtemp(join(tmpdir(), 'vaktra-desk-'));
  messages = openMessageStore(folder, 30);
  desk = new Desk({ messages, cannedAnswers: [], graceMs: GRACE_MS, patienceMs: PATIENCE_MS });
});

afterEach(async () => {
  desk.close();
  vi.useRealTimers();
  await rm(folder, { recursive: true });
});

describe('visitors who wait', () => {
  it('are told their place, and when it changes', () => {
    const { seat } = desk.join('Anna');
    const [first, second] = [open('one'), open('two')];
    first.asksForPerson();
    second.asksForPerson();
    second.asksForPerson();
    expect(second.told).toEqual(['queue 2']);
    desk.take(seat, 'one');
    expect(first.told).toEqual(['queue 1', 'queue 0', 'voice stopped', 'agent Anna']);
    expect(second.told).toEqual(['queue 2', 'queue 1']);
    expect(desk.view(seat).conversations.map(({ session, waiting }) => [session, waiting?.position])).toEqual([
      ['two', 1],
      ['one', undefined],
    ]);
  });

  it('are asked for a message when nobody came in time', () => {
    const { seat } = desk.join('Anna');
    const conversation = open('one');
    conversation.asksForPerson();
    vi.advanceTimersByTime(PATIENCE_MS);
    expect(conversation.told).toEqual(['queue 1', 'queue 0', 'message asked']);
    expect(desk.view(seat).conversations[0]?.waiting).toBeUndefined();
  });

  it('move up when one before them leaves', () => {
    desk.join('Anna');
    const [first, second] = [open('one'), open('two')];
    first.asksForPerson();
    second.asksForPerson();
    first.emit('closed', {});
    expect(second.told.at(-1)).toBe('queue 1');
  });
});

describe('a conversation that was taken', () => {
  it('is nobody else’s until it is given back', async () => {
    const [anna, ben] = [desk.join('Anna'), desk.join('Ben')];
    const conversation = open('one');
    desk.take(anna.seat, 'one');
    desk.take(anna.seat, 'one');
    expect(() => desk.take(ben.seat, 'one')).toThrow(code('conversation_taken'));
    expect(() => desk.giveBack(ben.seat, 'one')).toThrow(code('conversation_taken'));
    await expect(desk.say(ben.seat, 'one', 'Hello')).rejects.toThrow(code('conversation_taken'));
    await desk.say(anna.seat, 'one', 'Hello');
    expect(conversation.spoken).toEqual(['Hello']);
    desk.giveBack(anna.seat, 'one');
    await expect(desk.say(anna.seat, 'one', 'Hello')).rejects.toThrow(code('conversation_not_taken'));
    desk.take(ben.seat, 'one');
    expect(desk.view(ben.seat).conversations[0]).toMatchObject({ agent: 'Ben', isMine: true });
    expect(desk.view(anna.seat).conversations[0]).toMatchObject({ agent: 'Ben', isMine: false });
  });

  it('is not answered by the brain, and what the avatar was saying ends with the agent’s first words', async () => {
    const { seat } = desk.join('Anna');
    const conversation = open('one');
    expect(conversation.person.passes('Is it open source?')).toBe(true);
    conversation.state = 'speaking';
    desk.take(seat, 'one');
    expect(conversation.person.passes('Are you there?')).toBe(false);
    expect(conversation.interrupts).toBe(0);
    await desk.say(seat, 'one', 'Yes.');
    await desk.say(seat, 'one', 'I am here.');
    expect(conversation.interrupts).toBe(1);
    expect(conversation.person.attribute('desk-1', 'Yes.')).toEqual({ who: 'agent', text: 'Yes.' });
    expect(conversation.person.attribute('answer-1', 'No.')).toEqual({ who: 'avatar', text: 'No.' });
    desk.giveBack(seat, 'one');
    expect(conversation.person.passes('And now?')).toBe(true);
  });

  it('stays theirs over a short break, and waits for somebody else after a longer one', () => {
    const [anna, ben] = [desk.join('Anna'), desk.join('Ben')];
    const conversation = open('one');
    desk.take(anna.seat, 'one');
    desk.lose(anna.seat);
    vi.advanceTimersByTime(GRACE_MS / 2);
    expect(desk.join('Anna', anna.seat).seat).toBe(anna.seat);
    vi.advanceTimersByTime(GRACE_MS);
    expect(conversation.person.agent?.name).toBe('Anna');
    desk.lose(anna.seat);
    vi.advanceTimersByTime(GRACE_MS);
    expect(conversation.person.agent).toBeUndefined();
    expect(desk.view(ben.seat).conversations[0]?.waiting?.position).toBe(1);
    expect(() => desk.take(anna.seat, 'one')).toThrow(code('scope_missing'));
  });

  it('is gone when it closes: nothing more is said in it', async () => {
    const { seat } = desk.join('Anna');
    const conversation = open('one');
    desk.take(seat, 'one');
    conversation.isClosed = true;
    await expect(desk.say(seat, 'one', 'Hello')).rejects.toThrow(code('conversation_closed'));
    conversation.emit('closed', {});
    await expect(desk.say(seat, 'one', 'Hello')).rejects.toThrow(code('conversation_unknown'));
  });
});

describe('a message', () => {
  it('is asked for where nobody is there, kept, and ticked off', () => {
    const conversation = open('one');
    conversation.state = 'thinking';
    conversation.asksForPerson();
    expect(conversation.spoken).toEqual([]);
    conversation.state = 'idle';
    conversation.person.follow('idle');
    expect(conversation.spoken[0]).toContain('Nobody is here');
    expect(conversation.person.passes('Call me: 555 0100')).toBe(false);
    expect(conversation.interrupts).toBe(1);
    expect(conversation.person.passes('What is Vaktra?')).toBe(true);
    expect(conversation.told).toEqual(['message asked', 'message kept']);
    const { seat } = desk.join('Anna');
    const [message] = desk.view(seat).messages;
    expect(message).toMatchObject({ text: 'Call me: 555 0100', reason: 'asked for', language: 'en' });
    desk.eraseMessage(seat, String(message?.id));
    expect(desk.view(seat).messages).toEqual([]);
  });

  it('is not left by who says no', () => {
    const conversation = open('one');
    conversation.asksForPerson();
    expect(conversation.person.passes('No, thanks.')).toBe(true);
    expect(conversation.told.at(-1)).toBe('message dropped');
    expect(messages.list()).toEqual([]);
  });

  it('is asked for when the last agent leaves', () => {
    const { seat } = desk.join('Anna');
    const [taken, waiting] = [open('one'), open('two')];
    desk.take(seat, 'one');
    waiting.asksForPerson();
    desk.leave(seat);
    expect(taken.told.at(-1)).toBe('message asked');
    expect(waiting.told.at(-1)).toBe('message asked');
  });

  it('is kept over a restart, and no longer than it may be', () => {
    messages.add({ text: 'Hello', language: 'en', reason: '' });
    const again = openMessageStore(folder, 30);
    expect(again.list().map(({ text }) => text)).toEqual(['Hello']);
    vi.setSystemTime(Date.now() + 31 * 86_400_000);
    expect(again.list()).toEqual([]);
    again.close();
  });
});
