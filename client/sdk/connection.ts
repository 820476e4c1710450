// The way to one conversation: requests that are answered, and that outlive a lost socket. A new socket joins the same conversation and
// says again, in order, what was not answered; the server knows an `event_id` that it has seen, so nothing is spoken twice.
import { attempts } from './backoff.ts';
import { toClientError, VaktraClientError } from './error.ts';
import { addressOf, bearerOf } from './http.ts';
import { Link, refusalOf } from './link.ts';
import type { Hello, Incoming, Request } from './protocol.ts';
import type { ServerEvent, ServerOptions } from './types.ts';

/** As long as a server keeps a conversation whose client is away (conversations.graceSeconds). */
const RECONNECT_MS = 60_000;

export interface ConnectionHandlers {
  onEvent(event: ServerEvent): void;
  onReconnecting(attempt: number): void;
  /** Before anything is said again. */
  onReconnected(joined: Hello): void;
  /** It is over, without having been ended here. Called once at most. */
  onEnd(error: VaktraClientError): void;
}

type Result = Extract<Incoming, { type: 'reply' }>['result'];

interface Waiting {
  request: Request;
  resolve(result: Result): void;
  reject(error: VaktraClientError): void;
}

export class Connection {
  readonly #server: ServerOptions;
  readonly #session: string;
  readonly #handlers: ConnectionHandlers;
  /** By the number of the message, in the order in which they were made. */
  readonly #waiting = new Map<number, Waiting>();
  readonly #stop = new AbortController();
  #link: Link | undefined;
  #lastId = 0;
  #ended: VaktraClientError | undefined;

  constructor(server: ServerOptions, session: string, handlers: ConnectionHandlers) {
    this.#server = server;
    this.#session = session;
    this.#handlers = handlers;
  }

  /** Joins the conversation; tried once. @throws VaktraClientError */
  async open(): Promise<Hello> {
    const url = addressOf(this.#server.url, 'v1/socket');
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    const token = await bearerOf(this.#server);
    const { link, joined } = await Link.open(
      url,
      { session: this.#session, ...(token !== undefined && { token }) },
      {
        onMessage: (message) => this.#receive(message),
        onLost: (reason) => void this.#reconnect(reason),
      },
    );
    if (this.#ended !== undefined) link.close();
    else this.#link = link;
    return joined;
  }

  /**
   * Sends a request, at once or when the connection is back; resolves with its reply's result.
   *
   * @throws VaktraClientError what the server refused, or why the connection ended
   */
  request(request: Request): Promise<Result> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { request, resolve, reject });
      this.#link?.send(request, id);
    });
  }

  /** Forgets all that was not sent yet or not answered; each such request is rejected with `error`. */
  drop(isUnwanted: (request: Request) => boolean, error: VaktraClientError): void {
    for (const [id, { request, reject }] of this.#waiting) {
      if (!isUnwanted(request)) continue;
      this.#waiting.delete(id);
      reject(error);
    }
  }

  get isConnected(): boolean {
    return this.#link !== undefined;
  }

  /** Ends the connection; all that waits is rejected with `error`. Harmless twice. */
  close(error: VaktraClientError): void {
    if (this.#ended !== undefined) return;
    this.#ended = error;
    this.#stop.abort();
    this.#link?.close();
    this.#link = undefined;
    this.drop(() => true, error);
  }

  #receive(message: Incoming): void {
    switch (message.type) {
      case 'reply':
        this.#take(message.id)?.resolve(message.result);
        break;
      case 'error': {
        const waiting = this.#take(message.id);
        // Every message has a number; one that the server could not even read that far is its author's to know of.
        if (waiting === undefined) this.#handlers.onEvent({ ...message, type: 'warning' });
        else waiting.reject(refusalOf(message));
        break;
      }
      case 'closed': {
        const {
          code,
          message: sentence,
          status,
        } = message.error ?? {
          code: 'conversation_closed',
          message: 'The conversation was closed: open a new one.',
        };
        this.#fail(new VaktraClientError(code, sentence, { status }));
        break;
      }
      default:
        this.#handlers.onEvent(message);
    }
  }

  #take(id: string | number | undefined): Waiting | undefined {
    const waiting = this.#waiting.get(Number(id));
    this.#waiting.delete(Number(id));
    return waiting;
  }

  async #reconnect(reason: string): Promise<void> {
    this.#link = undefined;
    const lostError = new VaktraClientError(
      'connection_lost',
      `The connection broke off (${reason}) and did not come back: the conversation may go on without this client.`,
    );
    // A question that is asked twice would be answered twice; whoever asked decides.
    this.drop(({ type }) => type === 'ask', lostError);
    const { reconnectMs = RECONNECT_MS } = this.#server;
    for await (const attempt of attempts(reconnectMs, this.#stop.signal)) {
      this.#handlers.onReconnecting(attempt);
      try {
        const joined = await this.open();
        if (this.#ended !== undefined) return;
        this.#handlers.onReconnected(joined);
        this.#sayAgain();
        return;
      } catch (thrown) {
        // Only a server that answers can say that the conversation is gone; until then it may come back.
        const error = toClientError(thrown);
        if (error.code === 'unreachable') continue;
        this.#fail(error);
        return;
      }
    }
    this.#fail(lostError);
  }

  #sayAgain(): void {
    for (const [id, { request }] of this.#waiting) this.#link?.send(request, id);
  }

  #fail(error: VaktraClientError): void {
    if (this.#ended !== undefined) return;
    this.close(error);
    this.#handlers.onEnd(error);
  }
}
