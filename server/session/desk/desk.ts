// The desk: people who stand in for the avatar. Knows all live conversations, who waits for a person, who is there, and who has which
// conversation; where nobody is there, visitors are asked for a message.
import { EventEmitter } from 'node:events';
import { VaktraError } from '../../errors.ts';
import type { MessageStore } from './messages.ts';
import type { Agent } from './person.ts';
import { Queue, type Wish } from './queue.ts';
import { Seats } from './seats.ts';
import type { DeskConversation, DeskEntry, DeskView } from './types.ts';

export interface DeskOptions {
  messages: MessageStore;
  /** Sentences that agents often need. */
  cannedAnswers: readonly string[];
  /** How long a seat is kept for an agent whose socket is lost. */
  graceMs: number;
  /** How long a visitor waits at most before they are asked for a message. */
  patienceMs: number;
}

interface DeskEvents {
  /** What `view` shows has changed, apart from times. */
  changed: [];
}

interface Known {
  conversation: DeskConversation;
  sinceMs: number;
  note: string;
  /** Of its last wish for a person: who is given back against their will goes on waiting from then. */
  wish: Wish | undefined;
}

/** Methods of agents throw VaktraError: `scope_missing` for a seat that nobody has, `conversation_unknown`. */
export class Desk extends EventEmitter<DeskEvents> {
  readonly cannedAnswers: readonly string[];
  readonly #messages: MessageStore;
  readonly #seats: Seats;
  readonly #queue: Queue;
  readonly #known = new Map<string, Known>();

  constructor({ messages, cannedAnswers, graceMs, patienceMs }: DeskOptions) {
    super();
    // One listener for each agent's socket.
    this.setMaxListeners(0);
    this.cannedAnswers = cannedAnswers;
    this.#messages = messages;
    this.#seats = new Seats(graceMs, (agent) => this.#left(agent));
    this.#queue = new Queue(patienceMs, (wish) => this.#askForMessage(wish));
  }

  /** A conversation was opened; it is known until it closes. */
  watch(conversation: DeskConversation): void {
    const known: Known = { conversation, sinceMs: performance.now(), note: '', wish: undefined };
    this.#known.set(conversation.id, known);
    conversation.on('handOver', ({ reason }) => this.#request(known, reason));
    conversation.on('transcript', ({ isFinal }) => isFinal && this.emit('changed'));
    conversation.on('closed', () => {
      this.#queue.remove(conversation);
      this.#known.delete(conversation.id);
      this.emit('changed');
    });
    this.emit('changed');
  }

  /** An agent comes, or comes back to their seat. One more socket counts for them; `lose` takes it off. */
  join(name: string, seat?: string): Agent {
    const agent = this.#seats.join(name, seat);
    this.emit('changed');
    return agent;
  }

  /** @throws VaktraError `scope_missing` */
  requireSeat(seat: string | undefined): Agent {
    return this.#seats.require(seat);
  }

  /** An agent's socket is gone: unless they come back soon, their conversations wait for somebody else. */
  lose(seat: string): void {
    this.#seats.lose(seat);
  }

  /** An agent goes home. */
  leave(seat: string): void {
    this.#seats.leave(seat);
  }

  /** @throws VaktraError `conversation_taken` */
  take(seat: string, session: string): void {
    const agent = this.#seats.require(seat);
    const { conversation } = this.#require(session);
    conversation.person.take(agent);
    this.#queue.remove(conversation);
    this.emit('changed');
  }

  /** The brain goes on. @throws VaktraError `conversation_not_taken`, `conversation_taken` */
  giveBack(seat: string, session: string): void {
    const known = this.#requireOwn(seat, session);
    known.wish = undefined;
    known.conversation.person.giveBack();
    this.emit('changed');
  }

  /** The avatar says it. @throws VaktraError as `giveBack`, and what speaking throws */
  async say(seat: string, session: string, text: string, language?: string): Promise<void> {
    await this.#requireOwn(seat, session).conversation.person.say(text, language);
  }

  /** Replaces what is written down about a conversation. */
  note(seat: string, session: string, text: string): void {
    this.#seats.require(seat);
    this.#require(session).note = text;
    this.emit('changed');
  }

  /** A message was seen to. */
  eraseMessage(seat: string, id: string): void {
    this.#seats.require(seat);
    this.#messages.erase(id);
    this.emit('changed');
  }

  /** All that this agent sees: who waits first, then who came last. */
  view(seat: string): DeskView {
    const entries = [...this.#known.values()].map((known) => this.#entry(known, seat));
    const place = ({ waiting, openMs }: DeskEntry) => (waiting ? waiting.position : this.#known.size + openMs + 1);
    return {
      agents: this.#seats.names,
      conversations: entries.sort((one, other) => place(one) - place(other)),
      messages: this.#messages.list(),
    };
  }

  close(): void {
    this.#queue.close();
    this.#seats.close();
    this.#messages.close();
    this.removeAllListeners();
  }

  #request(known: Known, reason: string): void {
    const { conversation } = known;
    if (conversation.person.agent) return;
    known.wish = { conversation, reason, sinceMs: performance.now() };
    this.#wait(known.wish);
  }

  #wait(wish: Wish): void {
    if (this.#seats.size === 0) this.#askForMessage(wish);
    else this.#queue.add(wish);
    this.emit('changed');
  }

  #askForMessage({ conversation, reason }: Wish): void {
    const { person } = conversation;
    person.askForMessage((text) => {
      this.#messages.add({ text, reason, language: person.language });
      this.emit('changed');
    });
    this.emit('changed');
  }

  #left({ seat }: Agent): void {
    const taken = this.#taken(seat);
    for (const { conversation } of taken) conversation.person.giveBack();
    for (const known of taken) {
      const { conversation } = known;
      known.wish ??= { conversation, reason: '', sinceMs: performance.now() };
      this.#wait(known.wish);
    }
    if (this.#seats.size === 0) for (const wish of this.#queue.takeAll()) this.#askForMessage(wish);
    this.emit('changed');
  }

  #taken(seat: string): Known[] {
    return [...this.#known.values()].filter(({ conversation }) => conversation.person.agent?.seat === seat);
  }

  #require(session: string): Known {
    const known = this.#known.get(session);
    if (known) return known;
    throw new VaktraError('conversation_unknown', `There is no conversation "${session}", or it is over.`);
  }

  #requireOwn(seat: string, session: string): Known {
    this.#seats.require(seat);
    const known = this.#require(session);
    const { agent } = known.conversation.person;
    if (agent?.seat === seat) return known;
    if (agent) throw new VaktraError('conversation_taken', `${agent.name} has this conversation: take another one.`);
    throw new VaktraError('conversation_not_taken', 'Nobody has taken this conversation: take it first.');
  }

  #entry({ conversation, sinceMs, note }: Known, seat: string): DeskEntry {
    const { id, portrait, transcript, person } = conversation;
    const last = transcript.at(-1);
    return {
      session: id,
      portrait: portrait.title,
      language: person.language,
      openMs: performance.now() - sinceMs,
      waiting: this.#queue.find(conversation),
      agent: person.agent?.name,
      isMine: person.agent?.seat === seat,
      topic: transcript.findLast(({ who }) => who === 'visitor')?.text,
      last: last && { who: last.who, text: last.text },
      note,
    };
  }
}
