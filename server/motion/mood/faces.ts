// What each emotion looks like: shares of the eight expression rows, and small tendencies of head and gaze.
// Which muscles go with which emotion follows Ekman and Friesen's action units (Facial Action Coding System, 1978; Ekman,
// Friesen and Hager 2002, table 10-1). Jaw and lips' opening are left out of it: they are speech's.

import type { Emotion } from '../../types.ts';

/** The rows of models/motion.expressions.f32, in their order. */
export const EXPRESSION_ROWS = [
  'brow_inner_up', // action unit 1
  'brow_outer_up', // 2
  'brow_down', // 4
  'eye_wide', // 5, below 0 the upper lid droops
  'eye_squint', // 6 and 7
  'smile', // 12
  'frown', // 15
  'nose_sneer', // 9 and 10
] as const;

type ExpressionRow = (typeof EXPRESSION_ROWS)[number];

interface Face {
  rows: Partial<Record<ExpressionRow, number>>;
  /** Added to the head, in radians, + down; and to the gaze, in eye widths, + down. */
  pitch: number;
  gazeY: number;
}

const FACES: Record<Emotion, Face> = {
  neutral: { rows: {}, pitch: 0, gazeY: 0 },
  // 6 + 12
  happy: { rows: { smile: 1, eye_squint: 0.7, brow_outer_up: 0.12 }, pitch: -0.01, gazeY: 0 },
  // 1 + 4 + 15, lids and head down
  sad: {
    rows: { brow_inner_up: 0.9, brow_outer_up: -0.35, brow_down: 0.25, frown: 1, eye_wide: -0.9 },
    pitch: 0.026,
    gazeY: 0.015,
  },
  // 4 + 7 + 10, the chin down
  angry: { rows: { brow_down: 1.1, eye_squint: 0.5, nose_sneer: 0.7, frown: 0.35 }, pitch: 0.02, gazeY: -0.01 },
  // 1 + 2 + 4 + 5, corners drawn (20); the head back
  fearful: {
    rows: { brow_inner_up: 1.2, brow_outer_up: 0.3, brow_down: 0.4, eye_wide: 1.1, frown: 0.6 },
    pitch: -0.02,
    gazeY: 0,
  },
  // 1 + 2 + 5
  surprised: { rows: { brow_inner_up: 0.6, brow_outer_up: 1.15, eye_wide: 1 }, pitch: -0.025, gazeY: 0 },
};

/** Where head and gaze stand behind the rows. */
export const PITCH_AT = EXPRESSION_ROWS.length;
export const GAZE_Y_AT = PITCH_AT + 1;
export const FACE_NUMBERS = GAZE_Y_AT + 1;

/** [10] the rows of each emotion at full strength, then its pitch and gaze. */
const NUMBERS = Object.fromEntries(
  Object.entries(FACES).map(([emotion, { rows, pitch, gazeY }]) => [
    emotion,
    Float32Array.from([...EXPRESSION_ROWS.map((row) => rows[row] ?? 0), pitch, gazeY]),
  ]),
) as Record<Emotion, Float32Array>;

/** [10] the rows of an emotion at full strength, then its pitch and gaze. It is shared: do not write to it. */
export function faceOf(emotion: Emotion): Float32Array {
  return NUMBERS[emotion];
}
