// How a frame's state and cues reach its motion: as conditions of the model, and as what is added to its frames after it.

import type { ConversationState } from '../types.ts';
import type { Cues } from './behaviour/index.ts';
import {
  BLINK_CONDITION,
  CONDITION_COUNT,
  GAZE_X,
  GAZE_X_CONDITION,
  GAZE_Y,
  GAZE_Y_CONDITION,
  PITCH,
  ROLL,
  STATE_CONDITION,
  TRANSLATE_X,
  TRANSLATE_Y,
  TRANSLATE_Z,
  YAW,
} from './layout.ts';

/** The filmed man's gaze stayed within this (1 to 99 %): the model is told no more, and what is beyond is added to its frames. */
const GAZE_RANGE = { x: [-0.03, 0.03], y: [-0.02, 0.08] } as const;

/**
 * The model's conditions of a window, [frames, CONDITION_COUNT].
 *
 * @param cues none of the frames', or each frame's
 */
export function conditionsOf(states: readonly ConversationState[], cues: readonly Cues[]): Float32Array {
  const conditions = new Float32Array(states.length * CONDITION_COUNT);
  for (const [i, state] of states.entries()) {
    const at = i * CONDITION_COUNT;
    conditions[at + STATE_CONDITION[state]] = 1;
    const cue = cues[i];
    if (!cue) continue;
    conditions[at + BLINK_CONDITION] = cue.blink;
    conditions[at + GAZE_X_CONDITION] = withinRange(cue.gazeX, 'x');
    conditions[at + GAZE_Y_CONDITION] = withinRange(cue.gazeY, 'y');
  }
  return conditions;
}

function withinRange(gaze: number, axis: 'x' | 'y'): number {
  const [low, high] = GAZE_RANGE[axis];
  return Math.max(low, Math.min(high, gaze));
}

/** Adds breath, sway, nods and beat, and the part of a far look that the model was not told. */
export function addBeyondTheModel(coefficients: Float32Array, cues: Cues): void {
  const add = (index: number, amount: number) => {
    coefficients[index] = (coefficients[index] ?? 0) + amount;
  };
  add(GAZE_X, cues.gazeX - withinRange(cues.gazeX, 'x'));
  add(GAZE_Y, cues.gazeY - withinRange(cues.gazeY, 'y') + cues.glanceY);
  add(PITCH, cues.pitch);
  add(YAW, cues.yaw);
  add(ROLL, cues.roll);
  add(TRANSLATE_X, cues.x);
  add(TRANSLATE_Y, cues.y);
  add(TRANSLATE_Z, cues.z);
}
