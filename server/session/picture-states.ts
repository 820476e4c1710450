// What the avatar does in each picture, as the motion is told: it speaks where its voice sounds, and elsewhere it rests in
// the state that was set. Beside it, how loud the visitor is in each picture.

import type { ConversationState } from '../types.ts';

/** Loudnesses that may wait; more means that nothing is drawn, and what is older is no longer news. */
const MAX_LEVELS = 8;

export class PictureStates {
  /** Per picture whose sound was read and that is not drawn: does the avatar speak in it? */
  #speaking: boolean[] = [];
  #spokeInLastRead = false;
  #rest: ConversationState = 'idle';
  #levels: number[] = [];
  #lastLevel = 0;

  /** Did the avatar speak in the picture that was added last? */
  get spokeInLastRead(): boolean {
    return this.#spokeInLastRead;
  }

  /** The state of pictures without voice whose motion is still to be made. */
  rest(state: ConversationState): void {
    this.#rest = state;
  }

  /** Loudness of the visitor's microphone over the time of one picture, RMS in [0, 1]. */
  listen(level: number): void {
    this.#levels.push(level);
    if (this.#levels.length > MAX_LEVELS) this.#levels.shift();
  }

  /** The next picture's sound was read. */
  add(speaking: boolean): void {
    this.#speaking.push(speaking);
    this.#spokeInLastRead = speaking;
  }

  /** The oldest picture was drawn or left out. */
  done(): void {
    this.#speaking.shift();
  }

  /** All voice was cut: nobody speaks in the pictures to come. */
  cut(): void {
    this.#speaking.fill(false);
    this.#spokeInLastRead = false;
  }

  /** States of `count` pictures, `ahead` pictures after the next one that will be drawn. */
  of(ahead: number, count: number): ConversationState[] {
    return Array.from({ length: count }, (_, k) => (this.#speaking[ahead + k] ? 'speaking' : this.#rest));
  }

  /** The visitor's loudness in the next `count` pictures; what has not come yet is taken to be as it was. */
  visitorLevels(count: number): number[] {
    return Array.from({ length: count }, () => {
      this.#lastLevel = this.#levels.shift() ?? this.#lastLevel;
      return this.#lastLevel;
    });
  }
}
