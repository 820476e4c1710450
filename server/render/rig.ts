// A PreparedAvatar's rig: its layers, all vertices (landmarks and the mesh around them), triangles from back to front, how each moves.
// Built once per avatar and thread; holds nothing that changes from picture to picture.
import { LANDMARK_COUNT, type PreparedAvatar } from '../types.ts';
import {
  EYE_CORNERS,
  type EyeTopology,
  FACE_OVAL,
  LEFT_EYE,
  LIP_LOWER_INNER,
  LIP_UPPER_INNER,
  RIGHT_EYE,
} from './face-topology.ts';
import { coverOf, type Layers, takeApart } from './layers.ts';
import { buildOuterMesh, type OuterMesh } from './outer-mesh.ts';

/** Coefficients by which speech moves the face's skin; pose, gaze and lids follow behind them (models/manifest.json). */
export const FACE_COEFFICIENTS = 24;
/** Where the expressions begin, which move the skin too: behind the motion model's own coefficients. */
const FIRST_EXPRESSION = 34;
/** In `isSoft`: the background is seen through the triangle. */
const SHINES_THROUGH = 1;
/** Behind this depth from the eyes' plane, in eye-corner distances, the head is drawn flatter, by this share: what a portrait hardly shows
 * of cheeks and temples would be drawn out into streaks when the head turns. */
const FLAT_FROM_UNITS = 0.1;
const FLAT_SHARE = 0.3;
/** Where the head turns about, from the middle of the outer eye corners, in eye-corner distances down and back. */
const HEAD_CENTRE_DOWN_UNITS = 0.4;
const HEAD_CENTRE_BACK_UNITS = 0.6;

/** The lids' points with the way [pixels] that each takes until the eye is shut. */
export interface Lids {
  points: Uint16Array;
  /** [2 * n] x, y */
  way: Float32Array;
}

export interface Rig {
  vertexCount: number;
  /** [n] where each vertex is in the portrait, in pixels; also where its colour comes from. */
  restX: Float32Array;
  restY: Float32Array;
  /** [478 * 3] landmarks with the mouth closed. */
  neutral: Float32Array;
  /** [24 + expressions][478 * 3] displacements per coefficient, in pixels of the picture, turned into the portrait's pose. */
  basis: Float32Array;
  /** [24 + expressions] which coefficient moves each row of `basis`. */
  coefficients: Uint8Array;
  /** [3 * triangles] from back to front. */
  triangles: Uint16Array;
  /** [triangles] SHINES_THROUGH where the background is seen through it, HIDES_TURNED_OVER where its back is never seen (mesh.wat). */
  isSoft: Uint8Array;
  layers: Layers;
  centre: readonly [number, number, number];
  unitPx: number;
  /** Unit vectors of the neutral face in the picture: its right, its down, its back. [9], columns of the rotation. */
  rotation: Float32Array;
  /** The vertices behind the landmarks. */
  outer: OuterMesh;
  lids: readonly [Lids, Lids];
  /** Landmarks above the eyes' creases, and the way down [pixels] that leaves the lids room under the brows. */
  brows: { points: Uint16Array; fallPx: number };
}

/** @param basis [(34 + expressions) * 478 * 3] the motion basis and behind it the expressions', models/motion.*.f32 */
export function buildRig(avatar: PreparedAvatar, basis: Float32Array): Rig {
  const coefficients = skinCoefficients(basis.length / (LANDMARK_COUNT * 3));
  const outer = buildOuterMesh(avatar);
  const vertexCount = LANDMARK_COUNT + outer.parent.length;
  const restX = new Float32Array(vertexCount);
  const restY = new Float32Array(vertexCount);
  for (let i = 0; i < LANDMARK_COUNT; i++) {
    restX[i] = avatar.neutral[i * 3] as number;
    restY[i] = avatar.neutral[i * 3 + 1] as number;
  }
  restX.set(outer.x, LANDMARK_COUNT);
  restY.set(outer.y, LANDMARK_COUNT);
  const layers = takeApart(avatar, outlineOf(outer));
  const neutral = avatar.neutral.slice();
  const flat = flattening(avatar);
  for (let i = 0; i < LANDMARK_COUNT; i++) {
    const at = i * 3;
    neutral[at + 2] = flat(neutral[at] as number, neutral[at + 1] as number, neutral[at + 2] as number);
  }
  outer.z = outer.z.map((z, i) => flat(outer.x[i] as number, outer.y[i] as number, z));
  return {
    vertexCount,
    restX,
    restY,
    neutral,
    basis: turnedBasis(avatar, basis, coefficients),
    coefficients,
    ...drawnTriangles([...outer.triangles, ...mouthTriangles(), ...faceTriangles(avatar)], layers, restX, restY),
    layers,
    centre: headCentre(avatar),
    unitPx: avatar.unitPx,
    rotation: avatar.rotation,
    outer,
    lids: [buildLids(avatar.neutral, LEFT_EYE), buildLids(avatar.neutral, RIGHT_EYE)],
    brows: buildBrows(avatar),
  };
}

