// The edges of lips that the portrait shows apart: for each column of pixels, where the upper lip ends and the lower one begins. The
// tracker is up to some pixels off, and at the corners it leaves out the dark beside the teeth.

import { cheapestPath } from './cheapest-path.ts';
import { LIP_LOWER_INNER, LIP_UPPER_INNER, MOUTH_CORNERS } from './face-mesh.ts';
import { blurred, type LumaPlane } from './luma.ts';
import type { RgbPicture } from './picture-input.ts';

/** How far from the tracked contour the edge is looked for, in eye-corner distances: away from the other lip, and towards it. */
const UPPER_OUTWARDS_UNITS = 0.025;
const LOWER_OUTWARDS_UNITS = 0.045;
const INWARDS_UNITS = 0.035;
/** Price of the edge jumping by a pixel between neighbouring columns, and of lying a pixel off the tracked contour. */
const JUMP_PRICE = 0.2;
const DISTANCE_PRICE = 0.12;
/** Price of a pixel unlike a lip outside the edge, and of one like a lip within. */
const WRONG_SIDE_PRICE = 0.12;
/** Towards the corners of the mouth, over this share of its width, lips that are apart come together. */
const CORNER_SHARE = 0.1;
/** Pixels on each side of an edge that are compared. */
const EDGE_PX = 3;
/** Differences from the lip's colour that count as whole: share of its brightness, and of redness (0..1). */
const LIGHT_SCALE = 0.45;
const REDNESS_SCALE = 0.16;
/** Teeth in shade are down to this much darker than lips, in `LIGHT_SCALE`s; darker still, redness tells nothing. */
const SHADED_TEETH = -0.9;
/** The hue of what is darker than this (0..255) is noise. */
const MIN_LIGHT = 40;
/** Film grain must not look like teeth. */
const CALM_SIGMA_PX = 1.5;
/** Where less than this is seen between the lips, they touch. */
const GAP_FROM = 0.3;
/** Columns over which the edges are averaged. */
const SMOOTH_PX = 4;
/** Rather a little lip lost than a little of teeth kept. */
const MARGIN_PX = 2;
const UPPER_LIP_MIDDLE = [0, 37, 267, 11, 72, 302] as const;
const LOWER_LIP_MIDDLE = [16, 17, 85, 315, 84, 314] as const;

export interface LipEdges {
  /** Column of the first value. */
  start: number;
  /** Rows where the upper lip ends and the lower lip begins; equal where they touch. */
  upper: Float64Array;
  lower: Float64Array;
}

/**
 * @param landmarks [478 * 3] pixels of `picture`
 * @param unitPx pixels per eye-corner distance
 */
export function lipEdges(picture: RgbPicture, landmarks: Float32Array, unitPx: number): LipEdges {
  const x = (point: number) => landmarks[point * 3] as number;
  const start = Math.floor(x(MOUTH_CORNERS[0]));
  const columns = Math.max(2, Math.ceil(x(MOUTH_CORNERS[1])) - start + 1);
  const tracked = [LIP_UPPER_INNER, LIP_LOWER_INNER].map((contour) => {
    const line = [MOUTH_CORNERS[0], ...contour, MOUTH_CORNERS[1]];
    return Float64Array.from({ length: columns }, (_, c) => heightAt(landmarks, line, start + c + 0.5));
  }) as [Float64Array, Float64Array];
  const colours = new LipColours(picture);
  const [upper, lower] = (
    [
      [tracked[0], UPPER_LIP_MIDDLE, -1],
      [tracked[1], LOWER_LIP_MIDDLE, 1],
    ] as const
  ).map(([line, lip, outwards]) => {
    const unlike = colours.unlike(lip.map((point) => [x(point), landmarks[point * 3 + 1] as number] as const));
    return edge(line, unlike, start, outwards, unitPx);
  }) as [Float64Array, Float64Array];
  const unlike = colours.unlike(
    [...UPPER_LIP_MIDDLE, ...LOWER_LIP_MIDDLE].map((point) => [x(point), landmarks[point * 3 + 1] as number] as const),
  );
  for (let c = 0; c < columns; c++) {
    const [top, bottom] = [upper[c] as number, lower[c] as number];
    let seen = 0;
    for (let row = Math.ceil(top); row < bottom; row++) seen = Math.max(seen, unlike(start + c, row));
    if (bottom - top > 1 && seen > GAP_FROM) {
      const fromCorner = Math.min(c + 0.5, columns - c - 0.5) / (CORNER_SHARE * columns);
      const half = ((bottom - top) / 2 + MARGIN_PX) * Math.min(1, fromCorner);
      upper[c] = (top + bottom) / 2 - half;
      lower[c] = (top + bottom) / 2 + half;
    } else {
      upper[c] = (top + bottom) / 2;
      lower[c] = (top + bottom) / 2;
    }
  }
  return { start, upper: smoothed(upper), lower: smoothed(lower) };
}

