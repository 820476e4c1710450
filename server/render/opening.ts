// The opening between two contours (lips, lids): for each column of pixels, where it begins and ends, smooth between the mesh's points.
import { PICTURE_SIZE_PX } from '../types.ts';

/** Contours must run from left to right for columns to cross them once; a turned head may fold them at the corners. */
const MIN_STEP_PX = 0.25;

export class Opening {
  /** First and one past the last column. */
  left = 0;
  right = 0;
  /** [512] height of the upper and the lower contour in the middle of each column, valid from left to right. */
  readonly top = new Float32Array(PICTURE_SIZE_PX);
  readonly bottom = new Float32Array(PICTURE_SIZE_PX);
  /** Largest height of the opening, in pixels. */
  height = 0;
  readonly #upper: readonly number[];
  readonly #lower: readonly number[];
  readonly #pointX: Float64Array;
  readonly #pointY: Float64Array;
  readonly #slope: Float64Array;

  /** Contours as landmark numbers from the image's left to its right, both with the same corners. */
  constructor(upper: readonly number[], lower: readonly number[]) {
    this.#upper = upper;
    this.#lower = lower;
    this.#pointX = new Float64Array(upper.length);
    this.#pointY = new Float64Array(upper.length);
    this.#slope = new Float64Array(upper.length);
  }

  /** @param x, y [vertices] positions in pixels */
  measure(x: Float32Array, y: Float32Array): void {
    this.#trace(this.#upper, x, y, this.top);
    this.#trace(this.#lower, x, y, this.bottom);
    this.height = 0;
    for (let column = this.left; column < this.right; column++) {
      this.height = Math.max(this.height, (this.bottom[column] as number) - (this.top[column] as number));
    }
  }

  /** Cubic through the contour's points (Catmull-Rom slopes over uneven steps), read in the middle of each column. */
  #trace(contour: readonly number[], x: Float32Array, y: Float32Array, heights: Float32Array): void {
    const px = this.#pointX;
    const py = this.#pointY;
    const slope = this.#slope;
    const last = contour.length - 1;
    for (let i = 0; i <= last; i++) {
      const point = contour[i] as number;
      const position = x[point] as number;
      px[i] = i === 0 ? position : Math.max(position, (px[i - 1] as number) + MIN_STEP_PX);
      py[i] = y[point] as number;
    }
    for (let i = 0; i <= last; i++) {
      const before = Math.max(0, i - 1);
      const after = Math.min(last, i + 1);
      slope[i] = ((py[after] as number) - (py[before] as number)) / ((px[after] as number) - (px[before] as number));
    }
    this.left = Math.max(0, Math.ceil((px[0] as number) - 0.5));
    this.right = Math.min(PICTURE_SIZE_PX, Math.ceil((px[last] as number) - 0.5));
    let segment = 0;
    for (let column = this.left; column < this.right; column++) {
      const middle = column + 0.5;
      while (segment < last - 1 && middle > (px[segment + 1] as number)) segment++;
      const step = (px[segment + 1] as number) - (px[segment] as number);
      const t = Math.min(1, Math.max(0, (middle - (px[segment] as number)) / step));
      const t2 = t * t;
      const t3 = t2 * t;
      heights[column] =
        (2 * t3 - 3 * t2 + 1) * (py[segment] as number) +
        (t3 - 2 * t2 + t) * step * (slope[segment] as number) +
        (3 * t2 - 2 * t3) * (py[segment + 1] as number) +
        (t3 - t2) * step * (slope[segment + 1] as number);
    }
  }
}

/** How much of the pixel row that begins at `row` lies between `top` and `bottom`, in 256 parts. */
export function coverage(row: number, top: number, bottom: number): number {
  const covered = Math.min(row + 1, bottom) - Math.max(row, top);
  return covered <= 0 ? 0 : (covered * 256) | 0;
}