/** The outermost ring: within it the mesh draws. */
export function outlineOf({ x, y }: OuterMesh): Float32Array {
  const from = x.length - FACE_OVAL.length;
  return Float32Array.from({ length: FACE_OVAL.length * 2 }, (_, i) => (i % 2 ? y : x)[from + (i >> 1)] as number);
}

/** Leaves out the triangles in which nothing of the person is seen. */
function drawnTriangles(
  corners: readonly number[],
  { person }: Layers,
  restX: Float32Array,
  restY: Float32Array,
): { triangles: Uint16Array; isSoft: Uint8Array } {
  const triangles: number[] = [];
  const isSoft: number[] = [];
  for (let at = 0; at < corners.length; at += 3) {
    const triangle = corners.slice(at, at + 3);
    const cover = coverOf(
      person,
      triangle.map((corner) => [restX[corner] as number, restY[corner] as number]),
    );
    if (cover === 'clear') continue;
    triangles.push(...triangle);
    isSoft.push(cover === 'soft' ? SHINES_THROUGH : 0);
  }
  return { triangles: Uint16Array.from(triangles), isSoft: Uint8Array.from(isSoft) };
}

/** The depth of a point in the picture's pixels, drawn flatter where the head is deep. */
function flattening({ neutral, rotation, unitPx }: PreparedAvatar): (x: number, y: number, z: number) => number {
  const [left, right] = EYE_CORNERS;
  const eyes = [0, 1, 2].map(
    (axis) => ((neutral[left * 3 + axis] as number) + (neutral[right * 3 + axis] as number)) / 2,
  ) as [number, number, number];
  const [backX, backY, backZ] = [rotation[2], rotation[5], rotation[8]] as [number, number, number];
  return (x, y, z) => {
    const depth = ((x - eyes[0]) * backX + (y - eyes[1]) * backY + (z - eyes[2]) * backZ) / unitPx;
    const beyond = Math.max(0, depth - FLAT_FROM_UNITS);
    return z - (beyond * (1 - FLAT_SHARE) * unitPx) / backZ;
  };
}

/** Where the head turns about, in pixels of the picture. */
export function headCentre({ neutral, rotation, unitPx }: PreparedAvatar): [number, number, number] {
  const [left, right] = EYE_CORNERS;
  return [0, 1, 2].map((axis) => {
    const middle = ((neutral[left * 3 + axis] as number) + (neutral[right * 3 + axis] as number)) / 2;
    const down = (rotation[axis * 3 + 1] as number) * HEAD_CENTRE_DOWN_UNITS;
    const back = (rotation[axis * 3 + 2] as number) * HEAD_CENTRE_BACK_UNITS;
    return middle + (down + back) * unitPx;
  }) as [number, number, number];
}

/** The coefficients that move skin, of `rows` in all. */
function skinCoefficients(rows: number): Uint8Array {
  const face = Array.from({ length: FACE_COEFFICIENTS }, (_, i) => i);
  const expressions = Array.from({ length: rows - FIRST_EXPRESSION }, (_, i) => FIRST_EXPRESSION + i);
  return Uint8Array.from([...face, ...expressions]);
}

