// What tells the painter where lips and jaws are: five planes of the crop, as models/training/painter/crop.py draws them.
import { CHIN, LIP_INNER, LIP_OUTER, LOWER_LIP, UPPER_LIP } from '../face-topology.ts';
import { coverPolygon } from './coverage.ts';
import { CROP_PX, CROP_PX_PER_UNIT } from './crop-frame.ts';

export const MAP_COUNT = 5;
const PLANE = CROP_PX * CROP_PX;
const DOWN_GAIN = 4 / CROP_PX_PER_UNIT;
const SIDEWAYS_GAIN = 2 / CROP_PX_PER_UNIT;

export class MouthMaps {
  /**
   * [5 * 128 * 128] planes: coverage of the inner lips, of the outer lips, way down from the upper teeth, from the lower
   * teeth, way sideways from the middle.
   */
  readonly planes = new Float32Array(MAP_COUNT * PLANE);
  /** [128 * 128] the first plane. */
  readonly inner = this.planes.subarray(0, PLANE);
  readonly #outer = this.planes.subarray(PLANE, 2 * PLANE);
  readonly #lowerJaw = this.planes.subarray(3 * PLANE, 4 * PLANE);
  readonly #lowerTeethV: number;
  readonly #chinV: number;

  /** @param u, v [478] crop positions of the closed face */
  constructor(u: Float32Array, v: Float32Array) {
    this.#lowerTeethV = v[LOWER_LIP] as number;
    this.#chinV = v[CHIN] as number;
    fillDown(this.planes.subarray(2 * PLANE, 3 * PLANE), v[UPPER_LIP] as number);
    const sideways = this.planes.subarray(4 * PLANE);
    const middle = u[UPPER_LIP] as number;
    for (let i = 0; i < PLANE; i++) sideways[i] = clamp(((i % CROP_PX) + 0.5 - middle) * SIDEWAYS_GAIN);
  }

  /** @param u, v [478] crop positions of the expressed face */
  draw(u: Float32Array, v: Float32Array): void {
    coverPolygon(LIP_INNER, u, v, this.inner);
    coverPolygon(LIP_OUTER, u, v, this.#outer);
    fillDown(this.#lowerJaw, this.#lowerTeethV + (v[CHIN] as number) - this.#chinV);
  }
}

/** How far below `zero` each row is, in -1..1. */
function fillDown(plane: Float32Array, zero: number): void {
  for (let row = 0; row < CROP_PX; row++) {
    plane.fill(clamp((row + 0.5 - zero) * DOWN_GAIN), row * CROP_PX, (row + 1) * CROP_PX);
  }
}

function clamp(value: number): number {
  return Math.min(1, Math.max(-1, value));
}
