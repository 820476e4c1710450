// Speeches whose sound is pushed: a part that comes again (its sender heard no answer) is not spoken again, and whoever says that this was
// all can wait until it was heard.
import { VaktraError } from '../errors.ts';
import { followSpeechEnds, NOTHING_HEARD } from './speech-ends.ts';
import type { AudioRequest, Conversation, Playback } from './types.ts';

/** Speeches that are remembered; their senders ask again within seconds. */
const REMEMBERED = 100;

interface Voice {
  pushAudio(request: AudioRequest): void;
  speakEnd(request: { eventId: string }): void;
}

interface Pushed {
  /** Parts that were taken. */
  parts: number;
  /** Its sender has said that this was all. */
  isWhole: boolean;
  /** It was heard, or cut. */
  isOver: boolean;
  heard: PromiseWithResolvers<Playback>;
}

export class PushedSpeeches {
  readonly #voice: Voice;
  /** Oldest first. */
  readonly #pushed = new Map<string, Pushed>();

  constructor(conversation: Pick<Conversation, 'on'>, voice: Voice) {
    this.#voice = voice;
    followSpeechEnds(conversation, {
      onOver: (eventId, playback) => this.#settle(eventId, playback),
      onClosed: (error) => {
        for (const { heard } of this.#pushed.values()) heard.reject(error);
      },
    });
  }

  /** @throws VaktraError `invalid_message` for a part whose predecessor did not come, and what the voice refuses */
  push(request: AudioRequest): void {
    const { eventId, part } = request;
    const before = this.#pushed.get(eventId);
    // Without parts, a name may be used again once its speech is over.
    const isAnother = before?.isOver && before.isWhole && part === undefined;
    const pushed = before && !isAnother ? before : this.#open(eventId);
    if (part !== undefined && part < pushed.parts) return;
    if (part !== undefined && part > pushed.parts) {
      const sentence = `Part ${part} of "${eventId}" came, and part ${pushed.parts} did not: send them in their order.`;
      throw new VaktraError('invalid_message', sentence);
    }
    this.#voice.pushAudio(request);
    if (part !== undefined) pushed.parts += 1;
  }

  /** Resolves when the speech was heard to its end, or cut; at once where nothing was pushed. */
  end(eventId: string): Promise<Playback> {
    this.#voice.speakEnd({ eventId });
    const pushed = this.#pushed.get(eventId);
    if (pushed === undefined) return Promise.resolve(NOTHING_HEARD);
    pushed.isWhole = true;
    return pushed.heard.promise;
  }

  #open(eventId: string): Pushed {
    const pushed = { parts: 0, isWhole: false, isOver: false, heard: Promise.withResolvers<Playback>() };
    // Most of them nobody waits for.
    pushed.heard.promise.catch(() => undefined);
    this.#pushed.set(eventId, pushed);
    const [oldest] = this.#pushed.keys();
    if (this.#pushed.size > REMEMBERED && oldest !== undefined) this.#pushed.delete(oldest);
    return pushed;
  }

  #settle(eventId: string, playback: Playback): void {
    const pushed = this.#pushed.get(eventId);
    if (pushed === undefined) return;
    pushed.isOver = true;
    pushed.heard.resolve(playback);
  }
}
