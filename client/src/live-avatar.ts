// A live avatar on a video element, as every page needs it: opens a conversation or goes on with one, plays it with sound where the
// browser allows it, keeps captions in step, tells the server when its sound is heard, and holds the microphone. Draws nothing itself.
import { ApiError, findSession, type Look, openSession, type PortraitChoice, type Session } from './api.ts';
import type { Captions } from './captions.ts';
import { type ConnectionStatus, Conversation } from './conversation.ts';
import { newEventId } from './event-id.ts';
import { Playout } from './playout.ts';
import type { Server } from './server.ts';
import type { Request, ServerEvent } from './socket.ts';

const FIGURES_INTERVAL_MS = 1000;
/** Sound and picture that have not come by then are kept back by a firewall, most often. */
const MEDIA_PATIENCE_MS = 8000;
/** A microphone that nobody has talked into for this long is given back, so that the browser's mark of it goes out. */
const MICROPHONE_REST_MS = 30_000;

export interface LiveAvatarHandlers {
  onEvent: (event: ServerEvent) => void;
  onStatus: (status: ConnectionStatus) => void;
  /** The picture moves; without sound where the browser waits for a gesture: then call `unmute` in one. */
  onPlay: (withSound: boolean) => void;
  /** No sound and no picture get through; what is written is still answered. */
  onMediaBlocked: () => void;
  /** The conversation is gone. */
  onEnd: (error: ApiError) => void;
}

export interface LiveAvatarParts {
  server: Server;
  video: HTMLVideoElement;
  captions: Captions;
  handlers: LiveAvatarHandlers;
}

type Line = { who: 'visitor' | 'avatar' | 'agent'; text: string; sample: number };

export class LiveAvatar {
  readonly #parts: LiveAvatarParts;
  readonly #playout: Playout;
  #conversation: Conversation | undefined;
  #figuresTimer = 0;
  #mediaTimer = 0;
  #restTimer = 0;
  #pictureCallback = 0;
  #hasMicrophone = false;
  #talks = false;

  constructor(parts: LiveAvatarParts) {
    this.#parts = parts;
    this.#playout = new Playout(parts.captions);
  }

  get session(): Session | undefined {
    return this.#conversation?.session;
  }

  /** Opens a conversation and joins it. @param language of what is to be read about it */
  async open(choice: PortraitChoice, look: Look = {}, language?: string): Promise<void> {
    await this.#enter(await openSession(choice, undefined, this.#parts.server, look, language));
  }

  /** Goes on with a conversation. Returns what was said in it. @throws ApiError where it is over */
  async resume(id: string, token: string | undefined): Promise<Line[]> {
    const { server } = this.#parts;
    const found = await findSession(id, token === undefined ? server : { ...server, token: async () => token });
    return this.#enter({ ...found, ...(token !== undefined && { token }) });
  }

  /** The avatar says this. */
  speak(text: string, options: { language?: string; emotion?: string; strength?: number } = {}): Promise<unknown> {
    // A wrong emotion is the server's to refuse, with a sentence that lists the right ones.
    return this.request({ type: 'speak', event_id: newEventId(), text, ...options } as Request);
  }

  /** The avatar answers this. */
  ask(text: string): Promise<unknown> {
    return this.request({ type: 'ask', text });
  }

  interrupt(): void {
    this.#conversation?.tell({ type: 'interrupt' });
  }

