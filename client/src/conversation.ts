// One conversation as the page sees it: joins it, keeps it when the connection breaks, and passes on what happens.
// Sound and picture arrive as one MediaStream; nothing is drawn here.
import { ApiError, type Session } from './api.ts';
import { Media } from './media.ts';
import { type Request, type ServerEvent, Socket } from './socket.ts';

/** Waiting times before each new try; the server closes a conversation some ten seconds after its socket is gone. */
const RETRY_DELAYS_MS = [250, 500, 1000, 2000, 3000, 4000];

export type ConnectionStatus = 'connecting' | 'connected' | 'reconnecting' | 'ended';

export interface ConversationHandlers {
  onEvent: (event: ServerEvent) => void;
  onStatus: (status: ConnectionStatus) => void;
  /** The conversation is gone: closed by the server, or its connection did not come back. */
  onEnd: (error: ApiError) => void;
}

export class Conversation {
  readonly session: Session;
  readonly #handlers: ConversationHandlers;
  #socket: Socket | undefined;
  #media: Media | undefined;
  #ended = false;
  #mending = false;

  constructor(session: Session, handlers: ConversationHandlers) {
    this.session = session;
    this.#handlers = handlers;
  }

  /** Joins the conversation; resolves with the avatar's stream once packets may flow. */
  async join(): Promise<MediaStream> {
    this.#handlers.onStatus('connecting');
    const { rtp_capabilities } = await this.#connect();
    this.#media = await Media.load(rtp_capabilities as never, () => this.#openSocket());
    const stream = await this.#media.receive(() => void this.#mend());
    this.#handlers.onStatus('connected');
    return stream;
  }

  request(request: Request): Promise<unknown> {
    return this.#openSocket().request(request);
  }

  tell(message: Request): void {
    this.#socket?.tell(message);
  }

  startMicrophone(onEnded: () => void): Promise<void> {
    if (this.#media === undefined) throw notConnected();
    return this.#media.startMicrophone(onEnded);
  }

  async stopMicrophone(): Promise<void> {
    await this.#media?.stopMicrophone();
  }

  receiverStats(): Promise<RTCStatsReport> | undefined {
    return this.#media?.receiverStats();
  }

  /** Ends the conversation, also on the server. Ending twice is harmless. */
  close(): void {
    if (this.#ended) return;
    this.#socket?.tell({ type: 'close' });
    this.#end();
  }

  async #connect() {
    const socket = await Socket.connect(
      (event) => this.#receive(event),
      () => void this.#reconnect(socket),
    );
    if (this.#ended) {
      socket.close();
      throw notConnected();
    }
    this.#socket = socket;
    return socket.request({ type: 'hello', session: this.session.id });
  }

  #receive(event: ServerEvent): void {
    if (event.type !== 'closed') {
      this.#handlers.onEvent(event);
      return;
    }
    const { code, message } = event.error ?? { code: 'conversation_closed', message: 'The conversation has ended.' };
    this.#fail(new ApiError(code, message));
  }

  /** The socket broke off. Sound and picture often go on meanwhile, because they take another way. */
  async #reconnect(broken: Socket): Promise<void> {
    if (this.#ended || this.#socket !== broken) return;
    this.#socket = undefined;
    this.#handlers.onStatus('reconnecting');
    for (const delayMs of RETRY_DELAYS_MS) {
      await new Promise((resolve) => window.setTimeout(resolve, delayMs));
      if (this.#ended) return;
      try {
        await this.#connect();
        await this.#media?.repair();
        this.#handlers.onStatus('connected');
        return;
      } catch (error) {
        // Only a server that answers can say that the conversation is gone; until then it may come back.
        if (error instanceof ApiError && error.code.startsWith('conversation_')) break;
      }
    }
    this.#fail(new ApiError('unreachable', 'The connection was lost and did not come back.'));
  }

  /** Packets stopped although the socket may be fine: a change of network, most often. */
  async #mend(): Promise<void> {
    if (this.#ended || this.#mending || this.#socket === undefined) return;
    this.#mending = true;
    this.#handlers.onStatus('reconnecting');
    try {
      await this.#media?.repair();
      this.#handlers.onStatus('connected');
    } catch (error) {
      if (error instanceof ApiError && error.code.startsWith('conversation_')) this.#fail(error);
    } finally {
      this.#mending = false;
    }
  }

  #openSocket(): Socket {
    if (this.#socket === undefined) throw notConnected();
    return this.#socket;
  }

  #fail(error: ApiError): void {
    if (this.#ended) return;
    this.#end();
    this.#handlers.onEnd(error);
  }

  #end(): void {
    this.#ended = true;
    this.#media?.close();
    this.#socket?.close();
    this.#handlers.onStatus('ended');
  }
}

function notConnected(): ApiError {
  return new ApiError('unreachable', 'There is no connection just now. Try again in a moment.');
}
