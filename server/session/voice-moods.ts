// Which mood the face wears in one conversation: what its speech was given, else what the conversation was told, else what the
// wording hints at. Where none of them is there, the motion hears it in the voice.

import type { Mood } from '../types.ts';
import type { MoodWish } from './types.ts';

/** What is known of a speech's mood before it is heard. */
export interface SpeechMood {
  /** Asked for by the client. */
  given?: MoodWish | undefined;
  /** Read in the text: weaker than anything that was asked for. */
  hinted?: Mood | undefined;
}

export class VoiceMoods {
  readonly #usualStrength: number;
  readonly #apply: (mood: Mood | undefined) => void;
  readonly #speeches = new Map<string, SpeechMood>();
  #standing: MoodWish | undefined;
  /** The speech that is heard now. */
  #heard: string | undefined;

  /**
   * @param usualStrength of a mood that was asked for without a strength
   * @param apply sets the face's mood; undefined leaves it to the voice
   */
  constructor(usualStrength: number, apply: (mood: Mood | undefined) => void) {
    this.#usualStrength = usualStrength;
    this.#apply = apply;
  }

  /** What a speech is given before it sounds. */
  open(eventId: string, mood: SpeechMood): void {
    this.#speeches.set(eventId, mood);
  }

  /** The mood of the whole conversation, from now on; undefined takes it back. */
  stand(mood: MoodWish | undefined): void {
    this.#standing = mood;
    this.#update();
  }

  /** A speech begins or ends. */
  mark(kind: 'start' | 'end', eventId: string): void {
    if (kind === 'start') this.#heard = eventId;
    else {
      this.#speeches.delete(eventId);
      if (this.#heard === eventId) this.#heard = undefined;
    }
    this.#update();
  }

  /** Every speech was cut; the conversation's own mood stays. */
  clear(): void {
    this.#speeches.clear();
    this.#heard = undefined;
    this.#update();
  }

  #update(): void {
    const speech = this.#heard === undefined ? undefined : this.#speeches.get(this.#heard);
    const wish = speech?.given ?? this.#standing ?? speech?.hinted;
    this.#apply(wish && { emotion: wish.emotion, strength: wish.strength ?? this.#usualStrength });
  }
}
