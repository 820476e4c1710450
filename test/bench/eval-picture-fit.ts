// Motion of a filmed face relative to the clip's first picture, as the renderer takes it: the head's pose from points that neither
// speech nor lids move, the skin's displacements without it, and the basis' coefficients nearest to them.

import { SKULL } from '../../server/avatar/face-mesh.ts';
import { headPose } from '../../server/avatar/pose.ts';
import { headCentre } from '../../server/render/rig.ts';
import { LANDMARK_COUNT, type PreparedAvatar } from '../../server/types.ts';

const FACE_ROWS = 24;
const POSE = 24;
/** Gaze and lids, after the pose's six. */
const FIRST_EYE_ROW = 30;
const EYE_ROWS = 4;
const MODEL_ROWS = FIRST_EYE_ROW + EYE_ROWS;
/** As in fitting the basis (models/training/face/basis.py). */
const CAMERA_DISTANCE_UNITS = 10;
const LIP_WEIGHT = 4;
const DEPTH_WEIGHT = 0.4;
/** A coefficient of 1 is one standard deviation of speech, so this keeps what the points do not tell near rest. */
const RIDGE = 1e-3;
const LIPS = new Set([
  ...[61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 185, 40, 39, 37, 0, 267, 269, 270, 409],
  ...[78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308, 191, 80, 81, 82, 13, 312, 311, 310, 415],
]);
const VALUES = LANDMARK_COUNT * 3;

export interface FittedMotion {
  /** [34] as the motion model would command it. */
  coefficients: Float32Array;
  /** [478 * 3] the displacement that the coefficients leave, frontal, in eye-corner distances. */
  residual: Float32Array;
  /** Root mean square over the lips of what the coefficients leave, in pixels of the picture. */
  lipErrorPx: number;
}

export class MotionFitter {
  readonly #avatar: PreparedAvatar;
  readonly #basis: Float32Array;
  readonly #first: Float32Array;
  /** [478 * 3] from the avatar's closed mouth to the first picture. */
  readonly #opened: Float32Array;
  readonly #rows: number[];
  readonly #weights: Float32Array;
  readonly #gram: Float64Array[];

