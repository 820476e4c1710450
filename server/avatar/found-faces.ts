// What a find of the face finder is worth, and where it is: shared by the steps that choose a face.
import type { FaceBox } from '../errors.ts';
import type { FoundFace } from './face-finder.ts';
import { EYE_CORNERS } from './face-mesh.ts';
import type { RgbPicture } from './picture-input.ts';

/**
 * Below these scores a find is no face. Weakest true portrait: box 0.67, mesh 0.995; a rocket reaches 0.35 and 0.68, a picture
 * blurred beyond recognition 0.68 and 0.67 (on a collar).
 */
const MIN_BOX_SCORE = 0.5;
const MIN_MESH_SCORE = 0.9;
/** A face with hair, seen from its eyes' middle, in eye-corner distances: for boxes that people choose from. */
const BOX_HALF_WIDTH_UNITS = 1;
const BOX_ABOVE_UNITS = 1.1;
const BOX_BELOW_UNITS = 1.5;

/** Where a face is and how large, in pixels of the picture. */
export interface FacePlace {
  x: number;
  y: number;
  /** Distance of the outer eye corners, depth included. */
  eyeDistancePx: number;
}

export function isFace(face: FoundFace): boolean {
  return face.boxScore >= MIN_BOX_SCORE && face.meshScore >= MIN_MESH_SCORE;
}

/** `x`, `y`: the middle between the eyes. */
export function placeOf({ landmarks }: FoundFace): FacePlace {
  const [a, b] = EYE_CORNERS.map((point) => landmarks.subarray(point * 3, point * 3 + 3)) as [
    Float32Array,
    Float32Array,
  ];
  const middle = [0, 1].map((axis) => ((a[axis] ?? 0) + (b[axis] ?? 0)) / 2) as [number, number];
  const eyeDistancePx = Math.hypot(...[0, 1, 2].map((axis) => (a[axis] ?? 0) - (b[axis] ?? 0)));
  return { x: middle[0], y: middle[1], eyeDistancePx };
}

/** Degrees by which the line of the eyes is turned in the picture, clockwise. */
export function rollOf({ landmarks }: FoundFace): number {
  const [a, b] = EYE_CORNERS;
  const dx = (landmarks[b * 3] ?? 0) - (landmarks[a * 3] ?? 0);
  const dy = (landmarks[b * 3 + 1] ?? 0) - (landmarks[a * 3 + 1] ?? 0);
  return (Math.atan2(dy, dx) * 180) / Math.PI;
}

export function boxOf({ x, y, eyeDistancePx }: FacePlace, { width, height }: RgbPicture): FaceBox {
  const left = Math.max(0, x - BOX_HALF_WIDTH_UNITS * eyeDistancePx);
  const right = Math.min(width, x + BOX_HALF_WIDTH_UNITS * eyeDistancePx);
  const top = Math.max(0, y - BOX_ABOVE_UNITS * eyeDistancePx);
  const bottom = Math.min(height, y + BOX_BELOW_UNITS * eyeDistancePx);
  return { left: left / width, top: top / height, width: (right - left) / width, height: (bottom - top) / height };
}
