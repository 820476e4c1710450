// Lays the lips' inner contour on the line that the portrait shows, and closes a mouth that the portrait shows open.
import { cheapestPath } from './cheapest-path.ts';
import { closedLandmarks, settleOnEdges } from './close-mouth.ts';
import { LIP_LOWER_INNER, LIP_LOWER_ROWS, LIP_UPPER_INNER, LIP_UPPER_ROWS } from './face-mesh.ts';
import { type LipEdges, lipEdges } from './lip-edges.ts';
import type { RgbPicture } from './picture-input.ts';

/** Largest opening (13-14) of a mouth that counts as closed, in eye-corner distances; trackers give closed lips up to 0.025. */
const CLOSED_OPENING_UNITS = 0.028;
/** Lips that are seen apart in less than this share of their width are closed, and the gap is film grain: 0.39; parted 0.79 and more. */
const MIN_WIDTH_APART = 0.6;
const APART_PX = 1;
/** How far from the tracked line the dark line between closed lips is searched. */
const SEARCH_UNITS = 0.035;
/** A moustache hides the line and all around it is dark: there the line is where the lower lip begins, up to this far from the tracked one. */
const MOUSTACHE_SEARCH_UNITS = 0.06;
/** Skin between nose and upper lip is darker than this share of the cheeks: a moustache. With one 0.28; without, 0.57 and more. */
const MOUSTACHE_SHARE = 0.45;
const UNDER_NOSE = [164, 167, 393, 165, 391, 0, 37, 267] as const;
const CHEEKS = [50, 280, 101, 330, 205, 425] as const;
/** Rows on each side of the lower lip's edge that are compared. */
const LIP_EDGE_PX = 2;
/** Price of the line jumping one pixel between neighbouring columns, in grey levels: keeps it smooth. */
const JUMP_PRICE = 6;
/** Price of lying one pixel off the tracked line, in grey levels. */
const DISTANCE_PRICE = 0.8;

interface SettledMouth {
  /** [478 * 3] landmarks with the mouth closed. */
  neutral: Float32Array;
  /** Where the lips of an open mouth are; a closed one has none. */
  edges?: LipEdges;
}

/**
 * Moves the inner lip points of `landmarks` (changed in place), and closes an open mouth.
 *
 * @param landmarks [478 * 3] pixels of `picture`
 * @param unitPx pixels per eye-corner distance
 */
export function settleMouth(picture: RgbPicture, landmarks: Float32Array, unitPx: number): SettledMouth {
  const opening = Math.hypot(x(landmarks, 13) - x(landmarks, 14), y(landmarks, 13) - y(landmarks, 14)) / unitPx;
  if (opening > CLOSED_OPENING_UNITS) {
    const edges = lipEdges(picture, landmarks, unitPx);
    if (widthApart(edges) > MIN_WIDTH_APART) {
      settleOnEdges(landmarks, edges);
      return { neutral: closedLandmarks(landmarks, edges, unitPx), edges };
    }
  }
  snapToLine(picture, landmarks, unitPx);
  return { neutral: landmarks.slice() };
}

function widthApart({ upper, lower }: LipEdges): number {
  return upper.filter((top, c) => (lower[c] as number) - top > APART_PX).length / upper.length;
}

function snapToLine(picture: RgbPicture, landmarks: Float32Array, unitPx: number): void {
  const line = darkLine(picture, landmarks, unitPx);
  for (let i = 0; i < LIP_UPPER_INNER.length; i++) {
    const upper = LIP_UPPER_INNER[i] ?? 0;
    const lower = LIP_LOWER_INNER[i] ?? 0;
    const middleX = (x(landmarks, upper) + x(landmarks, lower)) / 2;
    const lineY = line(middleX);
    const upperShift = lineY - y(landmarks, upper);
    const lowerShift = lineY - y(landmarks, lower);
    moveRows(landmarks, i, LIP_UPPER_ROWS, upperShift);
    if (i > 0 && i < LIP_UPPER_INNER.length - 1) moveRows(landmarks, i, LIP_LOWER_ROWS, lowerShift);
    for (const point of [upper, lower]) {
      landmarks[point * 3] = middleX;
      landmarks[point * 3 + 1] = lineY;
    }
  }
}

