// How much of each pixel a polygon covers: exact along a line, eight lines a pixel, even-odd. As models/training/painter/crop.py does.
import { CROP_PX } from './crop-frame.ts';

const LINES_PER_PX = 8;

/**
 * Writes the coverage 0..1 of the polygon over `out` [128 * 128].
 *
 * @param corners landmarks in their order around the polygon
 * @param u, v the landmarks' crop positions
 */
export function coverPolygon(corners: readonly number[], u: Float32Array, v: Float32Array, out: Float32Array): void {
  out.fill(0);
  let top = CROP_PX;
  let bottom = 0;
  for (const corner of corners) {
    top = Math.min(top, v[corner] as number);
    bottom = Math.max(bottom, v[corner] as number);
  }
  const first = Math.max(0, Math.floor(top)) * LINES_PER_PX;
  const last = Math.min(CROP_PX, Math.ceil(bottom)) * LINES_PER_PX;
  const crossings = new Float64Array(corners.length);
  for (let line = first; line < last; line++) {
    const found = crossLine(corners, u, v, (line + 0.5) / LINES_PER_PX, crossings);
    const row = Math.floor(line / LINES_PER_PX) * CROP_PX;
    for (let k = 0; k + 1 < found; k += 2) addSpan(out, row, crossings[k] as number, crossings[k + 1] as number);
  }
  for (let i = (first / LINES_PER_PX) * CROP_PX; i < (last / LINES_PER_PX) * CROP_PX; i++) {
    out[i] = Math.min(1, out[i] as number);
  }
}

/** Where the polygon's edges cross a height, in ascending order; returns how many there are. */
function crossLine(
  corners: readonly number[],
  u: Float32Array,
  v: Float32Array,
  height: number,
  crossings: Float64Array,
): number {
  let found = 0;
  let b = corners.at(-1) as number;
  for (const corner of corners) {
    const a = b;
    b = corner;
    const [av, bv] = [v[a] as number, v[b] as number];
    if (av <= height === bv <= height) continue;
    const au = u[a] as number;
    const crossing = au + ((height - av) / (bv - av)) * ((u[b] as number) - au);
    let at = found++;
    while (at > 0 && (crossings[at - 1] as number) > crossing) crossings[at] = crossings[--at] as number;
    crossings[at] = crossing;
  }
  return found;
}

function addSpan(out: Float32Array, row: number, from: number, to: number): void {
  const left = Math.min(Math.max(from, 0), CROP_PX);
  const right = Math.min(Math.max(to, 0), CROP_PX);
  const last = Math.min(CROP_PX, Math.ceil(right));
  for (let column = Math.floor(left); column < last; column++) {
    const covered = Math.max(0, Math.min(right, column + 1) - Math.max(left, column));
    out[row + column] = (out[row + column] as number) + covered / LINES_PER_PX;
  }
}
