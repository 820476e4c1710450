// What stands where in a motion frame and in the model's conditions. models/manifest.json names each; loading compares the two.

import type { ConversationState } from '../types.ts';

/** Coefficients that the model makes: 24 of the face, 6 of the head, 2 of gaze, 2 of blinks. */
export const COEFFICIENT_COUNT = 34;
/** Behind them in a frame: the expression rows, by which the mood moves the face. */
export const EXPRESSION_COUNT = 8;
export const DRAWN_COUNT = COEFFICIENT_COUNT + EXPRESSION_COUNT;
export const FACE_ROWS = 24;
export const PITCH = 24;
export const YAW = 25;
export const ROLL = 26;
export const TRANSLATE_X = 27;
export const TRANSLATE_Y = 28;
export const TRANSLATE_Z = 29;
export const GAZE_X = 30;
export const GAZE_Y = 31;
export const BLINK_LEFT = 32;

/** Coefficients of the head's pose: three angles, three distances. */
export const POSE_COUNT = 6;

/** Conditions of a frame: 4 states (one-hot), blink, gaze x and y. */
export const CONDITION_COUNT = 7;
export const STATE_CONDITION: Record<ConversationState, number> = { idle: 0, listening: 1, thinking: 2, speaking: 3 };
export const BLINK_CONDITION = 4;
export const GAZE_X_CONDITION = 5;
export const GAZE_Y_CONDITION = 6;

/** Frames that one run may make. */
export const WINDOWS: readonly number[] = [2, 4];
/** Sound after a frame's end that the model hears. */
export const LOOK_AHEAD_MS = 80;