function moveRows(
  landmarks: Float32Array,
  column: number,
  rows: readonly { points: readonly number[]; share: number }[],
  shift: number,
): void {
  for (const { points, share } of rows) {
    const index = (points[column] ?? 0) * 3 + 1;
    landmarks[index] = (landmarks[index] ?? 0) + shift * share;
  }
}

/** Height of the dark line between closed lips as a function of x: cheapest path from corner to corner (dynamic programming). */
function darkLine(picture: RgbPicture, landmarks: Float32Array, unitPx: number): (at: number) => number {
  const start = Math.floor(x(landmarks, 78));
  const columns = Math.max(2, Math.ceil(x(landmarks, 308)) - start + 1);
  const isHidden = hasMoustache(picture, landmarks);
  const reach = Math.max(2, Math.round((isHidden ? MOUSTACHE_SEARCH_UNITS : SEARCH_UNITS) * unitPx));
  const rows = 2 * reach + 1;
  const tracked = Array.from({ length: columns }, (_, c) => trackedLine(landmarks, start + c));
  const path = cheapestPath(columns, rows, JUMP_PRICE, (c, r) => {
    const offset = r - reach;
    const row = Math.round((tracked[c] ?? 0) + offset);
    const price = isHidden ? -stepDown(picture, start + c, row) : brightness(picture, start + c, row);
    return price + DISTANCE_PRICE * Math.abs(offset);
  });
  // The middle of the pixel.
  const heights = Float64Array.from(path, (row, c) => Math.round((tracked[c] ?? 0) + row - reach) + 0.5);
  return (at) => smoothed(heights, at - start);
}

function hasMoustache(picture: RgbPicture, landmarks: Float32Array): boolean {
  const typical = (points: readonly number[]) => {
    const found = points.map((point) =>
      brightness(picture, Math.round(x(landmarks, point)), Math.round(y(landmarks, point))),
    );
    return found.sort((a, b) => a - b)[found.length >> 1] ?? 0;
  };
  return typical(UNDER_NOSE) < MOUSTACHE_SHARE * typical(CHEEKS);
}

/** How much brighter the picture becomes below a row. */
function stepDown(picture: RgbPicture, column: number, row: number): number {
  let step = 0;
  for (let k = 1; k <= LIP_EDGE_PX; k++)
    step += brightness(picture, column, row + k) - brightness(picture, column, row + 1 - k);
  return step / LIP_EDGE_PX;
}

/** Mean over five columns, so that whole pixels do not show as steps. */
function smoothed(heights: Float64Array, at: number): number {
  let sum = 0;
  for (let k = -2; k <= 2; k++) {
    const column = Math.min(heights.length - 1, Math.max(0, Math.round(at) + k));
    sum += heights[column] ?? 0;
  }
  return sum / 5;
}

/** Middle between both inner contours at `at`, piecewise linear. */
function trackedLine(landmarks: Float32Array, at: number): number {
  const last = LIP_UPPER_INNER.length - 1;
  for (let i = 1; i <= last; i++) {
    const right = middle(landmarks, i);
    if (at > right.x && i < last) continue;
    const left = middle(landmarks, i - 1);
    const share = Math.min(1, Math.max(0, (at - left.x) / Math.max(1e-3, right.x - left.x)));
    return left.y + (right.y - left.y) * share;
  }
  return middle(landmarks, last).y;
}

function middle(landmarks: Float32Array, column: number): { x: number; y: number } {
  const upper = LIP_UPPER_INNER[column] ?? 0;
  const lower = LIP_LOWER_INNER[column] ?? 0;
  return { x: (x(landmarks, upper) + x(landmarks, lower)) / 2, y: (y(landmarks, upper) + y(landmarks, lower)) / 2 };
}

function brightness(picture: RgbPicture, column: number, row: number): number {
  const px = Math.min(picture.width - 1, Math.max(0, column));
  const py = Math.min(picture.height - 1, Math.max(0, row));
  const at = (py * picture.width + px) * 3;
  return ((picture.data[at] ?? 0) + 2 * (picture.data[at + 1] ?? 0) + (picture.data[at + 2] ?? 0)) / 4;
}

function x(landmarks: Float32Array, point: number): number {
  return landmarks[point * 3] ?? 0;
}

function y(landmarks: Float32Array, point: number): number {
  return landmarks[point * 3 + 1] ?? 0;
}
