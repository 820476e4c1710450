// How the head and the body under it wander over longer than a phrase, how the head turns after the eyes, and the tilt of one
// who thinks. Sizes depend on the state and change slowly.

import type { ConversationState } from '../../types.ts';
import { FRAME_RATE_HZ } from '../../types.ts';
import { Ease } from '../ease.ts';
import type { Look } from './gaze.ts';
import { STREAM } from './streams.ts';
import { wander } from './waves.ts';

/** Head and body: radians, and eye-corner distances (+ right, down, away). */
export interface Pose {
  pitch: number;
  yaw: number;
  roll: number;
  x: number;
  y: number;
  z: number;
}

/**
 * Spread of the wander in a steady state. The model's own head moves by chance too; together with it the speaking head
 * has the filmed man's variance (test/bench/eval-states.ts). Those who listen or think hold stiller than those who idle.
 */
const SWAY: Record<ConversationState, Pose> = {
  idle: { pitch: 0.006, yaw: 0.009, roll: 0.004, x: 0.014, y: 0.004, z: 0.016 },
  listening: { pitch: 0.005, yaw: 0.007, roll: 0.003, x: 0.009, y: 0.003, z: 0.012 },
  thinking: { pitch: 0.005, yaw: 0.006, roll: 0.003, x: 0.009, y: 0.003, z: 0.01 },
  speaking: { pitch: 0.002, yaw: 0.003, roll: 0.001, x: 0.013, y: 0.002, z: 0.013 },
};
const AXES = ['pitch', 'yaw', 'roll', 'x', 'y', 'z'] as const;
/** Rate of the spring that the sizes follow from state to state, radians a second. */
const STATE_RATE = 3;

/** The head turns after the eyes: radians per eye width of gaze, by a spring of this rate. */
const AFTER_GAZE_RAD = { x: 0.2, y: 0.12 } as const;
const AFTER_GAZE_RATE = 4;
/** Tilt of the head per eye width that it looks aside, in thought only. */
const THINKING_TILT_RAD = 0.13;

export class Posture {
  readonly #wanders: ((seconds: number) => number)[];
  readonly #sizes = AXES.map((axis) => new Ease(STATE_RATE, SWAY.idle[axis]));
  readonly #yaw = new Ease(AFTER_GAZE_RATE);
  readonly #pitch = new Ease(AFTER_GAZE_RATE);
  readonly #tilt = new Ease(STATE_RATE);
  #frame = 0;

  constructor(seed: number) {
    this.#wanders = AXES.map((_, channel) => wander(seed, channel, STREAM.sway));
  }

  next(state: ConversationState, look: Look): Pose {
    const seconds = this.#frame++ / FRAME_RATE_HZ;
    const [pitch, yaw, roll, x, y, z] = AXES.map((axis, i) => {
      const size = (this.#sizes[i] as Ease).next(SWAY[state][axis]);
      return size * (this.#wanders[i] as (seconds: number) => number)(seconds);
    }) as [number, number, number, number, number, number];
    return {
      pitch: pitch + this.#pitch.next(AFTER_GAZE_RAD.y * look.restY),
      yaw: yaw + this.#yaw.next(AFTER_GAZE_RAD.x * look.restX),
      roll: roll + this.#tilt.next(state === 'thinking' ? THINKING_TILT_RAD * look.restX : 0),
      x,
      y,
      z,
    };
  }
}
