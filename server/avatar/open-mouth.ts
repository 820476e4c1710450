// Lays the inner lip points of a mouth that the portrait shows open on the edge between lips and teeth: the tracker is often some
// pixels off, and what it takes for lip would stay as a row of teeth when the mouth is closed.
import { LIP_LOWER_INNER, LIP_LOWER_ROWS, LIP_PATCHES, LIP_UPPER_INNER, LIP_UPPER_ROWS } from './face-mesh.ts';
import type { RgbPicture } from './picture-input.ts';

/** How far outside the tracked contour the edge is looked for, in eye-corner distances. */
const OUTSIDE_UNITS = 0.06;
/** And as a share of that inside. */
const INSIDE_SHARE = 0.25;
/** Nor farther than this share of the gap: at the corners other edges are near. */
const OUTSIDE_GAP_SHARE = 0.35;
/** Lips must differ from what is between them by this much, else the tracker is believed. */
const MIN_CONTRAST = 0.08;
/** How much brightness (0..1) tells of teeth, against redness (0..1) of lips. */
const BRIGHTNESS_WEIGHT = 0.4;
/** Pixels on each side of an edge that are compared. */
const EDGE_PX = 3;
/** Price of an edge one pixel away from the tracked contour. */
const DISTANCE_PRICE = 0.008;
/** The hue of what is darker than this (0..255) is noise. */
const MIN_LIGHT = 40;
/** Rather a pixel of lip lost than a pixel of teeth kept. */
const MARGIN_PX = 1;

/** Moves inner lip points and the rows beside them, in place. @param landmarks [478 * 3] pixels of `picture` */
export function settleOpenLips(picture: RgbPicture, landmarks: Float32Array, unitPx: number): void {
  const lips = LIP_PATCHES.map((point) => lipLikeness(picture, x(landmarks, point), y(landmarks, point)));
  const between = columns().map((i) => {
    const [upper, lower] = [LIP_UPPER_INNER[i] as number, LIP_LOWER_INNER[i] as number];
    const middleX = (x(landmarks, upper) + x(landmarks, lower)) / 2;
    return lipLikeness(picture, middleX, (y(landmarks, upper) + y(landmarks, lower)) / 2);
  });
  if (median(lips) - median(between) < MIN_CONTRAST) return;
  const reaches = columns().map((i) => {
    const gap = y(landmarks, LIP_LOWER_INNER[i] as number) - y(landmarks, LIP_UPPER_INNER[i] as number);
    return (
      Math.round(Math.min(OUTSIDE_UNITS * unitPx, OUTSIDE_GAP_SHARE * Math.max(0, gap))) * (isNearCorner(i) ? 0 : 1)
    );
  });
  for (const [contour, rows, direction] of [
    [LIP_UPPER_INNER, LIP_UPPER_ROWS, -1],
    [LIP_LOWER_INNER, LIP_LOWER_ROWS, 1],
  ] as const) {
    const shifts = columns().map((i) =>
      edgeShift(picture, landmarks, contour[i] as number, direction, reaches[i - 1] as number),
    );
    for (const i of columns()) {
      const reach = reaches[i - 1] as number;
      const most = reach === 0 ? 0 : reach + MARGIN_PX;
      const shift = Math.min(most, Math.max(-most, steady(shifts, i - 1)));
      move(landmarks, contour[i] as number, shift);
      for (const row of rows) move(landmarks, row.points[i] as number, shift * row.share);
    }
  }
}

/** Indices of the contour's points without its corners. */
function columns(): number[] {
  return Array.from({ length: LIP_UPPER_INNER.length - 2 }, (_, i) => i + 1);
}

/** Beside a corner the dark of the cheek makes edges of its own. */
function isNearCorner(column: number): boolean {
  return column === 1 || column === LIP_UPPER_INNER.length - 2;
}

/** Pixels down from the tracked point to where lips begin, seen from between them: the strongest step within reach. */
function edgeShift(
  picture: RgbPicture,
  landmarks: Float32Array,
  point: number,
  direction: 1 | -1,
  reachPx: number,
): number {
  const at = (off: number) => lipLikeness(picture, x(landmarks, point), y(landmarks, point) + off * direction);
  let best = 0;
  let bestStep = Number.NEGATIVE_INFINITY;
  for (let off = -Math.round(reachPx * INSIDE_SHARE); off <= reachPx; off++) {
    let step = -DISTANCE_PRICE * Math.abs(off);
    for (let k = 0; k < EDGE_PX; k++) step += (at(off + k) - at(off - 1 - k)) / EDGE_PX;
    if (step > bestStep) {
      bestStep = step;
      best = off;
    }
  }
  return (best + MARGIN_PX) * direction;
}

/** Median of a value and its neighbours: one column that fell into a highlight must not dent the lip. */
function steady(values: number[], index: number): number {
  return median([-1, 0, 1].map((step) => values[Math.min(values.length - 1, Math.max(0, index + step))] as number));
}

function move(landmarks: Float32Array, point: number, down: number): void {
  landmarks[point * 3 + 1] = y(landmarks, point) + down;
}

/** Red and dim as lips are, against white teeth; mean of three pixels side by side. */
function lipLikeness(picture: RgbPicture, centreX: number, centreY: number): number {
  const row = Math.min(picture.height - 1, Math.max(0, Math.floor(centreY)));
  let [red, rest] = [0, 0];
  for (let column = Math.floor(centreX) - 1; column <= Math.floor(centreX) + 1; column++) {
    const at = (row * picture.width + Math.min(picture.width - 1, Math.max(0, column))) * 3;
    red += (picture.data[at] as number) / 3;
    rest += ((picture.data[at + 1] as number) + (picture.data[at + 2] as number)) / 6;
  }
  const light = (red + 2 * rest) / 3;
  return (red - rest) / Math.max(MIN_LIGHT, light) - (BRIGHTNESS_WEIGHT * light) / 255;
}

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] as number;
}

function x(landmarks: Float32Array, point: number): number {
  return landmarks[point * 3] as number;
}

function y(landmarks: Float32Array, point: number): number {
  return landmarks[point * 3 + 1] as number;
}
