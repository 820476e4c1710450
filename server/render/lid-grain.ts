// The fine grain of the cheek below an eye, laid out over the shut eye.
import { PICTURE_SIZE_PX } from '../types.ts';
import type { EyeTopology } from './face-topology.ts';
import type { SkinBox } from './lid-membrane.ts';
import type { Rig } from './rig.ts';

/** Grain is what differs from the mean of this radius; differences over so many times the usual one are wrinkles or cracks. */
const RADIUS_PX = 2;
const MOST_OF_USUAL = 1.6;
/** Skin over a ball is smoother than a cheek's. */
const STRENGTH = 0.7;
/** The patch that it is taken from, in eye-corner distances, and how far below the eye's lower skin it begins. */
const PATCH_WIDTH_UNITS = 0.3;
const PATCH_HEIGHT_UNITS = 0.14;
const BELOW_UNITS = 0.03;
/** Knuth's multiplicative hash: the same portrait always has the same grain. */
const SHUFFLE = 2_654_435_761;
const NEIGHBOURS = [
  [0, 0],
  [1, 0],
  [0, 1],
  [1, 1],
] as const;

/** @returns [box] grey levels to be added: values of the patch in another order, as much alike from pixel to pixel as there */
export function cheekGrain(
  rgba: Uint8Array,
  { restX, restY, unitPx }: Rig,
  eye: EyeTopology,
  box: SkinBox,
): Float32Array {
  const patchWidth = Math.max(2, Math.round(PATCH_WIDTH_UNITS * unitPx));
  const patchHeight = Math.max(2, Math.round(PATCH_HEIGHT_UNITS * unitPx));
  const middle = eye.underEye[eye.underEye.length >> 1] as number;
  const left = Math.round((restX[middle] as number) - patchWidth / 2);
  const top = Math.round((restY[middle] as number) + BELOW_UNITS * unitPx);
  const patch = Float32Array.from({ length: patchWidth * patchHeight }, (_, i) => {
    const [column, row] = [left + (i % patchWidth), top + Math.floor(i / patchWidth)];
    return mean(rgba, column, row, 0) - mean(rgba, column, row, RADIUS_PX);
  });
  const sizes = patch.map(Math.abs).sort();
  const most = MOST_OF_USUAL * (sizes[sizes.length >> 1] as number);
  const { width, height } = box;
  const shuffled = Float32Array.from({ length: width * height }, (_, i) => {
    const value = patch[(Math.imul(i + 1, SHUFFLE) >>> 0) % patch.length] as number;
    return Math.max(-most, Math.min(most, value));
  });
  // Grain is some pixels wide: the mean of neighbours, as strong as before.
  return shuffled.map((_, i) => {
    const [column, row] = [i % width, Math.floor(i / width)];
    let sum = 0;
    for (const [right, down] of NEIGHBOURS) {
      const [u, v] = [Math.min(width - 1, column + right), Math.min(height - 1, row + down)];
      sum += shuffled[v * width + u] as number;
    }
    return (STRENGTH * sum) / Math.sqrt(NEIGHBOURS.length);
  });
}

/** Mean grey of the square around a pixel. */
function mean(rgba: Uint8Array, column: number, row: number, radius: number): number {
  const clamp = (value: number) => Math.min(PICTURE_SIZE_PX - 1, Math.max(0, value));
  let sum = 0;
  for (let y = row - radius; y <= row + radius; y++) {
    for (let x = column - radius; x <= column + radius; x++) {
      const at = (clamp(y) * PICTURE_SIZE_PX + clamp(x)) * 4;
      sum += (rgba[at] as number) + (rgba[at + 1] as number) + (rgba[at + 2] as number);
    }
  }
  return sum / (3 * (2 * radius + 1) ** 2);
}
