// The portrait's mouth at the crop's scale, with a margin around the crop, resampled once: all that is warped is read from it.
import { PICTURE_SIZE_PX } from '../../types.ts';
import { CROP_PX, type CropFrame } from './crop-frame.ts';

/** Pixels on each side that it shows beyond the crop. */
export const MARGIN_PX = 16;
export const WIDE_PX = CROP_PX + 2 * MARGIN_PX;
/** Reach of the kernel in pixels of the coarser of the two pictures. */
const KERNEL_REACH = 2;

/**
 * [160 * 160] packed RGBA, red in the lowest byte.
 *
 * @param rgba [512 * 512 * 4] the portrait
 */
export function wideReference(rgba: Uint8Array, frame: CropFrame): Int32Array {
  const wide = new Int32Array(WIDE_PX * WIDE_PX);
  const [rightX, rightY] = frame.right;
  const spread = Math.max(1, frame.scale);
  for (let row = 0; row < WIDE_PX; row++) {
    for (let column = 0; column < WIDE_PX; column++) {
      const u = column + 0.5 - MARGIN_PX;
      const v = row + 0.5 - MARGIN_PX;
      const x = frame.origin[0] + u * rightX - v * rightY;
      const y = frame.origin[1] + u * rightY + v * rightX;
      wide[row * WIDE_PX + column] = filtered(rgba, x, y, spread);
    }
  }
  return wide;
}

/** Colour around a position, weighted over `spread` pixels; beyond the border the border is repeated. */
function filtered(rgba: Uint8Array, x: number, y: number, spread: number): number {
  const reach = KERNEL_REACH * spread;
  const [left, right] = [Math.ceil(x - reach - 0.5), Math.floor(x + reach - 0.5)];
  const acrossWeights: number[] = [];
  for (let column = left; column <= right; column++) acrossWeights.push(mitchell((column + 0.5 - x) / spread));
  let red = 0;
  let green = 0;
  let blue = 0;
  let weights = 0;
  for (let row = Math.ceil(y - reach - 0.5); row <= y + reach - 0.5; row++) {
    const downWeight = mitchell((row + 0.5 - y) / spread);
    const start = inside(row) * PICTURE_SIZE_PX;
    for (let column = left; column <= right; column++) {
      const weight = downWeight * (acrossWeights[column - left] as number);
      const at = (start + inside(column)) * 4;
      red += weight * (rgba[at] as number);
      green += weight * (rgba[at + 1] as number);
      blue += weight * (rgba[at + 2] as number);
      weights += weight;
    }
  }
  const level = (sum: number) => Math.min(255, Math.max(0, Math.round(sum / weights)));
  return (255 << 24) | (level(blue) << 16) | (level(green) << 8) | level(red);
}

function inside(index: number): number {
  return Math.min(PICTURE_SIZE_PX - 1, Math.max(0, index));
}

/** Mitchell and Netravali's cubic (1988), B = C = 1/3. */
function mitchell(t: number): number {
  const x = Math.abs(t);
  if (x < 1) return (7 * x * x * x - 12 * x * x + 16 / 3) / 6;
  if (x < 2) return ((-7 / 3) * x * x * x + 12 * x * x - 20 * x + 32 / 3) / 6;
  return 0;
}
