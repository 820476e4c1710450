// The portrait with its mouth closed: a picture whose landmarks lie at the neutral face, so that at rest no teeth are seen. The face
// mesh carries the skin; between the lips nothing is left.
import { PICTURE_SIZE_PX } from '../types.ts';

/** A picture whose landmarks have moved less than this is left as it is. */
const UNMOVED_PX = 0.5;
/** A triangle is drawn when a corner of it has moved this far. */
const MOVED_PX = 0.02;
/** Pixels whose middle is this little outside a triangle still belong to it, so that none is left out between two. */
const EDGE_SLACK = 1e-3;

/**
 * @param rgba [512 * 512 * 4]
 * @param landmarks [478 * 3] where they are in `rgba`
 * @param neutral [478 * 3] where they shall be
 * @param triangles [3 * n]
 * @returns [512 * 512 * 4]; `rgba` itself where nothing had to move
 */
export function closedPicture(
  rgba: Uint8Array,
  landmarks: Float32Array,
  neutral: Float32Array,
  triangles: Uint16Array,
): Uint8Array {
  const moved = (point: number) =>
    Math.hypot(
      (landmarks[point * 3] as number) - (neutral[point * 3] as number),
      (landmarks[point * 3 + 1] as number) - (neutral[point * 3 + 1] as number),
    );
  if (!landmarks.some((_, i) => i % 3 === 0 && moved(i / 3) > UNMOVED_PX)) return rgba;
  const result = rgba.slice();
  for (let first = 0; first < triangles.length; first += 3) {
    const corners = [...triangles.subarray(first, first + 3)] as [number, number, number];
    if (corners.some((point) => moved(point) > MOVED_PX)) drawTriangle(result, rgba, landmarks, neutral, corners);
  }
  return result;
}

function drawTriangle(
  to: Uint8Array,
  from: Uint8Array,
  source: Float32Array,
  target: Float32Array,
  corners: [number, number, number],
): void {
  const [ax, bx, cx] = corners.map((point) => target[point * 3] as number) as [number, number, number];
  const [ay, by, cy] = corners.map((point) => target[point * 3 + 1] as number) as [number, number, number];
  const [au, bu, cu] = corners.map((point) => source[point * 3] as number) as [number, number, number];
  const [av, bv, cv] = corners.map((point) => source[point * 3 + 1] as number) as [number, number, number];
  const area = (bx - ax) * (cy - ay) - (cx - ax) * (by - ay);
  if (Math.abs(area) < EDGE_SLACK) return;
  const limit = (value: number) => Math.min(PICTURE_SIZE_PX - 1, Math.max(0, value));
  for (let y = limit(Math.floor(Math.min(ay, by, cy) - 0.5)); y <= limit(Math.ceil(Math.max(ay, by, cy) - 0.5)); y++) {
    for (
      let x = limit(Math.floor(Math.min(ax, bx, cx) - 0.5));
      x <= limit(Math.ceil(Math.max(ax, bx, cx) - 0.5));
      x++
    ) {
      const [px, py] = [x + 0.5, y + 0.5];
      const b = ((px - ax) * (cy - ay) - (cx - ax) * (py - ay)) / area;
      const c = ((bx - ax) * (py - ay) - (px - ax) * (by - ay)) / area;
      const a = 1 - b - c;
      if (a < -EDGE_SLACK || b < -EDGE_SLACK || c < -EDGE_SLACK) continue;
      sampleInto(
        to,
        (y * PICTURE_SIZE_PX + x) * 4,
        from,
        a * au + b * bu + c * cu - 0.5,
        a * av + b * bv + c * cv - 0.5,
      );
    }
  }
}

/** Bilinear; whole numbers are the middles of pixels. */
function sampleInto(to: Uint8Array, at: number, from: Uint8Array, u: number, v: number): void {
  const last = PICTURE_SIZE_PX - 1;
  const left = Math.min(last - 1, Math.max(0, Math.floor(u)));
  const top = Math.min(last - 1, Math.max(0, Math.floor(v)));
  const fu = Math.min(1, Math.max(0, u - left));
  const fv = Math.min(1, Math.max(0, v - top));
  const first = (top * PICTURE_SIZE_PX + left) * 4;
  const below = first + PICTURE_SIZE_PX * 4;
  for (let k = 0; k < 3; k++) {
    const upper = (from[first + k] as number) * (1 - fu) + (from[first + 4 + k] as number) * fu;
    const lower = (from[below + k] as number) * (1 - fu) + (from[below + 4 + k] as number) * fu;
    to[at + k] = Math.round(upper * (1 - fv) + lower * fv);
  }
}