/** The basis' displacements (frontal, in eye-corner distances) in the portrait's pose and pixels. */
function turnedBasis(
  { rotation, unitPx }: PreparedAvatar,
  basis: Float32Array,
  coefficients: Uint8Array,
): Float32Array {
  const length = LANDMARK_COUNT * 3;
  const turned = new Float32Array(coefficients.length * length);
  for (const [row, coefficient] of coefficients.entries()) {
    for (let at = 0; at < length; at += 3) {
      const from = coefficient * length + at;
      for (let axis = 0; axis < 3; axis++) {
        let sum = 0;
        for (let k = 0; k < 3; k++) sum += (rotation[axis * 3 + k] as number) * (basis[from + k] as number);
        turned[row * length + at + axis] = sum * unitPx;
      }
    }
  }
  return turned;
}

/** The face's own triangles, farthest first, so that a turned nose covers the cheek behind it. */
function faceTriangles({ triangles, neutral }: PreparedAvatar): number[] {
  const depth = (first: number) =>
    [0, 1, 2].reduce((sum, k) => sum + (neutral[(triangles[first + k] as number) * 3 + 2] as number), 0);
  const order = Array.from({ length: triangles.length / 3 }, (_, i) => i * 3).sort((a, b) => depth(b) - depth(a));
  return order.flatMap((first) => [...triangles.subarray(first, first + 3)]);
}

/** The mesh leaves the mouth open: between parted lips the portrait's lip line is stretched, as ground for what is painted there. */
function mouthTriangles(): number[] {
  const columns = LIP_UPPER_INNER.length - 1;
  return Array.from({ length: columns }, (_, i) => {
    const [upper, nextUpper] = [LIP_UPPER_INNER[i] as number, LIP_UPPER_INNER[i + 1] as number];
    const [lower, nextLower] = [LIP_LOWER_INNER[i] as number, LIP_LOWER_INNER[i + 1] as number];
    return [upper, nextUpper, lower, lower, nextUpper, nextLower];
  }).flat();
}

/** Both brows' lower and upper rows. */
const BROWS = [46, 53, 52, 65, 55, 70, 63, 105, 66, 107, 276, 283, 282, 295, 285, 300, 293, 334, 296, 336] as const;
/** Brows may come down by this share of their distance from the crease, and by so much, in eye-corner distances, in any case: anger shows in them. */
const BROW_FALL = 0.7;
const LEAST_BROW_FALL_UNITS = 0.035;

function buildBrows({ neutral, rotation, unitPx }: PreparedAvatar): Rig['brows'] {
  const down = (point: number) =>
    [0, 1, 2].reduce(
      (sum, axis) => sum + (neutral[point * 3 + axis] as number) * (rotation[axis * 3 + 1] as number),
      0,
    );
  const inPicture = (point: number) =>
    (neutral[point * 3] as number) * (rotation[1] as number) +
    (neutral[point * 3 + 1] as number) * (rotation[4] as number);
  const eyes = [LEFT_EYE, RIGHT_EYE];
  const highest = Math.min(...eyes.flatMap((eye) => eye.crease.map(down)));
  const above = Array.from({ length: LANDMARK_COUNT }, (_, point) => point).filter((point) => down(point) < highest);
  const gaps = eyes.flatMap((eye) =>
    eye.crease.map((point, i) => inPicture(point) - inPicture(eye.browSkin[i] as number)),
  );
  return {
    points: Uint16Array.from(new Set([...above, ...BROWS, ...eyes.flatMap((eye) => eye.browSkin)])),
    fallPx: Math.max(LEAST_BROW_FALL_UNITS * unitPx, BROW_FALL * Math.min(...gaps)),
  };
}

/** Where the lids meet, as a share of the way from the lower to the upper one: the lower one rises a little. */
export const LIDS_MEET_AT = 0.12;

function buildLids(neutral: Float32Array, eye: EyeTopology): Lids {
  const way = new Map<number, [number, number]>();
  const last = eye.upper.length - 1;
  for (let i = 1; i < last; i++) {
    const upper = eye.upper[i] as number;
    const lower = eye.lower[i] as number;
    const gap = [0, 1].map((axis) => (neutral[lower * 3 + axis] as number) - (neutral[upper * 3 + axis] as number)) as [
      number,
      number,
    ];
    const down = gap.map((value) => value * (1 - LIDS_MEET_AT)) as [number, number];
    const up = gap.map((value) => -value * LIDS_MEET_AT) as [number, number];
    way.set(upper, down);
    way.set(lower, up);
  }
  return { points: Uint16Array.from(way.keys()), way: Float32Array.from([...way.values()].flat()) };
}
