// What the training videos cannot teach, as a stated random process: when to blink, where to look, how to breathe, and how a
// head wanders over longer than the clips' three seconds.
// Everything follows from (seed, frame, state), so a conversation can be made again, and nothing adds up over hours.

import type { ConversationState } from '../types.ts';
import { FRAME_RATE_HZ } from '../types.ts';
import { uniform } from './noise.ts';

/** Cues of one frame. */
export interface Cues {
  /** 0 open to 1 shut. */
  blink: number;
  /** Iris offset over eye width, + to the image's right and down. */
  gazeX: number;
  gazeY: number;
  /** Added to the head's pose: radians, and height in eye-corner distances (+ down). */
  pitch: number;
  yaw: number;
  roll: number;
  y: number;
}

/** Gives the cues of frames in their order: each call is the next frame. */
export interface Behaviour {
  next(state: ConversationState): Cues;
}

/** Blinks a minute beside the refractory second; people at rest do 10 to 17, in talk up to 26 (Bentivoglio et al. 1997). */
const BLINKS_PER_MINUTE = { idle: 17, listening: 15, thinking: 13, speaking: 25 } as const;
const BLINK_REFRACTORY_FRAMES = FRAME_RATE_HZ;
/** A blink at 25 frames a second: shut in 120 ms, open again in 200 ms. */
const BLINK_SHAPE: readonly number[] = [0.3, 0.85, 1, 0.8, 0.45, 0.2, 0.06];

/** How gaze moves in each state: share of fixations on the visitor, spread elsewhere, and where "elsewhere" is. */
const GAZE = {
  idle: { onVisitor: 0.6, spreadX: 0.07, spreadY: 0.03, awayY: 0 },
  listening: { onVisitor: 0.85, spreadX: 0.04, spreadY: 0.02, awayY: 0 },
  thinking: { onVisitor: 0.15, spreadX: 0.1, spreadY: 0.03, awayY: -0.06 },
  speaking: { onVisitor: 0.75, spreadX: 0.05, spreadY: 0.02, awayY: 0 },
} as const;
const FIXATION_MIN_S = 0.5;
const FIXATION_MEAN_EXTRA_S = 1.3;
/** Even a steady look trembles by this much. */
const FIXATION_JITTER = 0.004;
/** Share of the way to its new target that the eye goes in each frame: a saccade of two to three frames. */
const SACCADE_SHARE = 0.6;

const BREATH_HZ = { base: 0.2, range: 0.08 } as const;
const BREATH_PITCH_RAD = 0.006;
const BREATH_Y = 0.008;
/** Depth of the breath rises and falls over this many breaths, so that it is no machine's. */
const BREATH_SWELL_BREATHS = 5.3;

/** Slow wander of the head: spread in radians, of the size by which the filmed man's pose differs from clip to clip. */
const SWAY_RAD = { pitch: 0.006, yaw: 0.008, roll: 0.004 } as const;
/** Periods of the waves that a wander is made of, in seconds; no common multiple that anybody would notice. */
const SWAY_PERIODS_S: readonly number[] = [5.3, 8.9, 14.7];
/** The head turns after the eyes: radians per eye width of gaze, and the share of the way it goes in a frame. */
const HEAD_AFTER_GAZE_RAD = 0.3;
const HEAD_AFTER_GAZE_SHARE = 0.06;

/** Streams of the noise: 0 and 1 belong to the motion's own. */
const STREAM = { blink: 2, blinkSize: 3, gazeTime: 4, gazeChoice: 5, gazeX: 6, gazeY: 7, breath: 8, sway: 9 } as const;

export function createBehaviour(seed: number): Behaviour {
  const blinks = new Blinks(seed);
  const gaze = new Gaze(seed);
  const breath = breathing(seed);
  const [pitch, yaw, roll] = [sway(seed, 0), sway(seed, 1), sway(seed, 2)];
  const after = { x: 0, y: 0 };
  let frame = 0;
  return {
    next(state) {
      const seconds = frame++ / FRAME_RATE_HZ;
      const { x, y } = gaze.next(state);
      after.x += HEAD_AFTER_GAZE_SHARE * (x - after.x);
      after.y += HEAD_AFTER_GAZE_SHARE * (y - after.y);
      const lift = breath(seconds);
      return {
        blink: blinks.next(state),
        gazeX: x,
        gazeY: y,
        pitch: SWAY_RAD.pitch * pitch(seconds) + HEAD_AFTER_GAZE_RAD * after.y - BREATH_PITCH_RAD * lift,
        yaw: SWAY_RAD.yaw * yaw(seconds) + HEAD_AFTER_GAZE_RAD * after.x,
        roll: SWAY_RAD.roll * roll(seconds),
        y: -BREATH_Y * lift,
      };
    },
  };
}

