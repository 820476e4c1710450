// One 20 ms step of a voice for the mood: level, pitch and how the power is spread over 8 bands.
// The arithmetic is that of models/training/mood/features.py to the last constant; a golden test holds the two together.

import { MODEL_RATE_HZ } from '../../types.ts';
import { BAND_COUNT, bandShares } from './spectrum.ts';

/** Samples of a step, at 16 kHz. */
export const STEP_SAMPLES = 320;
const THINNING = 4;
const THIN_RATE_HZ = MODEL_RATE_HZ / THINNING;
const THIN_STEP = STEP_SAMPLES / THINNING;
/** Low pass before thinning: a windowed sinc of this many taps. */
const TAPS = 32;
const LOWPASS_HZ = 1000;
/** Pitch by normalised cross-correlation of the newest 30 ms with what lies 2 to 18 ms before: 500 to 55 Hz. */
const PITCH_BUFFER = 200;
const PITCH_WINDOW = 120;
const SHORTEST_LAG = 8;
const LONGEST_LAG = 72;
/** The shortest lag whose peak is nearly the highest is the period: longer ones are its multiples. */
const FIRST_PEAK_SHARE = 0.92;
const TINY = 1e-20;
/** Power of no sound: digital silence must not be minus infinity. */
const LEVEL_FLOOR = 1e-12;

export interface VoiceStep {
  /** Natural log of the mean power. */
  level: number;
  /** Natural log of the pitch in Hz, and its correlation: 1 for a pure tone. */
  logPitch: number;
  correlation: number;
  /** [8] natural log of each band's share of the power; overwritten by the next step. */
  bands: Float64Array;
}

/** Hears a voice step by step. */
export class VoiceEar {
  readonly #taps = lowPass();
  /** The last 31 samples of the step before, then the step. */
  readonly #recent = new Float64Array(TAPS - 1 + STEP_SAMPLES);
  readonly #thin = new Float64Array(PITCH_BUFFER);
  readonly #centred = new Float64Array(PITCH_BUFFER);
  readonly #correlation = new Float64Array(LONGEST_LAG + 2);
  readonly #bands = new Float64Array(BAND_COUNT);

  /** @param sound 320 samples at 16 kHz */
  hear(sound: Float32Array): VoiceStep {
    this.#recent.copyWithin(0, STEP_SAMPLES);
    this.#recent.set(sound, TAPS - 1);
    bandShares(sound, this.#bands);
    return { level: Math.log(meanSquare(sound) + LEVEL_FLOOR), ...this.#pitch(), bands: this.#bands };
  }

  #pitch(): { logPitch: number; correlation: number } {
    this.#addThinned();
    const correlation = this.#correlate();
    const at = (lag: number) => correlation[lag] as number;
    let best = -1;
    const isPeak = (lag: number) => at(lag) >= at(lag - 1) && at(lag) > at(lag + 1);
    for (let lag = SHORTEST_LAG; lag <= LONGEST_LAG; lag++) if (isPeak(lag)) best = Math.max(best, at(lag));
    let period = SHORTEST_LAG;
    while (period < LONGEST_LAG && !(isPeak(period) && at(period) >= FIRST_PEAK_SHARE * best)) period++;
    if (best <= 0) return { logPitch: 0, correlation: 0 };
    // A parabola through the peak and its neighbours: whole lags are too coarse for a voice's melody.
    const bend = at(period - 1) - 2 * at(period) + at(period + 1);
    const shift = bend < 0 ? (0.5 * (at(period - 1) - at(period + 1))) / bend : 0;
    const lag = period + Math.max(-0.5, Math.min(0.5, shift));
    return { logPitch: Math.log(THIN_RATE_HZ / lag), correlation: at(period) };
  }

  #addThinned(): void {
    const thin = this.#thin;
    thin.copyWithin(0, THIN_STEP);
    for (let i = 0; i < THIN_STEP; i++) {
      const first = THINNING * (i + 1) - 1;
      let sum = 0;
      for (let k = 0; k < TAPS; k++) sum += (this.#taps[k] as number) * (this.#recent[first + k] as number);
      thin[PITCH_BUFFER - THIN_STEP + i] = sum;
    }
  }

  #correlate(): Float64Array {
    const centred = this.#centred;
    let mean = 0;
    for (const value of this.#thin) mean += value / PITCH_BUFFER;
    for (let i = 0; i < PITCH_BUFFER; i++) centred[i] = (this.#thin[i] as number) - mean;
    const newest = PITCH_BUFFER - PITCH_WINDOW;
    let energy = 0;
    for (let i = newest; i < PITCH_BUFFER; i++) energy += (centred[i] as number) ** 2;
    for (let lag = SHORTEST_LAG - 1; lag <= LONGEST_LAG + 1; lag++) {
      let product = 0;
      let older = 0;
      for (let i = newest; i < PITCH_BUFFER; i++) {
        const then = centred[i - lag] as number;
        product += (centred[i] as number) * then;
        older += then * then;
      }
      this.#correlation[lag] = product / Math.sqrt(energy * older + TINY);
    }
    return this.#correlation;
  }
}

/** Hamming-windowed sinc of gain 1. It is even, so its order does not matter. */
function lowPass(): Float64Array {
  const taps = Float64Array.from({ length: TAPS }, (_, i) => {
    const at = i - (TAPS - 1) / 2;
    const turn = ((2 * LOWPASS_HZ) / MODEL_RATE_HZ) * at * Math.PI;
    return (Math.sin(turn) / turn) * (0.54 + 0.46 * Math.cos((2 * Math.PI * at) / TAPS));
  });
  const sum = taps.reduce((total, tap) => total + tap, 0);
  return taps.map((tap) => tap / sum);
}

function meanSquare(sound: Float32Array): number {
  let sum = 0;
  for (const value of sound) sum += value * value;
  return sum / sound.length;
}
