// The 26 figures that a mood is heard from, as running sums over a voice's steps, in which old ones fade. Absolute level is in
// none of them. The same as models/training/mood/features.py.

import { BAND_COUNT } from './spectrum.ts';
import type { VoiceStep } from './voice-frame.ts';

/** Figures, in the order of models/mood.json. */
export const FIGURE_COUNT = 10 + 2 * BAND_COUNT;

/** Correlation of a step with its past from which it is voiced. */
export const VOICED_CORRELATION = 0.6;
/** A step counts while it is at most 25 dB under the voice's own peak, which falls by 10 dB a second. In logs of power. */
const ACTIVE_UNDER_PEAK = 5.8;
const PEAK_FALL = 0.046;
/** Level, as a log of power, that no voice is below: 81 dB under full scale. */
const INAUDIBLE = Math.log(1e-12) + 9;
/** Two envelopes, by their share of the way in a step: a syllable begins where the fast one passes the slow one. */
const FAST_SHARE = 0.5;
const SLOW_SHARE = 0.05;
const LEAST_COUNT = 1e-6;

/** Where each running sum stands. */
const SUM = {
  active: 0,
  voiced: 1,
  pitchPairs: 2,
  pitchTriples: 3,
  levelPairs: 4,
  pitch: 5,
  pitchSquare: 6,
  pitchStep: 7,
  pitchBend: 8,
  correlation: 9,
  correlationSquare: 10,
  bands: 11,
  bandSquares: 11 + BAND_COUNT,
  level: 11 + 2 * BAND_COUNT,
  levelSquare: 12 + 2 * BAND_COUNT,
  levelStep: 13 + 2 * BAND_COUNT,
  onsets: 14 + 2 * BAND_COUNT,
} as const;
const SUM_COUNT = 15 + 2 * BAND_COUNT;

/** Running sums of a voice, of which a step's half is forgotten after so many active steps. */
export class RunningSums {
  readonly #sums = new Float64Array(SUM_COUNT);
  readonly #keep: number;

  constructor(halfLifeSteps: number) {
    this.#keep = 0.5 ** (1 / halfLifeSteps);
  }

  add(row: Float64Array): void {
    for (let i = 0; i < SUM_COUNT; i++) this.#sums[i] = (this.#sums[i] as number) * this.#keep + (row[i] as number);
  }

  clear(): void {
    this.#sums.fill(0);
  }

  get active(): number {
    return this.#sums[SUM.active] as number;
  }

  get voiced(): number {
    return this.#sums[SUM.voiced] as number;
  }

  /** [26] in the order of models/mood.json. */
  figures(): Float64Array {
    const at = (index: number) => this.#sums[index] as number;
    const count = (index: number) => Math.max(at(index), LEAST_COUNT);
    const spread = (sum: number, square: number, n: number) =>
      Math.sqrt(Math.max(0, at(square) / n - (at(sum) / n) ** 2));
    const voiced = count(SUM.voiced);
    const active = count(SUM.active);
    const bands = Array.from({ length: BAND_COUNT }, (_, i) => i);
    return Float64Array.from([
      at(SUM.pitch) / voiced,
      spread(SUM.pitch, SUM.pitchSquare, voiced),
      at(SUM.pitchStep) / count(SUM.pitchPairs),
      at(SUM.pitchBend) / count(SUM.pitchTriples),
      at(SUM.correlation) / voiced,
      spread(SUM.correlation, SUM.correlationSquare, voiced),
      ...bands.map((i) => at(SUM.bands + i) / voiced),
      ...bands.map((i) => spread(SUM.bands + i, SUM.bandSquares + i, voiced)),
      spread(SUM.level, SUM.levelSquare, active),
      at(SUM.levelStep) / count(SUM.levelPairs),
      at(SUM.voiced) / active,
      at(SUM.onsets) / active,
    ]);
  }
}

/** Turns the steps of a voice into what each adds to the sums. */
export class StepCounter {
  readonly #row = new Float64Array(SUM_COUNT);
  #peak = Number.NEGATIVE_INFINITY;
  #fast: number | undefined;
  #slow = 0;
  #wasAbove = false;
  /** Level of the step before, if it was active; log pitches of the last two steps, if they were voiced. */
  #lastLevel: number | undefined;
  #pitches: number[] = [];

  /** What the step adds [31], valid until the next call; undefined where no voice is heard. */
  count(step: VoiceStep): Float64Array | undefined {
    const { level } = step;
    this.#peak = Math.max(level, this.#peak - PEAK_FALL);
    this.#slow = this.#fast === undefined ? level : this.#slow + SLOW_SHARE * (level - this.#slow);
    this.#fast = this.#fast === undefined ? level : this.#fast + FAST_SHARE * (level - this.#fast);
    const isOnset = this.#fast > this.#slow && !this.#wasAbove;
    this.#wasAbove = this.#fast > this.#slow;
    if (level <= this.#peak - ACTIVE_UNDER_PEAK || level <= INAUDIBLE) {
      this.#lastLevel = undefined;
      this.#pitches = [];
      return undefined;
    }
    this.#row.fill(0);
    this.#row[SUM.active] = 1;
    if (step.correlation > VOICED_CORRELATION) this.#countVoice(step);
    else this.#pitches = [];
    this.#row[SUM.level] = level;
    this.#row[SUM.levelSquare] = level * level;
    if (this.#lastLevel !== undefined) {
      this.#row[SUM.levelPairs] = 1;
      this.#row[SUM.levelStep] = Math.abs(level - this.#lastLevel);
    }
    this.#row[SUM.onsets] = isOnset ? 1 : 0;
    this.#lastLevel = level;
    return this.#row;
  }

  #countVoice({ logPitch, correlation, bands }: VoiceStep): void {
    const row = this.#row;
    const [last, before] = this.#pitches;
    row[SUM.voiced] = 1;
    row[SUM.pitch] = logPitch;
    row[SUM.pitchSquare] = logPitch * logPitch;
    if (last !== undefined) {
      row[SUM.pitchPairs] = 1;
      row[SUM.pitchStep] = Math.abs(logPitch - last);
      if (before !== undefined) {
        row[SUM.pitchTriples] = 1;
        row[SUM.pitchBend] = Math.abs(logPitch - 2 * last + before);
      }
    }
    row[SUM.correlation] = correlation;
    row[SUM.correlationSquare] = correlation * correlation;
    for (let i = 0; i < BAND_COUNT; i++) {
      row[SUM.bands + i] = bands[i] as number;
      row[SUM.bandSquares + i] = (bands[i] as number) ** 2;
    }
    this.#pitches = last === undefined ? [logPitch] : [logPitch, last];
  }
}
