// One client's WebSocket: decodes what comes, lets the conversation do it, answers, and forwards events and figures.
// Whatever goes wrong here ends this connection at most.
import type { IncomingMessage } from 'node:http';
import type { Logger } from 'pino';
import type { RawData, WebSocket } from 'ws';
import { toVaktraError, VaktraError } from '../errors.ts';
import type { Conversation, ConversationHost, Desk } from '../session/index.ts';
import type { Access } from './access/index.ts';
import type { Attendance } from './attendance.ts';
import { DeskLink, type DeskOnly } from './desk-link.ts';
import { forwardEvents, statsOf } from './events.ts';
import type { ClientMessage, Results, ServerMessage } from './messages.ts';
import { type ConversationRequest, perform } from './requests.ts';
import type { IceServer } from './turn-servers.ts';
import { encode, type Refusal, Wire, type WireFormat } from './wire.ts';

const STATS_INTERVAL_MS = 1000;
/** A client that does not answer one ping until the next is gone; its conversation must not outlive it for long. */
const PING_INTERVAL_MS = 15_000;
/** Waiting bytes after which a client counts as too slow: minutes of events, so an honest client never has as many. */
const MAX_BUFFERED_BYTES = 1024 * 1024;
/** How long the end of the server waits for a client's answer to its goodbye. */
const GOODBYE_MS = 1000;
/** Close codes of RFC 6455 section 7.4.1. */
const CLOSE_TRY_AGAIN_LATER = 1013;
const CLOSE_GOING_AWAY = 1001;

interface ConnectionParts {
  access: Access;
  /** The request that opened the socket. */
  request: Pick<IncomingMessage, 'headers' | 'socket'>;
  host: ConversationHost;
  desk: Desk | undefined;
  attendance: Attendance;
  logger: Logger;
  maxMessageBytes: number;
  /** Told about each message that was refused or failed. */
  countError: (error: VaktraError) => void;
  /** TURN servers with fresh credentials. */
  iceServers: () => IceServer[];
}

export class Connection {
  readonly #socket: WebSocket;
  readonly #parts: ConnectionParts;
  readonly #wire: Wire;
  readonly #statsTimer: NodeJS.Timeout;
  readonly #pingTimer: NodeJS.Timeout;
  readonly #desk: DeskLink;
  /** Events go out as the client's last message came in. */
  #format: WireFormat = 'json';
  #answeredPing = true;
  /** The last "hello" while it is looked at. */
  #joining: Promise<void> | undefined;
  #conversation: Conversation | undefined;
  /** Of an agent who looks at the conversation. */
  #seat: string | undefined;
  #leave: (() => void) | undefined;

