// One WebSocket that has joined a conversation: messages out and in as msgpack, and the news that it is gone. Never comes back by
// itself; connection.ts opens another.
import { Packr, Unpackr } from 'msgpackr';
import { type RawData, WebSocket } from 'ws';
import { toClientError, VaktraClientError } from './error.ts';
import type { Hello, Incoming, Request } from './protocol.ts';

/** How long a server may take to let the socket in. */
const OPEN_TIMEOUT_MS = 10_000;
/** The server tells its figures every second: when it says nothing for so long, the way there is broken. */
const SILENCE_MS = 10_000;
/** `hello` is the first message; those of connection.ts are numbered from 1. */
const HELLO_ID = 0;

interface Greeting {
  type: 'hello';
  session: string;
  token?: string;
}

export interface LinkHandlers {
  onMessage(message: Incoming): void;
  /** Called once, unless `close` was. */
  onLost(reason: string): void;
}

export class Link {
  readonly #socket: WebSocket;
  readonly #packr = new Packr({ useRecords: false, encodeUndefinedAsNil: true });
  readonly #unpackr = new Unpackr({ useRecords: false, mapsAsObjects: true, int64AsType: 'number' });
  #silence: NodeJS.Timeout | undefined;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  /** Opens a socket and joins. @throws VaktraClientError the server's refusal, or `unreachable` */
  static async open(
    url: URL,
    greeting: Omit<Greeting, 'type'>,
    handlers: LinkHandlers,
  ): Promise<{ link: Link; joined: Hello }> {
    const socket = new WebSocket(url, { handshakeTimeout: OPEN_TIMEOUT_MS, perMessageDeflate: false });
    const link = new Link(socket);
    try {
      return { link, joined: await link.#join(greeting, handlers) };
    } catch (thrown) {
      link.close();
      throw toClientError(thrown);
    }
  }

  /** @param id the number that its answer will have */
  send(request: Request | Greeting, id: number): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(this.#packr.pack({ ...request, id }));
  }

  /** Closes the socket, after what was sent. No handler is called from now on. */
  close(): void {
    clearTimeout(this.#silence);
    this.#socket.removeAllListeners();
    // A socket that is closed while it opens reports that as an error, which would otherwise be thrown.
    this.#socket.on('error', () => undefined);
    this.#socket.close();
  }

  #join(greeting: Omit<Greeting, 'type'>, handlers: LinkHandlers): Promise<Hello> {
    const socket = this.#socket;
    return new Promise((resolve, reject) => {
      let isIn = false;
      let reason = 'the server closed the socket';
      const timer = setTimeout(() => reject(new Error('no answer to "hello"')), OPEN_TIMEOUT_MS);
      socket.on('open', () => {
        this.send({ type: 'hello', ...greeting }, HELLO_ID);
      });
      socket.on('error', (error) => {
        reason = error.message || String((error as NodeJS.ErrnoException).code);
      });
      socket.on('close', () => {
        clearTimeout(timer);
        clearTimeout(this.#silence);
        if (isIn) handlers.onLost(reason);
        else reject(new Error(reason));
      });
      socket.on('message', (data) => {
        this.#silence?.refresh();
        const message = this.#unpackr.unpack(bytesOf(data)) as Incoming;
        if (isIn) {
          handlers.onMessage(message);
          return;
        }
        if (message.type !== 'reply' && message.type !== 'error') return;
        clearTimeout(timer);
        if (message.type === 'error') {
          reject(refusalOf(message));
          return;
        }
        isIn = true;
        this.#silence = setTimeout(() => {
          reason = `nothing came for ${SILENCE_MS / 1000} s`;
          socket.terminate();
        }, SILENCE_MS);
        resolve(message.result as unknown as Hello);
      });
    });
  }
}

/** The server's `error` message as this client's error. */
export function refusalOf({ code, status, message, path }: Extract<Incoming, { type: 'error' }>): VaktraClientError {
  return new VaktraClientError(code, message, { status, path });
}

/** ws hands out a Buffer, or parts where a message came in fragments. */
function bytesOf(data: RawData): Uint8Array {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? new Uint8Array(data) : data;
}
