// One conversation as the page sees it: joins it, keeps it when the connection breaks, and passes on what happens.
// Sound and picture arrive as one MediaStream; nothing is drawn here.
import type { RtpCapabilities } from 'mediasoup-client/types';
import type { Results } from '../../server/signaling/messages.ts';
import { ApiError, type Entrance, type Session } from './api.ts';
import { attempts } from './attempts.ts';
import { Media, type MicrophoneUse } from './media.ts';
import { MediaRepair } from './media-repair.ts';
import { ownServer, type Server } from './server.ts';
import { type Request, type ServerEvent, Socket } from './socket.ts';

/** How long a lost server is asked for: as long as it keeps a conversation whose client is away, and some. */
const PATIENCE_MS = 75_000;

export type ConnectionStatus = 'connecting' | 'connected' | 'reconnecting' | 'ended';

export interface ConversationHandlers {
  onEvent: (event: ServerEvent) => void;
  onStatus: (status: ConnectionStatus) => void;
  /** The avatar's sound and picture; comes again when a broken connection needed a new way. */
  onStream: (stream: MediaStream) => void;
  /** The conversation is gone: closed by the server, or its connection did not come back. */
  onEnd: (error: ApiError) => void;
}

/** A microphone that is open, so that it can be opened again on a new way. */
interface OpenMicrophone {
  use: MicrophoneUse;
  onEnded: () => void;
  isHeld: boolean;
}

export class Conversation<E extends Entrance = Session> {
  readonly session: E;
  readonly #handlers: ConversationHandlers;
  readonly #server: Server;
  readonly #repair: MediaRepair;
  #socket: Socket | undefined;
  #media: Media | undefined;
  #microphone: OpenMicrophone | undefined;
  #status: ConnectionStatus | undefined;
  /** Packets can flow; the socket is another way and breaks by itself. */
  #flows = false;
  #ended = false;

  constructor(session: E, handlers: ConversationHandlers, server = ownServer) {
    this.session = session;
    this.#server = server;
    this.#handlers = handlers;
    this.#repair = new MediaRepair({
      // A socket that is away comes back by `#reconnect`, which repairs again.
      isWanted: () => !this.#ended && !this.#flows && this.#socket !== undefined,
      restart: async () => this.#media?.repair(),
      renew: () => this.#renewMedia(),
      onGone: (error) => this.#fail(error),
    });
  }

  /** Joins the conversation; the stream follows by `onStream`, before any packet. Returns what was said so far. */
  async join(): Promise<Results['hello']['transcript']> {
    this.#show('connecting');
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

  /** Returns the microphone's sound, for showing how loud it is. */
  async startMicrophone(use: MicrophoneUse, onEnded: () => void): Promise<MediaStreamTrack> {
    if (this.#media === undefined) throw notConnected();
    const ended = (): void => {
      this.#microphone = undefined;
      onEnded();
    };
    const track = await this.#media.startMicrophone(use, ended);
    this.#microphone = { use, onEnded: ended, isHeld: false };
    return track;
  }

  /** Lets the open microphone's voice through, or sends silence in its place. */
  holdMicrophone(open: boolean): void {
    if (this.#microphone !== undefined) this.#microphone.isHeld = !open;
    this.#media?.holdMicrophone(open);
  }

  async stopMicrophone(): Promise<void> {
    this.#microphone = undefined;
    await this.#media?.stopMicrophone();
  }

  /** For an agent who has taken the conversation: the visitor's microphone; undefined where it is not open. */
  async hearVisitor(): Promise<MediaStreamTrack | undefined> {
    return this.#media?.hearVisitor();
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

  /** Leaves the conversation, which goes on for the others. Harmless when it is over. */
  leave(): void {
    if (!this.#ended) this.#end();
  }

  async #connect(): Promise<Results['hello']> {
    const socket = await Socket.connect(
      this.#server,
      (event) => this.#receive(event),
      () => void this.#reconnect(socket),
    );
    try {
      const joined = await this.#greet(socket);
      if (this.#ended) throw notConnected();
      this.#socket = socket;
      return joined;
    } catch (error) {
      socket.close();
      throw error;
    }
  }

  async #greet(socket: Socket): Promise<Results['hello']> {
    const { id: session, seat, token = await this.#server.token() } = this.session;
    return socket.request({
      type: 'hello',
      session,
      ...(token !== undefined && { token }),
      ...(seat !== undefined && { seat }),
    });
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

  async #renewMedia(): Promise<void> {
    const { rtp_capabilities } = await this.#greet(this.#openSocket());
    const microphone = this.#microphone;
    await this.#receiveMedia(rtp_capabilities as never);
    if (microphone === undefined) return;
    try {
      await this.#media?.startMicrophone(microphone.use, microphone.onEnded);
      this.#media?.holdMicrophone(!microphone.isHeld);
    } catch (error) {
      console.warn('The microphone did not come back:', error);
      microphone.onEnded();
    }
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
    if (flows) this.#repair.flows();
    else void this.#repair.start();
  }

  /** The socket broke off. Sound and picture often go on meanwhile, because they take another way. */
  async #reconnect(broken: Socket): Promise<void> {
    if (this.#ended || this.#socket !== broken) return;
    this.#socket = undefined;
    this.#showStatus();
    for await (const _ of attempts(PATIENCE_MS)) {
      if (this.#ended) return;
      try {
        await this.#connect();
        this.#showStatus();
        if (!this.#flows) this.#repair.hurry();
        return;
      } catch (error) {
        // Only a server that answers can say that the conversation is gone; until then it may come back.
        if (isFinal(error)) {
          this.#fail(error);
          return;
        }
      }
    }
    this.#fail(new ApiError('unreachable', 'The connection was lost and did not come back.'));
  }

  #showStatus(): void {
    this.#show(this.#flows && this.#socket !== undefined ? 'connected' : 'reconnecting');
  }

  #show(status: ConnectionStatus): void {
    if (this.#ended || this.#status === status) return;
    this.#status = status;
    this.#handlers.onStatus(status);
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
    this.#show('ended');
    this.#ended = true;
    this.#media?.close();
    this.#socket?.close();
  }
}

/** What the server says when it does not take this page back, however often it asks. */
function isFinal(error: unknown): error is ApiError {
  return error instanceof ApiError && /^(conversation_|token_|origin_|scope_)/.test(error.code);
}

function notConnected(): ApiError {
  return new ApiError('unreachable', 'There is no connection just now. Try again in a moment.');
}
