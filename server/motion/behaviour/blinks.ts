// When the eyes blink, and how: intervals around a mean that depends on the state, never two blinks within a second.

import { uniform } from '../../noise.ts';
import type { ConversationState } from '../../types.ts';
import { FRAME_RATE_HZ } from '../../types.ts';
import { STREAM } from './streams.ts';

/**
 * Mean rates. 150 people did 17 at rest, 26 in talk and 4.5 while reading (Bentivoglio et al., Analysis of blink rate patterns
 * in normal subjects, 1997): talk blinks more, and attention less. That listeners and thinkers lie just under rest is chosen.
 */
const BLINKS_PER_MINUTE = { idle: 16, listening: 15, thinking: 13, speaking: 21 } as const;
const REFRACTORY_FRAMES = FRAME_RATE_HZ;
const SECONDS_PER_MINUTE = 60;
/** Lids per frame of an average blink: shut in 120 ms, open again in 200 ms. */
const SHAPE: readonly number[] = [0.3, 0.85, 1, 0.8, 0.45, 0.2, 0.06];
/** Blinks of 240 to 440 ms, most of them short. */
const SLOWEST = 1.6;
const QUICKEST = 0.9;
const SMALLEST = 0.85;

/** The chance grows frame by frame until it passes what was drawn for this blink: so rates may change with every frame. */
export class Blinks {
  readonly #seed: number;
  #count = 0;
  #chance = 0;
  #due: number;
  #sinceStart = Number.POSITIVE_INFINITY;
  #sinceEnd = 0;
  #size = 1;
  #slowness = 1;

  constructor(seed: number) {
    this.#seed = seed;
    this.#due = this.#draw();
  }

  /** How far the lids are shut in the next frame, 0 to 1. */
  next(state: ConversationState): number {
    this.#sinceStart += 1;
    this.#sinceEnd += 1;
    if (this.#sinceEnd > REFRACTORY_FRAMES) {
      const meanFrames = (SECONDS_PER_MINUTE / BLINKS_PER_MINUTE[state]) * FRAME_RATE_HZ - REFRACTORY_FRAMES;
      this.#chance += 1 / meanFrames;
      if (this.#chance > this.#due) this.#begin();
    }
    return this.#size * this.#shut(this.#sinceStart / this.#slowness);
  }

  #begin(): void {
    this.#count += 1;
    this.#chance = 0;
    this.#due = this.#draw();
    this.#sinceStart = 0;
    this.#sinceEnd = 0;
    const share = uniform(this.#seed, this.#count, 0, STREAM.blinkShape);
    this.#slowness = QUICKEST + (SLOWEST - QUICKEST) * share ** 2;
    this.#size = SMALLEST + (1 - SMALLEST) * uniform(this.#seed, this.#count, 1, STREAM.blinkShape);
  }

  /** Mean 1, the sum of two exponential times: real intervals are less even than a clock's and evener than a decay's. */
  #draw(): number {
    const first = uniform(this.#seed, this.#count, 0, STREAM.blink);
    const second = uniform(this.#seed, this.#count, 1, STREAM.blink);
    return -Math.log(first * second) / 2;
  }

  #shut(at: number): number {
    if (at > SHAPE.length) return 0;
    const before = Math.floor(at);
    const [from, to] = [SHAPE[before] ?? 0, SHAPE[before + 1] ?? 0];
    return from + (at - before) * (to - from);
  }
}