  /**
   * @param basis [34 and more rows][478 * 3]
   * @param first [478 * 3] landmarks of the picture that the avatar was prepared from, by the tracker that follows the others
   */
  constructor(avatar: PreparedAvatar, basis: Float32Array, first: Float32Array) {
    this.#avatar = avatar;
    this.#basis = basis;
    this.#first = first;
    this.#opened = frontal(
      avatar,
      avatar.landmarks.map((value, i) => value - (avatar.neutral[i] as number)),
    );
    this.#rows = Array.from({ length: MODEL_ROWS }, (_, row) => row).filter(
      (row) => row < FACE_ROWS || row >= FIRST_EYE_ROW,
    );
    this.#weights = Float32Array.from({ length: VALUES }, (_, i) => {
      const weight = LIPS.has(Math.floor(i / 3)) ? LIP_WEIGHT : 1;
      return (i % 3 === 2 ? weight * DEPTH_WEIGHT : weight) ** 2;
    });
    this.#gram = this.#rows.map((a, i) =>
      Float64Array.from(this.#rows, (b, k) => this.#product(this.#row(a), this.#row(b)) + (i === k ? RIDGE : 0)),
    );
  }

  /** @param landmarks [478 * 3] of another picture of the clip */
  fit(landmarks: Float32Array): FittedMotion {
    const { rotation: turn, unitPx: size } = headPose(landmarks, this.#first);
    const [now, then] = [meanOf(landmarks), meanOf(this.#first)];
    const moved = new Float32Array(VALUES);
    for (let at = 0; at < VALUES; at += 3) {
      const away = [0, 1, 2].map((axis) => (landmarks[at + axis] as number) - now[axis as 0]);
      const upright = turnedBack(turn, away).map((value, axis) => value / size + then[axis as 0]);
      moved.set(
        upright.map((value, axis) => value - (this.#first[at + axis] as number)),
        at,
      );
    }
    const displacement = frontal(this.#avatar, moved).map((value, i) => value + (this.#opened[i] as number));
    const shares = solved(
      this.#gram,
      this.#rows.map((row) => this.#product(this.#row(row), displacement)),
    );
    const coefficients = new Float32Array(MODEL_ROWS);
    const residual = displacement.slice();
    this.#rows.forEach((row, i) => {
      coefficients[row] = shares[i] as number;
      const moves = this.#row(row);
      for (let k = 0; k < VALUES; k++)
        residual[k] = (residual[k] as number) - (shares[i] as number) * (moves[k] as number);
    });
    coefficients.set(this.#pose(turn, size, now, then), POSE);
    return { coefficients, residual, lipErrorPx: lipError(residual) * this.#avatar.unitPx };
  }

  /** Pitch, yaw, roll of R = Rz(roll) Ry(-yaw) Rx(pitch), and the way of the head's centre. */
  #pose(turn: Float32Array, size: number, now: Point, then: Point): number[] {
    const centre = headCentre(this.#avatar);
    const from = then.map((value, axis) => value - centre[axis as 0]);
    const way = [0, 1].map((axis) => {
      const turned = from.reduce((sum, value, k) => sum + (turn[axis * 3 + k] as number) * value, 0);
      return ((now[axis as 0] as number) - size * turned - centre[axis as 0]) / this.#avatar.unitPx;
    });
    const at = (index: number) => turn[index] as number;
    return [
      Math.atan2(at(7), at(8)),
      Math.asin(Math.min(1, Math.max(-1, at(6)))),
      Math.atan2(at(3), at(0)),
      ...way,
      CAMERA_DISTANCE_UNITS * (1 / size - 1),
    ];
  }

  #row(row: number): Float32Array {
    return this.#basis.subarray(row * VALUES, (row + 1) * VALUES);
  }

  #product(a: Float32Array, b: Float32Array): number {
    let sum = 0;
    for (let k = 0; k < VALUES; k++) sum += (a[k] as number) * (b[k] as number) * (this.#weights[k] as number);
    return sum;
  }
}

type Point = readonly [number, number, number];

function meanOf(landmarks: Float32Array): Point {
  return [0, 1, 2].map(
    (axis) => SKULL.reduce((sum, point) => sum + (landmarks[point * 3 + axis] as number), 0) / SKULL.length,
  ) as unknown as Point;
}

/** Displacements [478 * 3] in pixels of the portrait as those of the basis: frontal, in eye-corner distances. */
function frontal({ rotation, unitPx }: PreparedAvatar, moved: Float32Array): Float32Array {
  const result = new Float32Array(VALUES);
  for (let at = 0; at < VALUES; at += 3) {
    result.set(
      turnedBack(rotation, [...moved.subarray(at, at + 3)]).map((value) => value / unitPx),
      at,
    );
  }
  return result;
}

/** By the transposed rotation. */
function turnedBack(rotation: Float32Array, point: readonly number[]): number[] {
  return [0, 1, 2].map((column) =>
    point.reduce((sum, value, row) => sum + (rotation[row * 3 + column] as number) * value, 0),
  );
}

function lipError(residual: Float32Array): number {
  let sum = 0;
  for (const point of LIPS) sum += (residual[point * 3] as number) ** 2 + (residual[point * 3 + 1] as number) ** 2;
  return Math.sqrt(sum / LIPS.size);
}

/** x of the symmetric, positive system A x = b (Gauss, no pivot needed). */
function solved(matrix: readonly Float64Array[], right: readonly number[]): number[] {
  const a = matrix.map((row, i) => [...row, right[i] as number]);
  const n = a.length;
  for (let k = 0; k < n; k++) {
    const pivot = a[k] as number[];
    for (let i = k + 1; i < n; i++) {
      const row = a[i] as number[];
      const factor = (row[k] as number) / (pivot[k] as number);
      for (let j = k; j <= n; j++) row[j] = (row[j] as number) - factor * (pivot[j] as number);
    }
  }
  const x = new Array<number>(n).fill(0);
  for (let k = n - 1; k >= 0; k--) {
    const row = a[k] as number[];
    const known = x.reduce((sum, value, j) => (j > k ? sum + value * (row[j] as number) : sum), 0);
    x[k] = ((row[n] as number) - known) / (row[k] as number);
  }
  return x;
}
