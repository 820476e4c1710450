// Closes a mouth that the portrait shows open: lips are brought together in the picture, the skin around them follows, nothing that
// was between them stays; landmarks go with it.
import { PICTURE_SIZE_PX } from '../types.ts';
import { LIP_LOWER_INNER, LIP_LOWER_ROWS, LIP_UPPER_INNER, LIP_UPPER_ROWS, UPPER_LIP } from './face-mesh.ts';
import type { LipEdges } from './lip-edges.ts';

/** The lower lip closes most of the gap, as the jaw does; a raised upper lip stays as it is. More, or skin that follows from farther, makes
 * another person of who smiles: faces are told apart by it. */
const UPPER_SHARE = 0.15;
/** The skin around the lips follows their closing, less with the distance: in eye-corner distances. */
const FOLLOW_UNITS = 0.2;
/** Beyond so many of them nothing moves. */
const FOLLOW_REACH = 2.6;
const MOUTH_INNER_CORNERS = [78, 308] as const;
const INVERSE_ROUNDS = 6;
/** The line between closed lips lies in shade: half its height in eye-corner distances, and how much light it takes at most. */
const LINE_UNITS = 0.011;
const LINE_SHADE = 0.4;
/** A gap of this many pixels gives the whole shade. */
const WHOLE_SHADE_PX = 8;
/** Lips meet in a calm line: the mean over so many columns on each side, wholly where they were this far apart. */
const CALM_COLUMNS = 10;
const CALM_WHOLE_PX = 6;

/** Lays inner lip points, and the rows beside them, on the edges that the picture shows. In place; both contours get the same columns. */
export function settleOnEdges(landmarks: Float32Array, edges: LipEdges): void {
  for (let i = 1; i < LIP_UPPER_INNER.length - 1; i++) {
    const [upper, lower] = [LIP_UPPER_INNER[i] as number, LIP_LOWER_INNER[i] as number];
    const column = ((landmarks[upper * 3] as number) + (landmarks[lower * 3] as number)) / 2;
    for (const [point, rows, heights] of [
      [upper, LIP_UPPER_ROWS, edges.upper],
      [lower, LIP_LOWER_ROWS, edges.lower],
    ] as const) {
      const shift = valueAt(heights, edges.start, column) - (landmarks[point * 3 + 1] as number);
      landmarks[point * 3] = column;
      landmarks[point * 3 + 1] = (landmarks[point * 3 + 1] as number) + shift;
      for (const row of rows) {
        const at = (row.points[i] as number) * 3 + 1;
        landmarks[at] = (landmarks[at] as number) + shift * row.share;
      }
    }
  }
  for (const corner of MOUTH_INNER_CORNERS)
    landmarks[corner * 3 + 1] = gapAt(edges, landmarks[corner * 3] as number).line;
}

/** @returns [478 * 3] the landmarks with the lips closed */
export function closedLandmarks(landmarks: Float32Array, edges: LipEdges, unitPx: number): Float32Array {
  const neutral = landmarks.slice();
  const upperLip = new Set<number>(UPPER_LIP);
  const inner = new Set<number>([...LIP_UPPER_INNER, ...LIP_LOWER_INNER]);
  for (let point = 0; point < landmarks.length / 3; point++) {
    const [x, y] = [landmarks[point * 3] as number, landmarks[point * 3 + 1] as number];
    const { top, bottom, line } = gapAt(edges, x);
    if (bottom - top === 0) continue;
    const isAbove = upperLip.has(point) || y < line;
    if (inner.has(point)) neutral[point * 3 + 1] = line;
    else if (isAbove) neutral[point * 3 + 1] = y + (line - top) * following(top - y, unitPx);
    else neutral[point * 3 + 1] = y - (bottom - line) * following(y - bottom, unitPx);
  }
  return neutral;
}

/**
 * @param rgba [512 * 512 * 4]
 * @returns [512 * 512 * 4] the picture with the lips closed
 */
export function closedPicture(rgba: Uint8Array, edges: LipEdges, unitPx: number): Uint8Array {
  const result = rgba.slice();
  const size = PICTURE_SIZE_PX;
  const reach = FOLLOW_REACH * FOLLOW_UNITS * unitPx;
  for (let c = 0; c < edges.upper.length; c++) {
    const x = edges.start + c;
    const { top, bottom, line } = gapAt(edges, x + 0.5);
    if (bottom - top < 1e-3 || x < 0 || x >= size) continue;
    const shade = LINE_SHADE * Math.min(1, (bottom - top) / WHOLE_SHADE_PX);
    for (let row = Math.max(0, Math.floor(top - reach)); row < Math.min(size, bottom + reach); row++) {
      const y = row + 0.5;
      let from = y;
      for (let k = 0; k < INVERSE_ROUNDS; k++) {
        from =
          y < line
            ? Math.min(top, y - (line - top) * following(top - from, unitPx))
            : Math.max(bottom, y + (bottom - line) * following(from - bottom, unitPx));
      }
      const off = (y - line) / (LINE_UNITS * unitPx);
      sampleColumn(result, rgba, x, row, from - 0.5, 1 - shade * Math.exp(-off * off));
    }
  }
  return result;
}

interface Gap {
  top: number;
  bottom: number;
  /** Where the lips meet. */
  line: number;
}

function gapAt({ start, upper, lower }: LipEdges, x: number): Gap {
  if (x < start || x > start + upper.length) return { top: 0, bottom: 0, line: 0 };
  const meeting = (column: number) => {
    const [top, bottom] = [valueAt(upper, start, column), valueAt(lower, start, column)];
    return { top, bottom, line: top + UPPER_SHARE * (bottom - top) };
  };
  const { top, bottom, line } = meeting(x);
  let sum = 0;
  for (let k = -CALM_COLUMNS; k <= CALM_COLUMNS; k++) sum += meeting(x + k).line;
  const calm = sum / (2 * CALM_COLUMNS + 1);
  return { top, bottom, line: line + (calm - line) * Math.min(1, (bottom - top) / CALM_WHOLE_PX) };
}

function following(distancePx: number, unitPx: number): number {
  return Math.exp(-((Math.max(0, distancePx) / (FOLLOW_UNITS * unitPx)) ** 2));
}

/** Value k belongs to the middle of column start + k. */
function valueAt(values: Float64Array, start: number, x: number): number {
  const place = Math.min(values.length - 1, Math.max(0, x - start - 0.5));
  const left = Math.floor(place);
  const right = Math.min(values.length - 1, left + 1);
  return (values[left] as number) + (place - left) * ((values[right] as number) - (values[left] as number));
}

function sampleColumn(to: Uint8Array, from: Uint8Array, x: number, row: number, source: number, light: number): void {
  const last = PICTURE_SIZE_PX - 1;
  const v = Math.min(last, Math.max(0, source));
  const upper = (Math.floor(v) * PICTURE_SIZE_PX + x) * 4;
  const lower = (Math.min(last, Math.floor(v) + 1) * PICTURE_SIZE_PX + x) * 4;
  const share = v - Math.floor(v);
  for (let k = 0; k < 3; k++) {
    const value = (from[upper + k] as number) * (1 - share) + (from[lower + k] as number) * share;
    to[(row * PICTURE_SIZE_PX + x) * 4 + k] = Math.round(value * light);
  }
}
