// The pose of a portrait's head: the similarity that lays the motion basis' frontal neutral face on the landmarks found.
import { SKULL } from './face-mesh.ts';

export interface HeadPose {
  /** [9] row by row, frontal face -> picture. */
  rotation: Float32Array;
  /** Pixels per unit of the frontal face. */
  unitPx: number;
}

/** Power iterations for the largest eigenvector of a 4x4 matrix: faces differ enough from a ball to converge within a few dozen. */
const POWER_ITERATIONS = 200;

/**
 * Rotation and scale between two sets of points by unit quaternions (Horn, 1987, "Closed-form solution of absolute orientation").
 *
 * @param landmarks [478 * 3] in pixels
 * @param frontal [478 * 3] the neutral face of the motion basis
 */
export function headPose(landmarks: Float32Array, frontal: Float32Array): HeadPose {
  const to = centred(landmarks);
  const from = centred(frontal);
  const covariance = new Float64Array(9); // [i * 3 + j]: sum of from_i * to_j
  for (let k = 0; k < SKULL.length; k++) {
    for (let i = 0; i < 3; i++) {
      for (let j = 0; j < 3; j++)
        covariance[i * 3 + j] = at(covariance, i * 3 + j) + at(from, k * 3 + i) * at(to, k * 3 + j);
    }
  }
  const rotation = rotationOf(largestEigenvector(hornMatrix(covariance)));
  let projected = 0;
  let squared = 0;
  for (let k = 0; k < SKULL.length; k++) {
    for (let row = 0; row < 3; row++) {
      let turned = 0;
      for (let column = 0; column < 3; column++) turned += at(rotation, row * 3 + column) * at(from, k * 3 + column);
      projected += turned * at(to, k * 3 + row);
      squared += at(from, k * 3 + row) ** 2;
    }
  }
  return { rotation, unitPx: projected / squared };
}

/** The skull's points [n * 3] around their mean. */
function centred(points: Float32Array): Float64Array {
  const result = new Float64Array(SKULL.length * 3);
  for (let axis = 0; axis < 3; axis++) {
    let sum = 0;
    for (const index of SKULL) sum += at(points, index * 3 + axis);
    SKULL.forEach((index, k) => {
      result[k * 3 + axis] = at(points, index * 3 + axis) - sum / SKULL.length;
    });
  }
  return result;
}

function hornMatrix(s: Float64Array): number[][] {
  const [xx, xy, xz, yx, yy, yz, zx, zy, zz] = [...s] as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return [
    [xx + yy + zz, yz - zy, zx - xz, xy - yx],
    [yz - zy, xx - yy - zz, xy + yx, zx + xz],
    [zx - xz, xy + yx, yy - xx - zz, yz + zy],
    [xy - yx, zx + xz, yz + zy, zz - xx - yy],
  ];
}

function largestEigenvector(matrix: number[][]): number[] {
  // Shifted by its norm the matrix has no negative eigenvalue, so the largest one is also the largest by amount.
  const shift = Math.sqrt(matrix.flat().reduce((sum, value) => sum + value * value, 0));
  let vector = [1, 0.01, 0.01, 0.01];
  for (let iteration = 0; iteration < POWER_ITERATIONS; iteration++) {
    const next = matrix.map((row, i) =>
      row.reduce((sum, value, j) => sum + value * (vector[j] ?? 0), shift * (vector[i] ?? 0)),
    );
    const norm = Math.hypot(...next);
    vector = next.map((value) => value / norm);
  }
  return vector;
}

function rotationOf(quaternion: number[]): Float32Array {
  const [w, x, y, z] = quaternion as [number, number, number, number];
  return Float32Array.of(
    1 - 2 * (y * y + z * z),
    2 * (x * y - w * z),
    2 * (x * z + w * y),
    2 * (x * y + w * z),
    1 - 2 * (x * x + z * z),
    2 * (y * z - w * x),
    2 * (x * z - w * y),
    2 * (y * z + w * x),
    1 - 2 * (x * x + y * y),
  );
}

function at(values: Float32Array | Float64Array, index: number): number {
  return values[index] ?? 0;
}
