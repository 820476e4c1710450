// An agent's socket at the desk: signs in, does what the agent asks, and shows what changes.
import type { IncomingMessage } from 'node:http';
import { VaktraError } from '../errors.ts';
import type { Desk } from '../session/index.ts';
import type { Access } from './access/index.ts';
import type { DeskChanged, DeskRequest } from './desk-messages.ts';
import type { Results } from './messages.ts';

/** Changes within this time are shown together. */
const TOGETHER_MS = 100;

/** What needs no conversation on this socket. */
export type DeskOnly = Exclude<DeskRequest, { type: 'desk.hear' }>;

interface DeskLinkParts {
  /** Undefined where there is no desk. */
  desk: Desk | undefined;
  access: Access;
  request: Pick<IncomingMessage, 'headers' | 'socket'>;
  send(message: DeskChanged): void;
  /** An agent did something in this conversation: that is use. */
  touch(session: string): void;
}

export class DeskLink {
  readonly #parts: DeskLinkParts;
  #seat: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #ended = false;

  constructor(parts: DeskLinkParts) {
    this.#parts = parts;
  }

  /** An agent is signed in here. */
  get isSeated(): boolean {
    return this.#seat !== undefined;
  }

  /** @throws VaktraError as the desk and the access throw it */
  async perform(message: DeskOnly): Promise<object> {
    const { desk, touch } = this.#parts;
    if (!desk) throw new VaktraError('route_unknown', 'There is no desk on this server.');
    if (message.type === 'desk.hello') return this.#signIn(desk, message);
    const { seat } = desk.requireSeat(this.#seat);
    if ('session' in message) touch(message.session);
    switch (message.type) {
      case 'desk.take':
        desk.take(seat, message.session);
        break;
      case 'desk.say':
        await desk.say(seat, message.session, message.text, message.language);
        break;
      case 'desk.give_back':
        desk.giveBack(seat, message.session);
        break;
      case 'desk.note':
        desk.note(seat, message.session, message.text);
        break;
      case 'desk.message_done':
        desk.eraseMessage(seat, message.message);
        break;
      case 'desk.leave':
        this.#forget();
        desk.leave(seat);
        break;
    }
    return {};
  }

  /** The socket is gone. */
  end(): void {
    this.#ended = true;
    this.#rise();
  }

  #rise(): void {
    const seat = this.#seat;
    this.#forget();
    if (seat !== undefined) this.#parts.desk?.lose(seat);
  }

  async #signIn(desk: Desk, { name, token, seat }: Extract<DeskOnly, { type: 'desk.hello' }>) {
    const { access, request } = this.#parts;
    const { headers, socket } = request;
    await access.require({ headers, remoteAddress: socket.remoteAddress ?? '', token }, 'agent');
    if (this.#ended) throw new VaktraError('scope_missing', 'The socket closed before the agent was signed in.');
    this.#rise();
    const agent = desk.join(name, seat);
    this.#seat = agent.seat;
    desk.on('changed', this.#changed);
    this.#changed();
    const result: Results['desk.hello'] = { ...agent, canned_answers: desk.cannedAnswers };
    return result;
  }

  #forget(): void {
    this.#seat = undefined;
    this.#parts.desk?.off('changed', this.#changed);
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  readonly #changed = (): void => {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      const { desk, send } = this.#parts;
      if (desk && this.#seat !== undefined) send(showOf(desk, this.#seat));
    }, TOGETHER_MS).unref();
  };
}

function showOf(desk: Desk, seat: string): DeskChanged {
  const { agents, conversations, messages } = desk.view(seat);
  return {
    type: 'desk.changed',
    agents,
    conversations: conversations.map(({ openMs, waiting, agent, isMine, topic, last, ...entry }) => ({
      ...entry,
      open_ms: Math.round(openMs),
      mine: isMine,
      ...(waiting && {
        waiting: { position: waiting.position, waited_ms: Math.round(waiting.ms), reason: waiting.reason },
      }),
      ...(agent !== undefined && { agent }),
      ...(topic !== undefined && { topic }),
      ...(last && { last }),
    })),
    messages: messages.map((message) => ({ ...message })),
  };
}
