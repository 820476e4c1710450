// Where the eyes look: fixations of random length on the visitor or beside, quick movements between them, and the dip of
// the eyes behind shut lids.

import { uniform } from '../../noise.ts';
import type { ConversationState } from '../../types.ts';
import { FRAME_RATE_HZ } from '../../types.ts';
import { STREAM } from './streams.ts';

/**
 * Share of fixations on the visitor, spread of the others, and how long one lasts. That listeners look at the other more than
 * speakers do is long known (Argyle and Cook, Gaze and Mutual Gaze, 1976), and that hard thought turns the eyes away
 * (Doherty-Sneddon and Phelps, Gaze aversion, 2005); the shares themselves are chosen, for a camera's picture, which asks for
 * more contact. Spreads keep the eyes' variance, in talk with pauses and in talk alone, near the filmed man's
 * (test/bench/eval-states.ts, models/training/evaluation/drift.py).
 */
const GAZE = {
  idle: { onVisitor: 0.55, spreadX: 0.048, spreadY: 0.025, minS: 0.5, meanExtraS: 1.5 },
  listening: { onVisitor: 0.85, spreadX: 0.04, spreadY: 0.02, minS: 0.6, meanExtraS: 1.6 },
  thinking: { onVisitor: 0.12, spreadX: 0.012, spreadY: 0.01, minS: 0.9, meanExtraS: 1.8 },
  speaking: { onVisitor: 0.6, spreadX: 0.024, spreadY: 0.027, minS: 0.4, meanExtraS: 1 },
} as const;
/** Looks past the visitor last this part of one at the visitor; only a thinker's last as long. */
const AWAY_SHARE = 0.6;
/** Where a thinker looks: to one side and up, by about 10 degrees. Farther, the way back would shake the first words. */
const THOUGHT = { x: 0.065, y: -0.045 } as const;
/** Even a steady look trembles by this much. */
const FIXATION_JITTER = 0.004;
/** Half the width of an even distribution of spread 1. */
const EVEN_HALF_WIDTH = Math.sqrt(3);
/** Share of the way to its new target that the eye goes in each frame: a saccade of two to three frames. */
const SACCADE_SHARE = 0.6;
/** A new state is answered by the eyes after at most this, never at once: people finish a look. */
const ANSWER_FRAMES = { least: 1, most: 4 } as const;
/**
 * Behind shut lids the eyes turn down (Riggs, Kelly, Manning and Moore, Blink-related eye movements, 1987). The filmed man's tracked irises do so by this
 * much of an eye width per unit of blink (r 0.93); the model knows blinks in no other way.
 */
const DIP_PER_BLINK = 0.073;

export interface Look {
  /** Iris offset over eye width, + to the image's right and down. */
  x: number;
  y: number;
  /** What a blink adds to y. */
  dip: number;
  /** Where the eyes will rest: what the head follows. */
  restX: number;
  restY: number;
}

export class Gaze {
  readonly #seed: number;
  #fixation = 0;
  #framesLeft = 0;
  #target = { x: 0, y: 0 };
  #x = 0;
  #y = 0;
  #state: ConversationState = 'idle';

  constructor(seed: number) {
    this.#seed = seed;
  }

  /** Where the eyes look in the next frame. */
  next(state: ConversationState, blink: number): Look {
    if (state !== this.#state) this.#hurry();
    this.#state = state;
    if (this.#framesLeft-- <= 0) this.#choose(state);
    this.#x += SACCADE_SHARE * (this.#target.x - this.#x);
    this.#y += SACCADE_SHARE * (this.#target.y - this.#y);
    return { x: this.#x, y: this.#y, dip: DIP_PER_BLINK * blink, restX: this.#target.x, restY: this.#target.y };
  }

  #hurry(): void {
    const share = uniform(this.#seed, this.#fixation, 1, STREAM.gazeTime);
    const within = ANSWER_FRAMES.least + Math.round((ANSWER_FRAMES.most - ANSWER_FRAMES.least) * share);
    this.#framesLeft = Math.min(this.#framesLeft, within);
  }

  #choose(state: ConversationState): void {
    const draw = (stream: number) => uniform(this.#seed, this.#fixation, 0, stream);
    this.#fixation += 1;
    const { onVisitor, spreadX, spreadY, minS, meanExtraS } = GAZE[state];
    const onTarget = draw(STREAM.gazeChoice) < onVisitor;
    const seconds = minS - meanExtraS * Math.log(draw(STREAM.gazeTime));
    const share = onTarget || state === 'thinking' ? 1 : AWAY_SHARE;
    this.#framesLeft = Math.round(share * seconds * FRAME_RATE_HZ);
    const even = (spread: number, stream: number) => spread * EVEN_HALF_WIDTH * (2 * draw(stream) - 1);
    if (onTarget) {
      this.#target = { x: even(FIXATION_JITTER, STREAM.gazeX), y: even(FIXATION_JITTER, STREAM.gazeY) };
      return;
    }
    const centre = state === 'thinking' ? { x: this.#thoughtSide() * THOUGHT.x, y: THOUGHT.y } : { x: 0, y: 0 };
    this.#target = { x: centre.x + even(spreadX, STREAM.gazeX), y: centre.y + even(spreadY, STREAM.gazeY) };
  }

  /** A thinker keeps to the side on which the eyes already are. */
  #thoughtSide(): number {
    if (Math.abs(this.#x) > FIXATION_JITTER * EVEN_HALF_WIDTH) return Math.sign(this.#x);
    return uniform(this.#seed, this.#fixation, 0, STREAM.thought) < 0.5 ? -1 : 1;
  }
}