/** The strongest step from what is between the lips to lip, followed from corner to corner. */
function edge(
  tracked: Float64Array,
  unlike: (column: number, row: number) => number,
  start: number,
  outwards: 1 | -1,
  unitPx: number,
): Float64Array {
  const inwards = Math.max(1, Math.round(INWARDS_UNITS * unitPx));
  const rows =
    inwards + Math.max(2, Math.round((outwards < 0 ? UPPER_OUTWARDS_UNITS : LOWER_OUTWARDS_UNITS) * unitPx)) + 1;
  const path = cheapestPath(tracked.length, rows, JUMP_PRICE, (c, r) => {
    const off = r - inwards;
    const at = (step: number) => unlike(start + c, Math.round((tracked[c] as number) + outwards * (off + step) - 0.5));
    let step = 0;
    for (let k = 0; k < EDGE_PX; k++) step += (at(-1 - k) - at(k)) / EDGE_PX;
    let wrong = 0;
    for (let k = -r; k < rows - r; k++) wrong += k < 0 ? 1 - at(k) : at(k);
    return DISTANCE_PRICE * Math.abs(off) + WRONG_SIDE_PRICE * wrong - step;
  });
  return tracked.map((height, c) => height + outwards * ((path[c] as number) - inwards));
}

/** Brightness and redness of a picture, and how unlike a lip a pixel is: teeth are white, the dark beside them is black. */
class LipColours {
  readonly #light: LumaPlane;
  readonly #redness: Float32Array;

  constructor({ data, width, height }: RgbPicture) {
    const plane = (channel: number) =>
      blurred(
        {
          data: Float32Array.from({ length: width * height }, (_, i) => data[i * 3 + channel] as number),
          width,
          height,
        },
        CALM_SIGMA_PX,
      ).data;
    const [red, green, blue] = [plane(0), plane(1), plane(2)];
    const light = red.map((value, i) => (value + (green[i] as number) + (blue[i] as number)) / 3);
    this.#light = { data: light, width, height };
    this.#redness = red.map(
      (value, i) =>
        (value - ((green[i] as number) + (blue[i] as number)) / 2) / Math.max(MIN_LIGHT, light[i] as number),
    );
  }

  /** @param places of lip; returns 0 for a pixel like them .. 1 for one that is none */
  unlike(places: (readonly [number, number])[]): (column: number, row: number) => number {
    const index = (x: number, y: number) => {
      const { width, height } = this.#light;
      return Math.min(height - 1, Math.max(0, y)) * width + Math.min(width - 1, Math.max(0, x));
    };
    const found = places.map(([x, y]) => index(Math.floor(x), Math.floor(y)));
    const lipLight = median(found.map((i) => this.#light.data[i] as number));
    const lipRedness = median(found.map((i) => this.#redness[i] as number));
    return (column, row) => {
      const i = index(column, row);
      const light = ((this.#light.data[i] as number) - lipLight) / (LIGHT_SCALE * Math.max(1, lipLight));
      const redness = Math.min(0, (this.#redness[i] as number) - lipRedness) / REDNESS_SCALE;
      return Math.min(1, light * light + (light > SHADED_TEETH ? redness * redness : 0));
    };
  }
}

/** Height of a line of landmarks, from left to right, at a column. */
function heightAt(landmarks: Float32Array, line: readonly number[], column: number): number {
  for (let i = 1; i < line.length; i++) {
    const [left, right] = [line[i - 1] as number, line[i] as number];
    const [x0, x1] = [landmarks[left * 3] as number, landmarks[right * 3] as number];
    if (column > x1 && i < line.length - 1) continue;
    const share = Math.min(1, Math.max(0, (column - x0) / Math.max(1e-3, x1 - x0)));
    return (landmarks[left * 3 + 1] as number) * (1 - share) + (landmarks[right * 3 + 1] as number) * share;
  }
  return 0;
}

function smoothed(values: Float64Array): Float64Array {
  return values.map((_, c) => {
    let sum = 0;
    for (let k = -SMOOTH_PX; k <= SMOOTH_PX; k++)
      sum += values[Math.min(values.length - 1, Math.max(0, c + k))] as number;
    return sum / (2 * SMOOTH_PX + 1);
  });
}

function median(values: number[]): number {
  const sorted = values.sort((a, b) => a - b);
  return sorted[sorted.length >> 1] as number;
}
