// What of a picture must be drawn again: vertices move in steps too small to see, and those that have made one give the rectangle
// of their triangles' old and new places. What is painted over the mesh (eyes, mouth) is drawn whole or not at all.
import { PICTURE_SIZE_PX } from '../types.ts';
import { PART_COLUMNS, PART_ROWS, type Part } from './warp.ts';

/** A vertex's way from its place at rest is drawn in such steps, so that the same motion always gives the same picture. */
export const STEP_PX = 0.05;

export class MovedPart {
  /** [vertices] where they are drawn, and where they will be. */
  readonly #x: Float32Array;
  readonly #y: Float32Array;
  readonly #nextX: Float32Array;
  readonly #nextY: Float32Array;
  readonly #restX: Float32Array;
  readonly #restY: Float32Array;
  readonly #triangles: Uint16Array;
  readonly #isMoved: Uint8Array;
  readonly #part: Part = { left: 0, top: 0, right: 0, bottom: 0 };

  /** @param x, y [vertices] where the mesh is drawn: at rest now, and changed by `follow` alone */
  constructor(triangles: Uint16Array, x: Float32Array, y: Float32Array) {
    this.#triangles = triangles;
    this.#x = x;
    this.#y = y;
    this.#nextX = x.slice();
    this.#nextY = y.slice();
    this.#restX = x.slice();
    this.#restY = y.slice();
    this.#isMoved = new Uint8Array(x.length);
  }

  /**
   * Lets the drawn vertices follow to where they should be. Returns the part of the picture that changes by it, empty when nothing
   * does; valid until the next call.
   *
   * @param x, y [vertices] where they should be
   */
  follow(x: Float32Array, y: Float32Array): Part {
    const part = this.#part;
    part.left = part.top = PICTURE_SIZE_PX;
    part.right = part.bottom = 0;
    stepped(this.#nextX, this.#restX, x);
    stepped(this.#nextY, this.#restY, y);
    let moved = 0;
    for (let i = 0; i < x.length; i++) {
      this.#isMoved[i] = this.#nextX[i] === this.#x[i] && this.#nextY[i] === this.#y[i] ? 0 : 1;
      moved += this.#isMoved[i] as number;
    }
    if (moved === 0) return part;
    this.#addTriangles(part);
    this.#x.set(this.#nextX);
    this.#y.set(this.#nextY);
    this.#addTriangles(part);
    return part;
  }

  #addTriangles(part: Part): void {
    const triangles = this.#triangles;
    for (let at = 0; at < triangles.length; at += 3) {
      const a = triangles[at] as number;
      const b = triangles[at + 1] as number;
      const c = triangles[at + 2] as number;
      if ((this.#isMoved[a] as number) + (this.#isMoved[b] as number) + (this.#isMoved[c] as number) === 0) continue;
      addPoint(part, this.#x[a] as number, this.#y[a] as number);
      addPoint(part, this.#x[b] as number, this.#y[b] as number);
      addPoint(part, this.#x[c] as number, this.#y[c] as number);
    }
  }
}

/** Whole steps from `rest` towards `wanted`; what is no number stays at rest. */
function stepped(result: Float32Array, rest: Float32Array, wanted: Float32Array): void {
  for (let i = 0; i < rest.length; i++) {
    const steps = Math.round(((wanted[i] as number) - (rest[i] as number)) / STEP_PX);
    result[i] = (rest[i] as number) + (Number.isFinite(steps) ? steps * STEP_PX : 0);
  }
}

export function isEmpty({ left, top, right, bottom }: Part): boolean {
  return left >= right || top >= bottom;
}

/** Makes `part` hold `other` too. */
export function addPart(part: Part, other: Part): void {
  if (isEmpty(other)) return;
  part.left = Math.min(part.left, other.left);
  part.top = Math.min(part.top, other.top);
  part.right = Math.max(part.right, other.right);
  part.bottom = Math.max(part.bottom, other.bottom);
}

export function touches(part: Part, other: Part): boolean {
  return (
    Math.max(part.left, other.left) < Math.min(part.right, other.right) &&
    Math.max(part.top, other.top) < Math.min(part.bottom, other.bottom)
  );
}

/** Widens a part to what can be turned into I420, and keeps it in the picture. */
export function alignPart(part: Part): void {
  part.left = Math.max(0, Math.floor(part.left / PART_COLUMNS) * PART_COLUMNS);
  part.top = Math.max(0, Math.floor(part.top / PART_ROWS) * PART_ROWS);
  part.right = Math.min(PICTURE_SIZE_PX, Math.ceil(part.right / PART_COLUMNS) * PART_COLUMNS);
  part.bottom = Math.min(PICTURE_SIZE_PX, Math.ceil(part.bottom / PART_ROWS) * PART_ROWS);
}

/** What is painted over the mesh around some of its vertices: where that is now, and where it was when it was drawn last. */
export class Footprint {
  readonly part: Part = { left: 0, top: 0, right: 0, bottom: 0 };
  readonly #now: Part = { left: 0, top: 0, right: 0, bottom: 0 };
  readonly #before: Part = { left: 0, top: 0, right: 0, bottom: 0 };
  readonly #points: readonly number[];
  readonly #marginPx: number;

  constructor(points: Iterable<number>, marginPx: number) {
    this.#points = [...new Set(points)];
    this.#marginPx = marginPx;
  }

  /** @param x, y [vertices] where they are drawn */
  follow(x: Float32Array, y: Float32Array): void {
    const now = this.#now;
    now.left = now.top = PICTURE_SIZE_PX;
    now.right = now.bottom = 0;
    for (const point of this.#points) addPoint(now, x[point] as number, y[point] as number);
    now.left -= this.#marginPx;
    now.top -= this.#marginPx;
    now.right += this.#marginPx;
    now.bottom += this.#marginPx;
    Object.assign(this.part, this.#before);
    addPart(this.part, now);
    Object.assign(this.#before, now);
  }
}

function addPoint(part: Part, x: number, y: number): void {
  part.left = Math.min(part.left, Math.floor(x));
  part.top = Math.min(part.top, Math.floor(y));
  part.right = Math.max(part.right, Math.ceil(x) + 1);
  part.bottom = Math.max(part.bottom, Math.ceil(y) + 1);
}
