// The conversation that the agent looks at: the avatar's picture, the visitor's sound, and the agent's microphone. Shows no words.
import { ApiError, type Entrance } from '../src/api.ts';
import { Conversation } from '../src/conversation.ts';
import { element } from '../src/dom.ts';
import type { ServerEvent } from '../src/socket.ts';
import { LevelMeter } from './level-meter.ts';

export interface VisitHandlers {
  onEvent: (event: ServerEvent) => void;
  /** The agent's microphone was opened or closed. */
  onMicrophone: (open: boolean) => void;
  /** The visitor's microphone is heard, or is not. */
  onHeard: (heard: boolean) => void;
  onEnd: (error: ApiError) => void;
  onFailed: (error: unknown) => void;
}

type Line = Awaited<ReturnType<Conversation['join']>>[number];

export class Visit {
  readonly session: string;
  readonly #handlers: VisitHandlers;
  readonly #conversation: Conversation<Entrance>;
  readonly #meter = new LevelMeter(element('level', HTMLMeterElement));
  readonly #video = element('avatar', HTMLVideoElement);
  readonly #sound = document.createElement('audio');
  #isMine = false;
  #wantsToHear = true;
  #visitorSpeaks = false;

  constructor(session: string, seat: string, handlers: VisitHandlers) {
    this.session = session;
    this.#handlers = handlers;
    document.body.append(this.#sound);
    this.#conversation = new Conversation<Entrance>(
      { id: session, seat },
      {
        onEvent: (event) => this.#receive(event),
        onStatus: () => undefined,
        onStream: (stream) => {
          this.#video.srcObject = stream;
          // Refused or replaced by a newer stream: the picture comes with the next one.
          this.#video.play().catch(() => undefined);
          this.#hear();
        },
        onEnd: (error) => handlers.onEnd(error),
      },
    );
  }

  /** Returns what was said so far. @throws ApiError */
  join(): Promise<Line[]> {
    return this.#conversation.join();
  }

  /** Whether this agent has the conversation; the microphones are for them alone. */
  setMine(isMine: boolean): void {
    if (isMine === this.#isMine) return;
    this.#isMine = isMine;
    if (!isMine) void this.setMicrophone(false).catch((error) => this.#handlers.onFailed(error));
    this.#hear();
  }

  /** The visitor's sound. */
  setHearing(on: boolean): void {
    this.#wantsToHear = on;
    this.#hear();
  }

  /** @throws ApiError */
  async setMicrophone(on: boolean): Promise<void> {
    if (!on) {
      this.#silence();
      await this.#conversation.stopMicrophone();
      return;
    }
    const track = await this.#conversation.startMicrophone('speak', () => this.#silence());
    // Given back while the browser asked.
    if (!this.#isMine) {
      await this.#conversation.stopMicrophone();
      throw new ApiError('conversation_not_taken', 'Take the conversation first.');
    }
    this.#meter.show(track);
    this.#handlers.onMicrophone(true);
  }

  /** Looks away; the conversation goes on, and stays whose it is. */
  leave(): void {
    this.#meter.stop();
    this.#conversation.leave();
    this.#video.srcObject = null;
    this.#sound.remove();
  }

  #receive(event: ServerEvent): void {
    if (event.type === 'microphone' && event.use === 'listen') {
      this.#visitorSpeaks = event.open;
      this.#hear();
    }
    this.#handlers.onEvent(event);
  }

  #silence(): void {
    this.#meter.stop();
    this.#handlers.onMicrophone(false);
  }

  #hear(): void {
    const wanted = this.#isMine && this.#wantsToHear && this.#visitorSpeaks;
    if (!wanted) {
      this.#sound.srcObject = null;
      this.#handlers.onHeard(false);
      return;
    }
    this.#conversation
      .hearVisitor()
      .then(async (track) => {
        this.#sound.srcObject = track ? new MediaStream([track]) : null;
        if (track) await this.#sound.play();
        this.#handlers.onHeard(track !== undefined);
      })
      .catch((error) => this.#handlers.onFailed(error));
  }
}
