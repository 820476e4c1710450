// The head keeps the beat of a song a little: an oscillator whose phase and period are drawn to the notes' beginnings (Large
// and Kolen 1994). It moves the head only as far as the voice is sung.

import { FRAME_RATE_HZ } from '../../types.ts';
import { Ease } from '../ease.ts';
import type { OwnVoiceFrame } from '../song/index.ts';

/** Beats that a head keeps, in seconds; it starts at 100 a minute. */
const PERIOD_S = { shortest: 0.45, start: 0.6, longest: 1 } as const;
/** Onsets within about this part of a beat draw the oscillator; those between two beats do not. */
const CATCH_TURNS = 0.3;
/** How much of its distance to an onset the phase makes up for, over how many frames, and the period. */
const PHASE_SHARE = 0.7;
const PHASE_FRAMES = 6;
const PERIOD_SHARE = 0.3;
/** Onsets are heard this many frames before they are seen: the motion's look-ahead. */
const AHEAD_FRAMES = 2;

/** Depth of a beat's nod, and of the sway to one side and back over two beats. */
const NOD_RAD = 0.022;
const SWAY_RAD = 0.014;
const DEPTH_RATE = 2;

export class Beat {
  readonly #depth = new Ease(DEPTH_RATE);
  /** Beats since the start: whole on a beat. */
  #turns = 0;
  #period: number = PERIOD_S.start;
  #pull = 0;

  /** @returns radians to add to pitch (+ down, deepest on the beat) and roll */
  next({ sung, onset }: OwnVoiceFrame): { pitch: number; roll: number } {
    const step = 1 / (this.#period * FRAME_RATE_HZ);
    if (onset) this.#draw(this.#turns + AHEAD_FRAMES * step);
    const pulled = this.#pull / PHASE_FRAMES;
    this.#pull -= pulled;
    this.#turns += step + pulled;
    const depth = this.#depth.next(sung);
    return {
      pitch: depth * NOD_RAD * 0.5 * (1 + Math.cos(2 * Math.PI * this.#turns)),
      roll: depth * SWAY_RAD * Math.sin(Math.PI * this.#turns),
    };
  }

  #draw(turns: number): void {
    const late = turns - Math.round(turns);
    const weight = Math.exp(-((late / CATCH_TURNS) ** 2));
    this.#pull = -PHASE_SHARE * weight * late;
    const period = this.#period * (1 + PERIOD_SHARE * weight * late);
    this.#period = Math.max(PERIOD_S.shortest, Math.min(PERIOD_S.longest, period));
  }
}
