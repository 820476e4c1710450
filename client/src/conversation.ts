// One conversation as the page sees it: joins it, keeps it when the connection breaks, and passes on what happens.
// Sound and picture arrive as one MediaStream; nothing is drawn here.
import type { RtpCapabilities } from 'mediasoup-client/types';
import type { Results } from '../../server/signaling/messages.ts';
import { ApiError, type Session } from './api.ts';
import { Media, type MicrophoneUse } from './media.ts';
import { ownServer, type Server } from './server.ts';
import { type Request, type ServerEvent, Socket } from './socket.ts';

/** Waiting times before each new try; the server closes a conversation some ten seconds after its socket is gone. */
const RETRY_DELAYS_MS = [250, 500, 1000, 2000, 3000, 4000];

export type ConnectionStatus = 'connecting' | 'connected' | 'reconnecting' | 'ended';

export interface ConversationHandlers {
  onEvent: (event: ServerEvent) => void;
  onStatus: (status: ConnectionStatus) => void;
  /** The avatar's sound and picture; comes again when a broken connection needed a new way. */
  onStream: (stream: MediaStream) => void;
  /** The conversation is gone: closed by the server, or its connection did not come back. */
  onEnd: (error: ApiError) => void;
}

export class Conversation {
  readonly session: Session;
  readonly #handlers: ConversationHandlers;
  readonly #server: Server;
  #socket: Socket | undefined;
  #media: Media | undefined;
  /** Packets can flow; the socket is another way and breaks by itself. */
  #flows = false;
  #ended = false;
  #mending = false;

  constructor(session: Session, handlers: ConversationHandlers, server = ownServer) {
    this.session = session;
    this.#server = server;
    this.#handlers = handlers;
  }

  /** Joins the conversation; the stream follows by `onStream`, before any packet. Returns what was said so far. */
  async join(): Promise<Results['hello']['transcript']> {
    this.#handlers.onStatus('connecting');
    const { rtp_capabilities, transcript } = await this.#connect();
    await this.#receiveMedia(rtp_capabilities as never);
    return transcript;
  }

  request(request: Request): Promise<unknown> {
    return this.#openSocket().request(request);
  }

  tell(message: Request): void {
    this.#socket?.tell(message);
  }

  startMicrophone(use: MicrophoneUse, onEnded: () => void): Promise<void> {
    if (this.#media === undefined) throw notConnected();
    return this.#media.startMicrophone(use, onEnded);
  }

  /** Lets the open microphone's voice through, or sends silence in its place. */
  holdMicrophone(open: boolean): void {
    this.#media?.holdMicrophone(open);
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
      this.#server,
      (event) => this.#receive(event),
      () => void this.#reconnect(socket),
    );
    if (this.#ended) {
      socket.close();
      throw notConnected();
    }
    this.#socket = socket;
    return this.#greet(socket);
  }

  async #greet(socket: Socket): Promise<Results['hello']> {
    const token = this.session.token ?? (await this.#server.token());
    return socket.request({ type: 'hello', session: this.session.id, ...(token !== undefined && { token }) });
  }

  async #receiveMedia(capabilities: RtpCapabilities): Promise<void> {
    this.#media?.close();
    const media = await Media.load(capabilities, () => this.#openSocket());
    this.#media = media;
    const stream = await media.receive((flows) => {
      if (this.#media === media) this.#flow(flows);
    });
    this.#handlers.onStream(stream);
  }

  #receive(event: ServerEvent): void {
    if (event.type !== 'closed') {
      this.#handlers.onEvent(event);
      return;
    }
    const { code, message } = event.error ?? { code: 'conversation_closed', message: 'The conversation has ended.' };
    this.#fail(new ApiError(code, message));
  }

  #flow(flows: boolean): void {
    this.#flows = flows;
    this.#showStatus();
    // Packets stopped although the socket may be fine: a change of network, most often.
    if (!flows) void this.#mend();
  }

  /** The socket broke off. Sound and picture often go on meanwhile, because they take another way. */
  async #reconnect(broken: Socket): Promise<void> {
    if (this.#ended || this.#socket !== broken) return;
    this.#socket = undefined;
    this.#showStatus();
    for (const delayMs of RETRY_DELAYS_MS) {
      await new Promise((resolve) => window.setTimeout(resolve, delayMs));
      if (this.#ended) return;
      try {
        await this.#connect();
        this.#showStatus();
        if (!this.#flows) await this.#mend();
        return;
      } catch (error) {
        // Only a server that answers can say that the conversation is gone; until then it may come back.
        if (isGone(error)) break;
      }
    }
    this.#fail(new ApiError('unreachable', 'The connection was lost and did not come back.'));
  }

  /** Mends the way of the packets: by new credentials, or where the server has given that way up, by a new one. */
  async #mend(): Promise<void> {
    if (this.#ended || this.#mending || this.#socket === undefined) return;
    this.#mending = true;
    try {
      await this.#media?.repair().catch(async (error: unknown) => {
        if (!(error instanceof ApiError) || error.code !== 'transport_failed') throw error;
        const { rtp_capabilities } = await this.#greet(this.#openSocket());
        await this.#receiveMedia(rtp_capabilities as never);
      });
    } catch (error) {
      // A socket that broke meanwhile comes back by `#reconnect`, which mends again.
      if (isGone(error)) this.#fail(error);
    } finally {
      this.#mending = false;
    }
  }

  #showStatus(): void {
    if (!this.#ended) this.#handlers.onStatus(this.#flows && this.#socket !== undefined ? 'connected' : 'reconnecting');
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

function isGone(error: unknown): error is ApiError {
  return error instanceof ApiError && error.code.startsWith('conversation_');
}

function notConnected(): ApiError {
  return new ApiError('unreachable', 'There is no connection just now. Try again in a moment.');
}
