// The WebSocket to the server: requests that are answered, events that come by themselves. Messages are JSON text; the
// page pushes no audio, so msgpack would only cost size. Knows nothing of what the messages mean.
import type { ClientMessage, Results, ServerMessage } from '../../server/signaling/messages.ts';
import { ApiError } from './api.ts';
import { Heartbeat } from './heartbeat.ts';
import { addressOf, type Server } from './server.ts';

/** An unanswered request fails after this long: the server answers within milliseconds, so the way there is broken. */
const REQUEST_TIMEOUT_MS = 10_000;
/** A network that swallows packets lets a browser wait for minutes. */
const CONNECT_TIMEOUT_MS = 4000;

type WithoutId<M> = M extends unknown ? Omit<M, 'id'> : never;
export type Request = WithoutId<ClientMessage>;
export type ServerEvent = Exclude<ServerMessage, { type: 'reply' }>;
type ResultOf<T extends ClientMessage['type']> = T extends keyof Results ? Results[T] : Record<string, never>;

interface Waiting {
  resolve: (result: never) => void;
  reject: (error: ApiError) => void;
  timer: number;
}

export class Socket {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, Waiting>();
  readonly #heartbeat: Heartbeat;
  #lastId = 0;

  private constructor(socket: WebSocket, onEvent: (event: ServerEvent) => void, onClose: () => void) {
    this.#socket = socket;
    const end = (): void => {
      socket.onclose = null;
      this.#heartbeat.stop();
      this.#failAll();
      onClose();
    };
    this.#heartbeat = new Heartbeat(
      () => this.#beat(),
      () => {
        // A dead way brings no goodbye, for which the browser would wait before it calls the socket closed.
        socket.onmessage = null;
        socket.close();
        end();
      },
    );
    socket.onmessage = ({ data }) => {
      this.#heartbeat.heard();
      this.#receive(JSON.parse(String(data)) as ServerMessage, onEvent);
    };
    socket.onclose = end;
  }

  /** Connects; rejects with an ApiError when the server cannot be reached. `onClose` is called once after success. */
  static connect(server: Server, onEvent: (event: ServerEvent) => void, onClose: () => void): Promise<Socket> {
    const url = addressOf(server, 'v1/socket');
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    const socket = new WebSocket(url);
    return new Promise((resolve, reject) => {
      const fail = (): void => {
        window.clearTimeout(timer);
        socket.onopen = null;
        socket.close();
        reject(new ApiError('unreachable', 'The connection to the server could not be opened.'));
      };
      const timer = window.setTimeout(fail, CONNECT_TIMEOUT_MS);
      socket.onclose = fail;
      socket.onopen = () => {
        window.clearTimeout(timer);
        resolve(new Socket(socket, onEvent, onClose));
      };
    });
  }

  /** Sends a request and returns its reply's result; rejects with what the server refused. */
  request<R extends Request>(request: R): Promise<ResultOf<R['type']>> {
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve, reject) => {
      const timer = window.setTimeout(() => {
        this.#waiting.delete(id);
        reject(new ApiError('timeout', 'The server did not answer in time.'));
      }, REQUEST_TIMEOUT_MS);
      this.#waiting.set(id, { resolve, reject, timer });
      if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify({ ...request, id }));
    });
  }

  /** Sends a message that needs no answer; dropped when the socket is not open. */
  tell(message: Request): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  close(): void {
    this.#heartbeat.stop();
    this.#socket.close();
  }

  /** Answered or refused, as before "hello": either is a sign of life. */
  #beat(): void {
    this.request({ type: 'ping' }).catch(() => undefined);
  }

  #receive(message: ServerMessage, onEvent: (event: ServerEvent) => void): void {
    if (message.type === 'reply') {
      this.#take(message.id)?.resolve(message.result as never);
      return;
    }
    const waiting = message.type === 'error' ? this.#take(message.id) : undefined;
    if (waiting !== undefined && message.type === 'error') waiting.reject(new ApiError(message.code, message.message));
    else onEvent(message);
  }

  #take(id: string | number | undefined): Waiting | undefined {
    const waiting = this.#waiting.get(Number(id));
    if (waiting === undefined) return undefined;
    window.clearTimeout(waiting.timer);
    this.#waiting.delete(Number(id));
    return waiting;
  }

  #failAll(): void {
    for (const { reject, timer } of this.#waiting.values()) {
      window.clearTimeout(timer);
      reject(new ApiError('unreachable', 'The connection to the server broke off.'));
    }
    this.#waiting.clear();
  }
}