  constructor(socket: WebSocket, parts: ConnectionParts) {
    this.#socket = socket;
    this.#parts = parts;
    this.#wire = new Wire(parts.maxMessageBytes);
    this.#desk = new DeskLink({
      ...parts,
      send: (message) => this.#send(message),
      touch: (session) => parts.attendance.touch(session),
    });
    this.#statsTimer = setInterval(() => this.#sendStats(), STATS_INTERVAL_MS);
    this.#pingTimer = setInterval(() => this.#ping(), PING_INTERVAL_MS);
    socket.on('message', (data, isBinary) => this.#receive(data, isBinary ? 'msgpack' : 'json'));
    socket.on('pong', () => {
      this.#answeredPing = true;
    });
    // ws closes the socket itself after an error (a frame over the hard limit, broken UTF-8): `close` follows.
    socket.on('error', (error) => parts.logger.info({ error: error.message }, 'socket failed'));
    socket.on('close', () => this.#end());
  }

  /** Says goodbye to the client: the server stops. */
  close(): void {
    this.#socket.close(CLOSE_GOING_AWAY, 'the server stops');
    setTimeout(() => this.#socket.terminate(), GOODBYE_MS).unref();
  }

  #receive(data: RawData, format: WireFormat): void {
    this.#format = format;
    const decoded = this.#wire.decode(toBytes(data), format);
    if ('refusal' in decoded) this.#refuse(decoded.refusal);
    else void this.#answer(decoded.message);
  }

  async #answer(message: ClientMessage): Promise<void> {
    try {
      // What comes right behind a "hello" is for the conversation that this one joins.
      while (this.#joining) await this.#joining;
      const result = await this.#do(message);
      if (message.id !== undefined) this.#send({ type: 'reply', id: message.id, result: { ...result } });
    } catch (thrown) {
      const error = toVaktraError(thrown);
      if (error.status >= 500) this.#parts.logger.error({ err: thrown, request: message.type }, 'request failed');
      this.#refuse({ error, ...(message.id !== undefined && { requestId: message.id }) });
    }
  }

  #do(message: ClientMessage): Promise<object> {
    if (message.type === 'hello') return this.#startJoining(message);
    return isDeskOnly(message) ? this.#desk.perform(message) : this.#perform(message);
  }

  async #perform(message: ConversationRequest): Promise<object> {
    const conversation = this.#conversation;
    if (conversation === undefined) {
      if (message.type === 'ping' && this.#desk.isSeated) return {};
      const sentence = `"${message.type}" came before "hello": say first which session this socket belongs to.`;
      throw new VaktraError('conversation_unknown', sentence);
    }
    if (message.type !== 'ping' && message.type !== 'playout') this.#parts.attendance.touch(conversation.id);
    return perform(conversation, message, { iceServers: this.#parts.iceServers, seat: this.#seat });
  }

  #startJoining(message: Extract<ClientMessage, { type: 'hello' }>): Promise<Results['hello']> {
    const joining = this.#join(message);
    const joined = () => {
      this.#joining = undefined;
    };
    // Whether it succeeded is told to whoever said "hello".
    this.#joining = joining.then(joined, joined);
    return joining;
  }

  async #join({ session, token, seat }: Extract<ClientMessage, { type: 'hello' }>): Promise<Results['hello']> {
    const { access, request, desk, attendance } = this.#parts;
    const { headers, socket } = request;
    // Who has a seat has shown who they are when they took it.
    const agent = seat === undefined ? undefined : desk?.requireSeat(seat);
    if (!agent) await access.require({ headers, remoteAddress: socket.remoteAddress ?? '', token }, 'session', session);
    if (this.#socket.readyState !== this.#socket.OPEN) {
      throw new VaktraError('conversation_closed', 'The socket closed before it had joined.');
    }
    const conversation = this.#parts.host.get(session);
    this.#leave?.();
    const stopForwarding = forwardEvents(conversation, (message) => this.#send(message));
    // An agent who looks on keeps no conversation open.
    if (!agent) attendance.join(conversation);
    this.#conversation = conversation;
    this.#seat = agent?.seat;
    this.#leave = () => {
      stopForwarding();
      if (!agent) attendance.leave(conversation.id);
      this.#conversation = undefined;
      this.#leave = undefined;
    };
    const { state, position } = conversation.stats();
    return {
      session: conversation.id,
      portrait: conversation.portrait,
      video: conversation.video,
      rtp_capabilities: conversation.rtpCapabilities,
      state,
      position,
      transcript: [...conversation.transcript],
    };
  }

  #refuse({ error, requestId, path }: Refusal): void {
    this.#parts.countError(error);
    this.#send({
      type: 'error',
      ...(requestId !== undefined && { id: requestId }),
      ...error.toJSON(),
      ...(path !== undefined && { path }),
    });
  }

  #send(message: ServerMessage): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    if (this.#socket.bufferedAmount > MAX_BUFFERED_BYTES) {
      this.#parts.logger.warn({ bufferedBytes: this.#socket.bufferedAmount }, 'slow socket dropped');
      this.#socket.close(CLOSE_TRY_AGAIN_LATER, 'too slow');
      // A peer that does not read will not answer the close either.
      this.#socket.terminate();
      return;
    }
    this.#socket.send(encode(message, this.#format));
    if (message.type === 'closed') this.#leave?.();
  }

  #sendStats(): void {
    const conversation = this.#conversation;
    if (conversation === undefined) return;
    try {
      this.#send({ type: 'stats', ...statsOf(conversation.stats()) });
    } catch (thrown) {
      // Between a conversation's end and its event; the event tells the client.
      this.#parts.logger.debug({ err: thrown }, 'no figures of a closing conversation');
    }
  }

  #ping(): void {
    if (!this.#answeredPing) {
      this.#socket.terminate();
      return;
    }
    this.#answeredPing = false;
    this.#socket.ping();
  }

  #end(): void {
    clearInterval(this.#statsTimer);
    clearInterval(this.#pingTimer);
    this.#leave?.();
    this.#desk.end();
  }
}

function isDeskOnly(message: ClientMessage): message is DeskOnly {
  return message.type.startsWith('desk.') && message.type !== 'desk.hear';
}

/** ws hands out a Buffer, or parts where a message came in fragments. */
function toBytes(data: RawData): Uint8Array {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? new Uint8Array(data) : data;
}
