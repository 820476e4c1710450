// Writes down the motion as it is drawn: distances between mesh points of each picture, for measuring lips and lids.

import type { ConversationState, MotionFrame, PictureStream } from '../types.ts';
import { FRAME_RATE_HZ } from '../types.ts';

/** Pairs of mesh points (MediaPipe face mesh) whose distance is recorded. */
const DISTANCES = {
  lip_opening: [13, 14],
  lip_width: [78, 308],
  jaw: [1, 152],
  eye_left: [159, 145],
  eye_right: [386, 374],
} as const;
/** Outer corners of the eyes: their distance in the neutral face is the unit. */
const UNIT = [33, 263] as const;
/** Pitch, yaw and roll are three coefficients in a row from here on (models/manifest.json). */
const POSE_START = 24;
const DEGREES_PER_RADIAN = 180 / Math.PI;

type DistanceName = keyof typeof DISTANCES;

export interface RecordedFrame extends Record<DistanceName, number> {
  /** Pitch, yaw and roll in degrees. */
  pose: [number, number, number];
  state: ConversationState;
  coefficients: number[];
}

/** Frame k belongs to the sound from k / fps seconds on. */
export interface MotionRecording {
  fps: number;
  frames: RecordedFrame[];
}

/** Measures the frame that `stream` has just drawn. */
export function measureDrawn(frame: MotionFrame, stream: PictureStream): RecordedFrame {
  const unit = distance(stream.neutral, UNIT);
  const measured = Object.fromEntries(
    Object.entries(DISTANCES).map(([name, pair]) => [name, distance(stream.landmarks, pair) / unit]),
  ) as Record<DistanceName, number>;
  const pose = Array.from(
    frame.coefficients.subarray(POSE_START, POSE_START + 3),
    (angle) => angle * DEGREES_PER_RADIAN,
  );
  return {
    ...measured,
    pose: pose as [number, number, number],
    state: frame.state,
    coefficients: Array.from(frame.coefficients),
  };
}

/** Collects the frames of a recording. */
export class MotionRecorder {
  readonly recording: MotionRecording = { fps: FRAME_RATE_HZ, frames: [] };

  add(frame: MotionFrame, stream: PictureStream): void {
    this.recording.frames.push(measureDrawn(frame, stream));
  }
}

/** In the picture's plane and depth: what a turn of the head does not change. */
function distance(points: Float32Array, [a, b]: readonly [number, number]): number {
  let sum = 0;
  for (let axis = 0; axis < 3; axis++) sum += ((points[3 * a + axis] ?? 0) - (points[3 * b + axis] ?? 0)) ** 2;
  return Math.sqrt(sum);
}
