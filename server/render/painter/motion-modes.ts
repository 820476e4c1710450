// Which painted mouth a face needs: its coefficients, reduced to the few ways in which mouths move, in steps too small to be seen.
import { LANDMARK_COUNT } from '../../types.ts';
import { LIP_INNER, LIP_OUTER } from '../face-topology.ts';
import type { Rig } from '../rig.ts';
import { CROP_PX_PER_UNIT } from './crop-frame.ts';

/** Ways that are told apart. The basis moves mouths in about four: what lies behind the eighth is under a tenth of a pixel. */
const MODES = 8;
/** Steps, in crop pixels of mean movement. */
const STEP_PX = 0.5;
/** Skin within this distance from the lips' middle counts, as this share of the lips; in distances of the outer eye corners. */
const SKIN_UNITS = 0.5;
const SKIN_WEIGHT = 0.35;
const POWER_ITERATIONS = 60;

export interface QuantisedMouth {
  /** The same for faces whose mouths look the same. */
  key: string;
  /** [coefficients of a frame] of the face at rest with that mouth. */
  coefficients: Float32Array;
}

export class MotionModes {
  readonly #rig: Rig;
  readonly #frameLength: number;
  /** [modes][rows] the steps of each mode that a unit of each coefficient goes, and the coefficients of one step. */
  readonly #stepsOf: Float64Array[] = [];
  readonly #oneStep: Float64Array[] = [];

  constructor(rig: Rig) {
    this.#rig = rig;
    const rows = rig.coefficients.length;
    this.#frameLength = Math.max(...rig.coefficients) + 1;
    const { gram, weight } = mouthGram(rig);
    for (let mode = 0; mode < MODES; mode++) {
      const { vector, value } = largestEigenvector(gram, rows);
      if (value <= 0) break;
      // A step moves the weighted points by STEP_PX in the mean: root of value * share^2 / weight.
      const step = STEP_PX * Math.sqrt(weight / value);
      this.#stepsOf.push(vector.map((share) => share / step));
      this.#oneStep.push(vector.map((share) => share * step));
      for (let i = 0; i < rows; i++) {
        for (let j = 0; j < rows; j++) {
          const at = i * rows + j;
          gram[at] = (gram[at] as number) - value * (vector[i] as number) * (vector[j] as number);
        }
      }
    }
  }

  /** @param c coefficients of a frame */
  quantise(c: Float32Array): QuantisedMouth {
    const rows = this.#rig.coefficients;
    const coefficients = new Float32Array(this.#frameLength);
    const steps = this.#stepsOf.map((stepsOf, mode) => {
      let sum = 0;
      for (let i = 0; i < rows.length; i++) sum += (c[rows[i] as number] ?? 0) * (stepsOf[i] as number);
      const count = Math.round(sum);
      const oneStep = this.#oneStep[mode] as Float64Array;
      for (let i = 0; i < rows.length; i++) {
        const at = rows[i] as number;
        coefficients[at] = (coefficients[at] as number) + count * (oneStep[i] as number);
      }
      return count;
    });
    return { key: steps.join(), coefficients };
  }
}

/** [rows * rows] inner products of the basis' rows over the mouth, in crop pixels; and the sum of the points' squared weights. */
function mouthGram({ basis, coefficients, neutral, unitPx }: Rig): { gram: Float64Array; weight: number } {
  const rows = coefficients.length;
  const perPixel = CROP_PX_PER_UNIT / unitPx;
  const isLip = new Set<number>([...LIP_INNER, ...LIP_OUTER]);
  const middle = LIP_INNER[0] * 3;
  const other = LIP_INNER[10] * 3;
  const middleX = ((neutral[middle] as number) + (neutral[other] as number)) / 2;
  const middleY = ((neutral[middle + 1] as number) + (neutral[other + 1] as number)) / 2;
  const gram = new Float64Array(rows * rows);
  let weight = 0;
  for (let point = 0; point < LANDMARK_COUNT; point++) {
    const away = Math.hypot((neutral[point * 3] as number) - middleX, (neutral[point * 3 + 1] as number) - middleY);
    if (!isLip.has(point) && away > SKIN_UNITS * unitPx) continue;
    const share = (isLip.has(point) ? 1 : SKIN_WEIGHT) ** 2;
    weight += share;
    for (let axis = 0; axis < 2; axis++) {
      const at = point * 3 + axis;
      const moved = Float64Array.from({ length: rows }, (_, row) => {
        return (basis[row * LANDMARK_COUNT * 3 + at] as number) * perPixel;
      });
      for (let i = 0; i < rows; i++) {
        for (let j = 0; j < rows; j++) {
          gram[i * rows + j] = (gram[i * rows + j] as number) + share * (moved[i] as number) * (moved[j] as number);
        }
      }
    }
  }
  return { gram, weight };
}

/** Of a symmetric positive matrix [size * size], by power iteration; `value` is 0 for a matrix of nothing. */
function largestEigenvector(matrix: Float64Array, size: number): { vector: Float64Array; value: number } {
  let vector = new Float64Array(size).fill(1);
  let value = 0;
  for (let iteration = 0; iteration < POWER_ITERATIONS; iteration++) {
    const image = new Float64Array(size);
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++)
        image[i] = (image[i] as number) + (matrix[i * size + j] as number) * (vector[j] as number);
    }
    value = Math.hypot(...image);
    if (value === 0) break;
    vector = image.map((part) => part / value);
  }
  return { vector, value };
}
