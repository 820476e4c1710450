// How sharp a portrait is where it matters, as a ratio of fine to coarse contrast, so that light, paint and size do not count.
// After the idea that blur takes the fine from what the coarse still shows (Crété et al. 2007, "The blur effect"); here in bands
// of a face's own size, and with the grain of film and canvas taken off, which is as strong on plain skin as at an eye.
import { blurred, cutPlane, type LumaPlane, quantile } from './luma.ts';

/** Band edges as Gaussian sigmas in eye-corner distances: lashes and lip lines live in the first, eyes and mouth in the second. */
const FINE_UNITS = [0.012, 0.024] as const;
const COARSE_UNITS = [0.06, 0.12] as const;
const EDGE_SHARE = 0.95;
/** The median of grain is doubled to what its strong places reach. */
const GRAIN_FACTOR = 2;

/** Left and right corner of what is drawn: both eyes and the mouth. */
const FEATURES = [
  [33, 133],
  [362, 263],
  [61, 291],
] as const;
/** Around a feature, as shares of its width. */
const FEATURE_REACH_X = 0.65;
const FEATURE_REACH_Y = 0.4;
/** Plain skin: cheeks and forehead. */
const PLAIN = [50, 280, 151, 205, 425] as const;
const PLAIN_REACH_UNITS = 0.06;
/** Room around a feature, so that the blur's border does not show in it. */
const MARGIN_UNITS = 0.25;

/** Side to which a whole picture is compared, and its bands in pixels of it. */
const WHOLE_FINE_PX = [0.8, 1.6] as const;
const WHOLE_COARSE_PX = [8, 16] as const;
const WHOLE_EDGE_SHARE = 0.98;

export interface Sharpness {
  /** Fine contrast of eyes and mouth against their coarse contrast: 0.3 and more is sharp, under 0.15 is blurred. */
  ratio: number;
  /** Grain of plain skin against the features' coarse contrast: a photograph or a canvas has some, a computed skin none. */
  grain: number;
}

/**
 * @param plane the 512x512 cut
 * @param landmarks [478 * 3] in its pixels
 * @param unitPx pixels per eye-corner distance
 */
export function faceSharpness(plane: LumaPlane, landmarks: Float32Array, unitPx: number): Sharpness {
  const fine: number[] = [];
  const coarse: number[] = [];
  const plain: number[] = [];
  const add = (x: number, y: number, reachX: number, reachY: number, isPlain: boolean) => {
    const margin = MARGIN_UNITS * unitPx;
    const part = cutPlane(plane, x - reachX - margin, y - reachY - margin, x + reachX + margin, y + reachY + margin);
    if (part.data.length === 0) return;
    const left = Math.max(0, Math.floor(x - reachX - margin));
    const top = Math.max(0, Math.floor(y - reachY - margin));
    const bands = [band(part, FINE_UNITS, unitPx), ...(isPlain ? [] : [band(part, COARSE_UNITS, unitPx)])];
    for (let row = Math.max(0, Math.round(y - reachY) - top); row <= Math.round(y + reachY) - top; row++) {
      if (row >= part.height) break;
      for (let column = Math.max(0, Math.round(x - reachX) - left); column <= Math.round(x + reachX) - left; column++) {
        if (column >= part.width) break;
        const at = row * part.width + column;
        (isPlain ? plain : fine).push(bands[0]?.[at] ?? 0);
        if (!isPlain) coarse.push(bands[1]?.[at] ?? 0);
      }
    }
  };
  for (const [a, b] of FEATURES) {
    const [ax, ay, bx, by] = [landmarks[a * 3], landmarks[a * 3 + 1], landmarks[b * 3], landmarks[b * 3 + 1]] as [
      number,
      number,
      number,
      number,
    ];
    const width = Math.hypot(ax - bx, ay - by);
    add((ax + bx) / 2, (ay + by) / 2, width * FEATURE_REACH_X, width * FEATURE_REACH_Y, false);
  }
  for (const point of PLAIN) {
    const reach = PLAIN_REACH_UNITS * unitPx;
    add(landmarks[point * 3] as number, landmarks[point * 3 + 1] as number, reach, reach, true);
  }
  const contrast = Math.max(1, quantile(coarse, EDGE_SHARE));
  const grain = quantile(plain, 0.5);
  return {
    ratio: Math.max(0, quantile(fine, EDGE_SHARE) - GRAIN_FACTOR * grain) / contrast,
    grain: grain / contrast,
  };
}

/** The same for a whole picture of about 512 pixels, where no face was found; undefined when it shows hardly anything. */
export function pictureSharpness(plane: LumaPlane): number | undefined {
  const coarse = quantile(band(plane, WHOLE_COARSE_PX, 1), WHOLE_EDGE_SHARE);
  return coarse < MIN_PICTURE_CONTRAST ? undefined : quantile(band(plane, WHOLE_FINE_PX, 1), WHOLE_EDGE_SHARE) / coarse;
}

/** Grey levels of coarse contrast below which a picture shows nothing that could be sharp. */
const MIN_PICTURE_CONTRAST = 6;

/** Amounts of what lies between two blurs. */
function band(plane: LumaPlane, [inner, outer]: readonly [number, number], unitPx: number): Float32Array {
  const a = blurred(plane, inner * unitPx).data;
  const b = blurred(plane, outer * unitPx).data;
  return a.map((value, i) => Math.abs(value - (b[i] as number)));
}
