// Guided filter with a colour picture as guide (He, Sun, Tang, "Guided Image Filtering", 2010): a coarse mask takes on the edges of
// the picture, down to locks of hair.
import type { RgbPicture } from './picture-input.ts';

type Planes = [Float32Array, Float32Array, Float32Array];

/**
 * @param mask [width * height] any values
 * @param radiusPx half side of the windows in which the mask is taken for a linear function of the colour
 * @param softness the larger, the less the picture's fine texture counts; variance of colours in 0..1
 * @returns [width * height]; may leave the range of `mask` a little
 */
export function guidedFilter(guide: RgbPicture, mask: Float32Array, radiusPx: number, softness: number): Float32Array {
  const { width, height } = guide;
  const mean = (plane: Float32Array) => boxMean(plane, width, height, radiusPx);
  const colours = [0, 1, 2].map((channel) => channelOf(guide, channel));
  const [r, g, b] = colours as Planes;
  const means = colours.map(mean) as Planes;
  const variance = [
    [r, r],
    [r, g],
    [r, b],
    [g, g],
    [g, b],
    [b, b],
  ].map(([one, other]) => mean(product(one as Float32Array, other as Float32Array)));
  const maskMean = mean(mask);
  const mixed = colours.map((colour) => mean(product(colour, mask))) as Planes;
  const [rr, rg, rb, gg, gb, bb] = variance as [...Planes, ...Planes];
  const slopes = colours.map(() => new Float32Array(mask.length)) as Planes;
  const offset = new Float32Array(mask.length);
  for (let i = 0; i < mask.length; i++) {
    const mr = means[0][i] as number;
    const mg = means[1][i] as number;
    const mb = means[2][i] as number;
    const p = maskMean[i] as number;
    const cr = (mixed[0][i] as number) - mr * p;
    const cg = (mixed[1][i] as number) - mg * p;
    const cb = (mixed[2][i] as number) - mb * p;
    // The symmetric matrix of the window's colours, its cofactors, and the solution by them.
    const s00 = (rr[i] as number) - mr * mr + softness;
    const s01 = (rg[i] as number) - mr * mg;
    const s02 = (rb[i] as number) - mr * mb;
    const s11 = (gg[i] as number) - mg * mg + softness;
    const s12 = (gb[i] as number) - mg * mb;
    const s22 = (bb[i] as number) - mb * mb + softness;
    const i00 = s11 * s22 - s12 * s12;
    const i01 = s12 * s02 - s01 * s22;
    const i02 = s01 * s12 - s11 * s02;
    const i11 = s00 * s22 - s02 * s02;
    const i12 = s02 * s01 - s00 * s12;
    const i22 = s00 * s11 - s01 * s01;
    const determinant = s00 * i00 + s01 * i01 + s02 * i02;
    const sr = (i00 * cr + i01 * cg + i02 * cb) / determinant;
    const sg = (i01 * cr + i11 * cg + i12 * cb) / determinant;
    const sb = (i02 * cr + i12 * cg + i22 * cb) / determinant;
    slopes[0][i] = sr;
    slopes[1][i] = sg;
    slopes[2][i] = sb;
    offset[i] = p - sr * mr - sg * mg - sb * mb;
  }
  const meanSlopes = slopes.map(mean);
  const result = mean(offset);
  for (let k = 0; k < 3; k++) {
    const [slope, colour] = [meanSlopes[k] as Float32Array, colours[k] as Float32Array];
    for (let i = 0; i < result.length; i++)
      result[i] = (result[i] as number) + (slope[i] as number) * (colour[i] as number);
  }
  return result;
}

/** Mean over a square window, cut off at the border; running sums. */
export function boxMean(plane: Float32Array, width: number, height: number, radiusPx: number): Float32Array {
  const rows = new Float32Array(plane.length);
  for (let y = 0; y < height; y++) runningMean(plane, rows, y * width, 1, width, radiusPx);
  const result = new Float32Array(plane.length);
  for (let x = 0; x < width; x++) runningMean(rows, result, x, width, height, radiusPx);
  return result;
}

function runningMean(from: Float32Array, to: Float32Array, start: number, step: number, count: number, radius: number) {
  let sum = 0;
  let held = Math.min(radius, count);
  for (let k = 0; k < held; k++) sum += from[start + k * step] as number;
  for (let k = 0; k < count; k++) {
    if (k + radius < count) {
      sum += from[start + (k + radius) * step] as number;
      held++;
    }
    if (k > radius) {
      sum -= from[start + (k - radius - 1) * step] as number;
      held--;
    }
    to[start + k * step] = sum / held;
  }
}

function channelOf({ data }: RgbPicture, channel: number): Float32Array {
  return Float32Array.from({ length: data.length / 3 }, (_, i) => (data[i * 3 + channel] as number) / 255);
}

function product(a: Float32Array, b: Float32Array): Float32Array {
  return a.map((value, i) => value * (b[i] as number));
}
