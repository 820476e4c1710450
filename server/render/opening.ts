// The opening between two contours (lips, lids): for each column of pixels, where it begins and ends, smooth between the mesh's points.
import { PICTURE_SIZE_PX } from '../types.ts';

/** Contours must run from left to right for columns to cross them once; a turned head may fold them at the corners. */
const MIN_STEP_PX = 0.25;

/** Columns are traced four times per pixel, so that steep edges (mouth corners) are as soft as flat ones. */
const SUBCOLUMNS = 4;
const TRACED = PICTURE_SIZE_PX * SUBCOLUMNS;

export class Opening {
  /** First and one past the last column of pixels that the opening touches. */
  left = 0;
  right = 0;
  /** The same in quarter columns. */
  subLeft = 0;
  subRight = 0;
  /** [2048] height of the upper and the lower contour in the middle of each quarter column, valid from subLeft to subRight. */
  readonly top = new Float32Array(TRACED);
  readonly bottom = new Float32Array(TRACED);
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
    this.left = Math.floor(this.subLeft / SUBCOLUMNS);
    this.right = Math.ceil(this.subRight / SUBCOLUMNS);
    this.height = 0;
    for (let sub = this.subLeft; sub < this.subRight; sub++) {
      this.height = Math.max(this.height, (this.bottom[sub] as number) - (this.top[sub] as number));
    }
  }

  /** Highest and lowest row of pixels that the opening touches in a column. */
  firstRow(column: number): number {
    let top = PICTURE_SIZE_PX;
    for (let sub = this.#from(column); sub < this.#to(column); sub++) top = Math.min(top, this.top[sub] as number);
    return Math.max(0, Math.floor(top));
  }

  lastRow(column: number): number {
    let bottom = 0;
    for (let sub = this.#from(column); sub < this.#to(column); sub++)
      bottom = Math.max(bottom, this.bottom[sub] as number);
    return Math.min(PICTURE_SIZE_PX, Math.ceil(bottom));
  }

  /** How much of a pixel lies in the opening, in 256 parts. */
  coverage(column: number, row: number): number {
    let covered = 0;
    for (let sub = this.#from(column); sub < this.#to(column); sub++) {
      covered += Math.max(0, Math.min(row + 1, this.bottom[sub] as number) - Math.max(row, this.top[sub] as number));
    }
    return (covered * (256 / SUBCOLUMNS)) | 0;
  }

  /** The quarter column nearest to the middle of a column that the opening has. */
  middle(column: number): number {
    return Math.min(this.subRight - 1, Math.max(this.subLeft, column * SUBCOLUMNS + (SUBCOLUMNS >> 1)));
  }

  #from(column: number): number {
    return Math.max(this.subLeft, column * SUBCOLUMNS);
  }

  #to(column: number): number {
    return Math.min(this.subRight, (column + 1) * SUBCOLUMNS);
  }

  /** Cubic through the contour's points (Catmull-Rom slopes over uneven steps), read in the middle of each quarter column. */
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
    this.subLeft = Math.max(0, Math.ceil((px[0] as number) * SUBCOLUMNS - 0.5));
    this.subRight = Math.min(TRACED, Math.ceil((px[last] as number) * SUBCOLUMNS - 0.5));
    let segment = 0;
    for (let sub = this.subLeft; sub < this.subRight; sub++) {
      const middle = (sub + 0.5) / SUBCOLUMNS;
      while (segment < last - 1 && middle > (px[segment + 1] as number)) segment++;
      const step = (px[segment + 1] as number) - (px[segment] as number);
      const t = Math.min(1, Math.max(0, (middle - (px[segment] as number)) / step));
      const t2 = t * t;
      const t3 = t2 * t;
      heights[sub] =
        (2 * t3 - 3 * t2 + 1) * (py[segment] as number) +
        (t3 - 2 * t2 + t) * step * (slope[segment] as number) +
        (3 * t2 - 2 * t3) * (py[segment + 1] as number) +
        (t3 - t2) * step * (slope[segment + 1] as number);
    }
  }
}