  async request(request: Request): Promise<unknown> {
    if (this.#conversation === undefined) throw new ApiError('unreachable', 'There is no conversation.');
    return this.#conversation.request(request);
  }

  /** Push to talk: asks for the microphone when it is needed first. @throws ApiError `microphone_denied`, ... */
  async talk(down: boolean): Promise<void> {
    const conversation = this.#conversation;
    this.#talks = down;
    window.clearTimeout(this.#restTimer);
    if (conversation === undefined) return;
    if (down && !this.#hasMicrophone) {
      await conversation.startMicrophone('listen', () => this.#forgetMicrophone());
      this.#hasMicrophone = true;
    }
    // While the browser asked the person, the button was let go.
    if (down && !this.#talks) {
      this.#restMicrophone();
      return;
    }
    if (!this.#hasMicrophone) return;
    if (down) {
      conversation.holdMicrophone(true);
      await conversation.request({ type: 'talk', down: true });
      return;
    }
    await conversation.request({ type: 'talk', down: false });
    this.#restMicrophone();
  }

  /** The browser's figures about what is received, or undefined before anything is. */
  async receiverStats(): Promise<RTCStatsReport | undefined> {
    return this.#conversation?.receiverStats();
  }

  /** Gives the microphone back to the browser. */
  async releaseMicrophone(): Promise<void> {
    this.#forgetMicrophone();
    await this.#conversation?.stopMicrophone();
  }

  /** Starts the sound; to be called from a gesture. */
  async unmute(): Promise<void> {
    this.#parts.video.muted = false;
    await this.#parts.video.play();
  }

  /** Ends the conversation. Harmless without one. */
  close(): void {
    const conversation = this.#conversation;
    this.#conversation = undefined;
    window.clearInterval(this.#figuresTimer);
    window.clearTimeout(this.#mediaTimer);
    this.#forgetMicrophone();
    this.#cancelPictures();
    conversation?.close();
    this.#parts.video.srcObject = null;
    this.#playout.reset();
  }

  async #enter(session: Session): Promise<Line[]> {
    this.close();
    const { server, handlers } = this.#parts;
    const conversation = new Conversation(
      session,
      {
        onEvent: (event) => this.#receive(event),
        onStatus: (status) => {
          if (status === 'connected') window.clearTimeout(this.#mediaTimer);
          handlers.onStatus(status);
        },
        onStream: (stream) => void this.#play(stream),
        onEnd: (error) => {
          this.close();
          handlers.onEnd(error);
        },
      },
      server,
    );
    this.#conversation = conversation;
    this.#mediaTimer = window.setTimeout(() => handlers.onMediaBlocked(), MEDIA_PATIENCE_MS);
    this.#figuresTimer = window.setInterval(() => void this.#playout.measure(this.#conversation), FIGURES_INTERVAL_MS);
    this.#drawEachPicture();
    try {
      return await conversation.join();
    } catch (error) {
      if (error instanceof ApiError) {
        this.close();
        throw error;
      }
      // The socket stands, but this browser has no WebRTC, or it is switched off.
      console.warn('No sound and picture in this browser:', error);
      window.clearTimeout(this.#mediaTimer);
      handlers.onMediaBlocked();
      return [];
    }
  }

  async #play(stream: MediaStream): Promise<void> {
    const { video, handlers } = this.#parts;
    const wasMuted = video.muted;
    video.srcObject = stream;
    try {
      await video.play();
      handlers.onPlay(true);
    } catch (error) {
      // A stream that was replaced meanwhile aborts the older wish to play.
      if (error instanceof DOMException && error.name === 'AbortError') return;
      video.muted = true;
      await video.play().catch(() => undefined); // refused altogether: the poster stays, and a gesture starts it
      handlers.onPlay(wasMuted);
    }
  }

  #receive(event: ServerEvent): void {
    this.#playout.receive(event);
    this.#parts.handlers.onEvent(event);
  }

  #drawEachPicture(): void {
    const { video } = this.#parts;
    const next = (): void => {
      this.#playout.draw();
      this.#pictureCallback = video.requestVideoFrameCallback(next);
    };
    this.#pictureCallback = video.requestVideoFrameCallback(next);
  }

  #cancelPictures(): void {
    this.#parts.video.cancelVideoFrameCallback(this.#pictureCallback);
  }

  #restMicrophone(): void {
    this.#conversation?.holdMicrophone(false);
    this.#restTimer = window.setTimeout(() => void this.releaseMicrophone(), MICROPHONE_REST_MS);
  }

  #forgetMicrophone(): void {
    window.clearTimeout(this.#restTimer);
    this.#hasMicrophone = false;
  }
}
