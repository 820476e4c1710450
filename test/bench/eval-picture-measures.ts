// How near two pictures are, and how much fine detail one has.

import { blurred, type LumaPlane } from '../../server/avatar/luma.ts';

const PEAK = 255;
/** Wang, Bovik, Sheikh, Simoncelli 2004, "Image quality assessment": window and constants. */
const SSIM_SIGMA_PX = 1.5;
const SSIM_C1 = (0.01 * PEAK) ** 2;
const SSIM_C2 = (0.03 * PEAK) ** 2;
/** What a blur of this sigma takes away is fine detail: a little above what film at 70 pixels between the eyes still holds. */
const FINE_UNITS = 0.017;

/** Rectangle of a crop in its pixels; right and bottom excluded. */
export interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** Mean squared difference of two equally long rows of numbers. */
export function squaredError(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += ((a[i] as number) - (b[i] as number)) ** 2;
  return sum / a.length;
}

/** Peak signal-to-noise ratio in dB of a mean squared error of 8-bit values; infinite for 0. */
export function decibels(meanSquaredError: number): number {
  return 10 * Math.log10(PEAK ** 2 / meanSquaredError);
}

/** Structural similarity, mean over the plane; 1 for equal planes. */
export function structuralSimilarity(a: LumaPlane, b: LumaPlane): number {
  const blur = (value: (i: number) => number) =>
    blurred({ ...a, data: Float32Array.from(a.data, (_, i) => value(i)) }, SSIM_SIGMA_PX).data;
  const x = (i: number) => a.data[i] as number;
  const y = (i: number) => b.data[i] as number;
  const [mx, my] = [blur(x), blur(y)];
  const [xx, yy, xy] = [blur((i) => x(i) ** 2), blur((i) => y(i) ** 2), blur((i) => x(i) * y(i))];
  let sum = 0;
  for (let i = 0; i < mx.length; i++) {
    const [p, q] = [mx[i] as number, my[i] as number];
    const [varianceX, varianceY, covariance] = [
      (xx[i] as number) - p * p,
      (yy[i] as number) - q * q,
      (xy[i] as number) - p * q,
    ];
    sum +=
      ((2 * p * q + SSIM_C1) * (2 * covariance + SSIM_C2)) /
      ((p * p + q * q + SSIM_C1) * (varianceX + varianceY + SSIM_C2));
  }
  return sum / mx.length;
}

/** Sum over a box of the squared fine detail. @param unitPx pixels of the plane per eye-corner distance */
export function fineEnergy(plane: LumaPlane, unitPx: number, box: Box): number {
  const coarse = blurred(plane, FINE_UNITS * unitPx).data;
  let sum = 0;
  for (let row = Math.max(0, box.top); row < Math.min(plane.height, box.bottom); row++) {
    for (let column = Math.max(0, box.left); column < Math.min(plane.width, box.right); column++) {
      const at = row * plane.width + column;
      sum += ((plane.data[at] as number) - (coarse[at] as number)) ** 2;
    }
  }
  return sum;
}
