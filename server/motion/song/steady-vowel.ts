// For how long one vowel has been held: the pitch stays, and the spectrum keeps its shape. A legato consonant (l, m, n) keeps
// the pitch but not the shape.

import { MODEL_SAMPLES_PER_FRAME } from '../../types.ts';
import { BAND_COUNT, bandShares } from '../mood/spectrum.ts';

/** Ends of the looks into a frame, in samples; one look of 16 ms alone would read the phase of a low voice's pulses. */
const LOOKS: readonly number[] = [
  MODEL_SAMPLES_PER_FRAME / 2,
  (3 * MODEL_SAMPLES_PER_FRAME) / 4,
  MODEL_SAMPLES_PER_FRAME,
];
/** Root mean square over the bands, in nats, by which a frame may differ from the vowel so far. Wider than one vowel's flicker. */
const SAME_SHAPE = 1.2;
/** Weight of a new frame in the vowel's mean shape. */
const SHAPE_SHARE = 0.2;

export class SteadyVowel {
  readonly #shape = new Float64Array(BAND_COUNT);
  readonly #now = new Float64Array(BAND_COUNT);
  readonly #look = new Float64Array(BAND_COUNT);
  #frames = 0;

  /**
   * @param sound the next 640 samples, 16 kHz
   * @param samePitch does the pitch of the frame before go on
   * @returns frames for which the vowel has been held, this one included; 0 without one
   */
  next(sound: Float32Array, samePitch: boolean): number {
    if (!samePitch) {
      this.#frames = 0;
      return 0;
    }
    this.#hear(sound);
    const share = this.#frames === 0 || this.#difference() > SAME_SHAPE ? 1 : SHAPE_SHARE;
    this.#frames = share === 1 ? 1 : this.#frames + 1;
    for (let i = 0; i < BAND_COUNT; i++) {
      const before = this.#shape[i] as number;
      this.#shape[i] = before + share * ((this.#now[i] as number) - before);
    }
    return this.#frames;
  }

  #hear(sound: Float32Array): void {
    this.#now.fill(0);
    for (const end of LOOKS) {
      bandShares(sound.subarray(0, end), this.#look);
      for (let i = 0; i < BAND_COUNT; i++) {
        this.#now[i] = (this.#now[i] as number) + (this.#look[i] as number) / LOOKS.length;
      }
    }
  }

  #difference(): number {
    let sum = 0;
    for (let i = 0; i < BAND_COUNT; i++) sum += ((this.#now[i] as number) - (this.#shape[i] as number)) ** 2;
    return Math.sqrt(sum / BAND_COUNT);
  }
}
