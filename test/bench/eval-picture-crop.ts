// The mouth's crop in a picture: the square of the painter's contract, carried by the head's pose, and what is read in it.

import { type LumaPlane, lumaAt } from '../../server/avatar/luma.ts';
import { CROP_PX, CROP_PX_PER_UNIT, cropFrame as squareOf } from '../../server/render/painter/crop-frame.ts';
import { headCentre } from '../../server/render/rig.ts';
import { PICTURE_SIZE_PX, type PreparedAvatar } from '../../server/types.ts';

const CAMERA_DISTANCE_UNITS = 10;
const [LIP_LEFT, LIP_RIGHT] = [61, 291] as const;

/** Picture position of crop coordinates: origin + u * right + v * down; u, v from 0 to 1. */
export interface CropFrame {
  origin: readonly [number, number];
  right: readonly [number, number];
  down: readonly [number, number];
  /** Crop pixels per eye-corner distance. */
  unitPx: number;
}

/** @param coefficients motion of the picture, whose pose carries the crop; at rest when left out */
export function cropFrame(avatar: PreparedAvatar, coefficients?: Float32Array): CropFrame {
  const { neutral } = avatar;
  const depth = ((neutral[LIP_LEFT * 3 + 2] as number) + (neutral[LIP_RIGHT * 3 + 2] as number)) / 2;
  const square = squareOf(neutral);
  const at = (u: number, v: number): [number, number] => {
    const x = square.origin[0] + CROP_PX * (u * square.right[0] - v * square.right[1]);
    const y = square.origin[1] + CROP_PX * (u * square.right[1] + v * square.right[0]);
    return coefficients ? posed(avatar, coefficients, x, y, depth) : [x, y];
  };
  const origin = at(0, 0);
  const [toRight, toBottom] = [at(1, 0), at(0, 1)];
  return {
    origin,
    right: [toRight[0] - origin[0], toRight[1] - origin[1]],
    down: [toBottom[0] - origin[0], toBottom[1] - origin[1]],
    unitPx: CROP_PX_PER_UNIT,
  };
}

/** Where the head's pose takes a point, as the basis was fitted: turned about the head's centre, nearer is larger. */
function posed(avatar: PreparedAvatar, c: Float32Array, x: number, y: number, z: number): [number, number] {
  const [pitch, yaw, roll, moveX, moveY, moveZ] = c.subarray(24, 30) as unknown as number[] as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const centre = headCentre(avatar);
  const size = 1 / (1 + moveZ / CAMERA_DISTANCE_UNITS);
  const [dx, dy, dz] = [x - centre[0], y - centre[1], z - centre[2]];
  const y1 = Math.cos(pitch) * dy - Math.sin(pitch) * dz;
  const z1 = Math.sin(pitch) * dy + Math.cos(pitch) * dz;
  const x2 = Math.cos(yaw) * dx - Math.sin(yaw) * z1;
  return [
    centre[0] + moveX * avatar.unitPx + size * (Math.cos(roll) * x2 - Math.sin(roll) * y1),
    centre[1] + moveY * avatar.unitPx + size * (Math.sin(roll) * x2 + Math.cos(roll) * y1),
  ];
}

/** [128 * 128 * 3] the crop of a picture [512 * 512 * 3], bilinear. */
export function sampleCrop(rgb: Uint8Array, { origin, right, down }: CropFrame): Uint8Array {
  const crop = new Uint8Array(CROP_PX * CROP_PX * 3);
  const last = PICTURE_SIZE_PX - 1.001;
  for (let row = 0; row < CROP_PX; row++) {
    for (let column = 0; column < CROP_PX; column++) {
      const [u, v] = [(column + 0.5) / CROP_PX, (row + 0.5) / CROP_PX];
      const x = Math.min(last, Math.max(0, origin[0] + u * right[0] + v * down[0] - 0.5));
      const y = Math.min(last, Math.max(0, origin[1] + u * right[1] + v * down[1] - 0.5));
      const [fx, fy] = [x % 1, y % 1];
      const from = (Math.floor(y) * PICTURE_SIZE_PX + Math.floor(x)) * 3;
      for (let channel = 0; channel < 3; channel++) {
        const at = (offset: number) => rgb[from + channel + offset] as number;
        const above = at(0) * (1 - fx) + at(3) * fx;
        const below = at(PICTURE_SIZE_PX * 3) * (1 - fx) + at(PICTURE_SIZE_PX * 3 + 3) * fx;
        crop[(row * CROP_PX + column) * 3 + channel] = Math.round(above * (1 - fy) + below * fy);
      }
    }
  }
  return crop;
}

/** Brightness of a crop. */
export function cropLuma(crop: Uint8Array): LumaPlane {
  const data = Float32Array.from({ length: CROP_PX * CROP_PX }, (_, i) => lumaAt(crop, i * 3));
  return { data, width: CROP_PX, height: CROP_PX };
}

/** Crop pixel of a picture position. */
export function toCrop({ origin, right, down }: CropFrame, x: number, y: number): [number, number] {
  const [dx, dy] = [x - origin[0], y - origin[1]];
  const determinant = right[0] * down[1] - right[1] * down[0];
  return [
    (CROP_PX * (dx * down[1] - dy * down[0])) / determinant,
    (CROP_PX * (dy * right[0] - dx * right[1])) / determinant,
  ];
}
