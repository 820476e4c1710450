// How every slow quantity of face and head moves: after its target like a critically damped spring, so that neither a new
// state nor a new look nor a new mood makes them jump.

import { FRAME_RATE_HZ } from '../types.ts';

const FRAME_S = 1 / FRAME_RATE_HZ;

export class Ease {
  readonly #rate: number;
  readonly #decay: number;
  #value: number;
  #velocity = 0;

  /**
   * @param rate natural frequency in radians a second: a step is 90 % done after 3.9 / rate seconds, and its largest
   *   acceleration is (rate / 25)^2 of the step per frame squared
   */
  constructor(rate: number, start = 0) {
    this.#rate = rate;
    this.#decay = Math.exp(-rate * FRAME_S);
    this.#value = start;
  }

  /** Moves the value at once, its target and speed left as they are. */
  shift(by: number): void {
    this.#value += by;
  }

  /** One frame nearer to `target`; the exact solution of the spring, so that any rate is stable. */
  next(target: number): number {
    const away = this.#value - target;
    const drive = this.#velocity + this.#rate * away;
    this.#value = target + (away + drive * FRAME_S) * this.#decay;
    this.#velocity = (this.#velocity - this.#rate * drive * FRAME_S) * this.#decay;
    return this.#value;
  }
}