/** Breath over time, about -1 to 1, + in. */
function breathing(seed: number): (seconds: number) => number {
  const hz = BREATH_HZ.base + BREATH_HZ.range * uniform(seed, 0, 0, STREAM.breath);
  const phase = uniform(seed, 1, 0, STREAM.breath);
  return (seconds) => {
    const breaths = seconds * hz;
    return (0.8 + 0.2 * wave(breaths / BREATH_SWELL_BREATHS)) * wave(breaths + phase);
  };
}

/** A slow wander over time of spread 1, one per axis of the head. */
function sway(seed: number, axis: number): (seconds: number) => number {
  const waves = SWAY_PERIODS_S.map((period, i) => ({
    hz: (0.85 + 0.3 * uniform(seed, axis, i, STREAM.sway)) / period,
    phase: uniform(seed, axis, SWAY_PERIODS_S.length + i, STREAM.sway),
  }));
  const scale = Math.sqrt(2 / waves.length);
  return (seconds) => scale * waves.reduce((sum, { hz, phase }) => sum + wave(seconds * hz + phase), 0);
}

/** A sine by its turns, so that hours of counting lose no precision. */
function wave(turns: number): number {
  return Math.sin(2 * Math.PI * (turns % 1));
}

/** A Poisson process with a refractory time: a chance grows frame by frame until it passes what was drawn for this blink. */
class Blinks {
  readonly #seed: number;
  #count = 0;
  #chance = 0;
  #sinceStart = BLINK_SHAPE.length;

  constructor(seed: number) {
    this.#seed = seed;
  }

  next(state: ConversationState): number {
    this.#sinceStart += 1;
    if (this.#sinceStart > BLINK_REFRACTORY_FRAMES) this.#chance += BLINKS_PER_MINUTE[state] / 60 / FRAME_RATE_HZ;
    const due = -Math.log(uniform(this.#seed, this.#count, 0, STREAM.blink));
    if (this.#sinceStart > BLINK_REFRACTORY_FRAMES && this.#chance > due) {
      this.#count += 1;
      this.#chance = 0;
      this.#sinceStart = 0;
    }
    const size = 0.85 + 0.15 * uniform(this.#seed, this.#count, 0, STREAM.blinkSize);
    return size * (BLINK_SHAPE[this.#sinceStart] ?? 0);
  }
}

/** Fixations of random length on the visitor or beside, and quick movements between them. */
class Gaze {
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

  next(state: ConversationState): { x: number; y: number } {
    if (this.#framesLeft-- <= 0 || state !== this.#state) this.#choose(state);
    this.#state = state;
    this.#x += SACCADE_SHARE * (this.#target.x - this.#x);
    this.#y += SACCADE_SHARE * (this.#target.y - this.#y);
    return { x: this.#x, y: this.#y };
  }

  #choose(state: ConversationState): void {
    const draw = (stream: number) => uniform(this.#seed, this.#fixation, 0, stream);
    this.#fixation += 1;
    const seconds = FIXATION_MIN_S - FIXATION_MEAN_EXTRA_S * Math.log(draw(STREAM.gazeTime));
    this.#framesLeft = Math.round(seconds * FRAME_RATE_HZ);
    const { onVisitor, spreadX, spreadY, awayY } = GAZE[state];
    const side = (share: number) => 2 * share - 1;
    const onTarget = draw(STREAM.gazeChoice) < onVisitor;
    const [widthX, widthY, centreY] = onTarget ? [FIXATION_JITTER, FIXATION_JITTER, 0] : [spreadX, spreadY, awayY];
    this.#target = {
      x: 1.7 * widthX * side(draw(STREAM.gazeX)),
      y: centreY + 1.7 * widthY * side(draw(STREAM.gazeY)),
    };
  }
}
