// Tells the avatar's own voice in a visitor's microphone from the visitor's: what a loudspeaker plays comes back as a weaker,
// later copy of what was sent, and correlates with it; nobody else's voice does. Browsers cancel echo too, but not all of it.
//
// Normalised cross-correlation over the delays that a loudspeaker at the end of a network can have (Knapp and Carter 1976, without
// the weighting). Measured on synthetic voices at 2 kHz over 400 ms: through Opus twice .98, in a reverberant room at least .55
// (median .7); voices that are not the avatar's at most .64, 95 % of them under .38.

import { CLOCK_RATE_HZ, MODEL_RATE_HZ } from '../../types.ts';

/** Rate of comparison: voices have their strongest harmonics below half of it. */
const RATE_HZ = 2000;
const PLAYED_STEP = CLOCK_RATE_HZ / RATE_HZ;
const HEARD_STEP = MODEL_RATE_HZ / RATE_HZ;
/** Sound that one decision looks at: 400 ms. */
const WINDOW = RATE_HZ * 0.4;
/** From the encoder to the microphone and back: packets that wait, network, jitter buffer, loudspeaker, air. */
const MAX_DELAY = RATE_HZ * 1.5;
const MEMORY = WINDOW + MAX_DELAY;
/** Correlation from which a sound is an echo: at the delay that an echo had before, and anywhere. */
const KNOWN_DELAY_CORRELATION = 0.45;
const ANY_DELAY_CORRELATION = 0.6;
/** Delays that count as the same: loudspeakers do not move, jitter buffers do a little. */
const SAME_DELAY = RATE_HZ * 0.04;
/** RMS under which nothing was played that could come back. */
const SILENT = 1e-3;

export class EchoGuard {
  readonly #played = new Float32Array(2 * MEMORY);
  #end = 0;
  #rest = new Float32Array(0);
  #knownDelay: number | undefined;

  /** Samples at 16 kHz that one decision needs. */
  static readonly windowSamples = WINDOW * HEARD_STEP;

  /** What is sent now. @param sound mono at 48 kHz */
  played(sound: Float32Array): void {
    const all = new Float32Array(this.#rest.length + sound.length);
    all.set(this.#rest);
    all.set(sound, this.#rest.length);
    const low = decimated(all, PLAYED_STEP);
    this.#rest = all.slice(low.length * PLAYED_STEP);
    if (this.#end + low.length > this.#played.length) {
      this.#played.copyWithin(0, this.#end - MEMORY, this.#end);
      this.#end = MEMORY;
    }
    this.#played.set(low, this.#end);
    this.#end += low.length;
  }

  /** Was anything sent lately that could come back? */
  get isAudible(): boolean {
    const memory = this.#memory;
    return memory.length > WINDOW && energyOf(memory) >= SILENT ** 2 * memory.length;
  }

  get #memory(): Float32Array {
    return this.#played.subarray(Math.max(0, this.#end - MEMORY), this.#end);
  }

  /**
   * Is this the avatar's own voice?
   *
   * @param heard [windowSamples] of the microphone, the newest, at 16 kHz
   */
  isEcho(heard: Float32Array): boolean {
    const window = decimated(heard, HEARD_STEP);
    const memory = this.#memory;
    if (!this.isAudible) return false;
    const known = this.#knownDelay;
    if (known !== undefined) {
      const near = memory.subarray(Math.max(0, memory.length - window.length - known - SAME_DELAY));
      const there = bestMatch(window, near.subarray(0, window.length + 2 * SAME_DELAY));
      if (there.correlation >= KNOWN_DELAY_CORRELATION) {
        this.#knownDelay = near.length - window.length - there.at;
        return true;
      }
    }
    const { correlation, at } = bestMatch(window, memory);
    if (correlation < ANY_DELAY_CORRELATION) return false;
    this.#knownDelay = memory.length - window.length - at;
    return true;
  }
}

/** Means of `step` samples; what is left over is not used. */
function decimated(sound: Float32Array, step: number): Float32Array {
  const low = new Float32Array(Math.floor(sound.length / step));
  for (let i = 0; i < low.length; i++) {
    let sum = 0;
    for (let k = 0; k < step; k++) sum += sound[i * step + k] as number;
    low[i] = sum / step;
  }
  return low;
}

function energyOf(sound: Float32Array): number {
  return sound.reduce((sum, value) => sum + value * value, 0);
}

function bestMatch(window: Float32Array, memory: Float32Array): { correlation: number; at: number } {
  const own = energyOf(window);
  let energy = energyOf(memory.subarray(0, window.length));
  let best = { correlation: 0, at: 0 };
  for (let at = 0; at + window.length <= memory.length; at++) {
    let sum = 0;
    for (let i = 0; i < window.length; i++) sum += (window[i] as number) * (memory[at + i] as number);
    const correlation = Math.abs(sum) / Math.sqrt(own * energy + Number.EPSILON);
    if (correlation > best.correlation) best = { correlation, at };
    energy += (memory[at + window.length] ?? 0) ** 2 - (memory[at] as number) ** 2;
  }
  return best;
}
