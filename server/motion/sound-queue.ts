// The sound that the motion model has not yet heard: takes any cuts, gives contiguous stretches.

import { VaktraError } from '../errors.ts';

export class SoundQueue {
  #pieces: Float32Array[] = [];
  #offset = 0;
  #waiting = 0;
  #taken = 0;

  /** Samples pushed since the start. */
  get pushed(): number {
    return this.#taken + this.#waiting;
  }

  /** Samples that wait to be taken. */
  get waiting(): number {
    return this.#waiting;
  }

  /**
   * Adds samples; they are copied. What is beyond full scale is clipped, as any loudspeaker would.
   *
   * @throws VaktraError `invalid_sample` when one of them is no finite number; nothing is added then
   */
  push(samples: Float32Array): void {
    const copy = new Float32Array(samples.length);
    for (let i = 0; i < samples.length; i++) {
      const value = samples[i] as number;
      if (!Number.isFinite(value)) {
        throw new VaktraError(
          'invalid_sample',
          `Sample ${this.pushed + i} of the sound is ${value}: pass numbers in [-1, 1].`,
        );
      }
      copy[i] = Math.max(-1, Math.min(1, value));
    }
    if (copy.length === 0) return;
    this.#pieces.push(copy);
    this.#waiting += copy.length;
  }

  /**
   * The next `count` samples.
   *
   * @throws VaktraError `invalid_sample` when fewer are waiting; nothing is taken then
   */
  take(count: number): Float32Array {
    if (count > this.#waiting) {
      throw new VaktraError(
        'invalid_sample',
        `The motion needs ${count - this.#waiting} more samples of sound: push them first.`,
      );
    }
    const result = new Float32Array(count);
    let done = 0;
    while (done < count) {
      const piece = this.#pieces[0] as Float32Array;
      const part = piece.subarray(this.#offset, this.#offset + count - done);
      result.set(part, done);
      done += part.length;
      this.#offset += part.length;
      if (this.#offset === piece.length) {
        this.#pieces.shift();
        this.#offset = 0;
      }
    }
    this.#taken += count;
    this.#waiting -= count;
    return result;
  }
}
