// What a conversation is asked to speak from outside: a request that comes again (its sender heard no answer) is not spoken again, and
// whoever wants to can wait until a speech was heard.
import { VaktraError } from '../errors.ts';
import { followSpeechEnds, NOTHING_HEARD } from './speech-ends.ts';
import type { Conversation, Playback, SpeakRequest } from './types.ts';

/** Requests that are remembered. Who asks again does so within seconds; no conversation has as many speeches in that time. */
const REMEMBERED = 200;

interface Voice {
  speak(request: SpeakRequest): Promise<void>;
  /** It waits or is being spoken. */
  isUnderWay(eventId: string): boolean;
}

interface Asked {
  /** What was to be spoken, so that another text under an old name is noticed. */
  content: string;
  /** It was handed over. */
  taken: Promise<void>;
  heard: Promise<Playback>;
}

export class Speeches {
  readonly #voice: Voice;
  /** The newest requests, oldest first. */
  readonly #asked = new Map<string, Asked>();
  /** Those that were not heard to their end yet. */
  readonly #unheard = new Map<string, PromiseWithResolvers<Playback>>();

  constructor(conversation: Pick<Conversation, 'on'>, voice: Voice) {
    this.#voice = voice;
    followSpeechEnds(conversation, {
      onOver: (eventId, playback) => this.#settle(eventId, playback),
      onClosed: (error) => {
        for (const { reject } of this.#unheard.values()) reject(error);
      },
    });
  }

  /** Resolves when the whole text was handed over, or cut. */
  async speak(request: SpeakRequest): Promise<void> {
    await this.#ask(request).taken;
  }

  /** Resolves when the speech was heard to its end, or cut. */
  async say(request: SpeakRequest): Promise<Playback> {
    const { taken, heard } = this.#ask(request);
    await taken;
    return heard;
  }

  #ask(request: SpeakRequest): Asked {
    const { eventId, text, language, mood } = request;
    const content = JSON.stringify([text, language, mood]);
    const before = this.#asked.get(eventId);
    if (before?.content === content) return before;
    if (before) {
      throw new VaktraError('invalid_message', `"${eventId}" was spoken with another content: use another event_id.`);
    }
    const unheard = Promise.withResolvers<Playback>();
    // Most of them nobody waits for.
    unheard.promise.catch(() => undefined);
    this.#unheard.set(eventId, unheard);
    const asked = { content, taken: this.#hand(request), heard: unheard.promise };
    this.#remember(eventId, asked);
    return asked;
  }

  async #hand(request: SpeakRequest): Promise<void> {
    const { eventId } = request;
    try {
      await this.#voice.speak(request);
    } catch (error) {
      // What failed may be tried again.
      this.#asked.delete(eventId);
      this.#unheard.delete(eventId);
      throw error;
    }
    // A text that has no sound is over at once.
    if (!this.#voice.isUnderWay(eventId)) {
      this.#settle(eventId, NOTHING_HEARD);
    }
  }

  #remember(eventId: string, asked: Asked): void {
    this.#asked.set(eventId, asked);
    const [oldest] = this.#asked.keys();
    if (this.#asked.size > REMEMBERED && oldest !== undefined) this.#asked.delete(oldest);
  }

  #settle(eventId: string, playback: Playback): void {
    this.#unheard.get(eventId)?.resolve(playback);
    this.#unheard.delete(eventId);
  }
}
