// A PreparedAvatar's rig: all vertices (landmarks and rings around the face), triangles from back to front, how each one moves.
// Built once per avatar and thread; holds nothing that changes from picture to picture.
import { LANDMARK_COUNT, PICTURE_SIZE_PX, type PreparedAvatar } from '../types.ts';
import {
  EYE_CORNERS,
  type EyeTopology,
  FACE_OVAL,
  LEFT_EYE,
  LIP_LOWER_INNER,
  LIP_UPPER_INNER,
  RIGHT_EYE,
} from './face-topology.ts';
import { PART_COLUMNS, PART_ROWS, type Part } from './warp.ts';

/** Coefficients by which speech moves the face's skin; pose, gaze and lids follow behind them (models/manifest.json). */
export const FACE_COEFFICIENTS = 24;
/** Where the expressions begin, which move the skin too: behind the motion model's own coefficients. */
const FIRST_EXPRESSION = 34;
/** Where the head turns about, from the middle of the outer eye corners, in eye-corner distances down and back. */
const HEAD_CENTRE_DOWN_UNITS = 0.4;
const HEAD_CENTRE_BACK_UNITS = 0.6;

/** Nothing closer to the picture's border than this ever moves: the label stands there. */
export const RESTING_BORDER_PX = 28;
/** Over this distance from the resting border the motion fades in. */
const BORDER_FADE_PX = 60;

/**
 * Rings around the face: how far out (the face's outline is 1), what share of the head's motion they take above the face
 * (hair: it belongs to the head) and below it (neck and shoulders: they rest), and what share of the skin's motion.
 */
const RINGS = [
  { reach: 1.12, hair: 1, neck: 0.8, skin: 0.6 },
  { reach: 1.28, hair: 0.97, neck: 0.5, skin: 0.25 },
  { reach: 1.5, hair: 0.85, neck: 0.2, skin: 0.06 },
  { reach: 1.78, hair: 0.42, neck: 0.04, skin: 0 },
  { reach: 2.15, hair: 0, neck: 0, skin: 0 },
] as const;

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
  centre: readonly [number, number, number];
  unitPx: number;
  /** Unit vectors of the neutral face in the picture: its right, its down, its back. [9], columns of the rotation. */
  rotation: Float32Array;
  /** Per ring vertex (index from 478 on): depth, shares of head and skin motion, the outline's landmark it hangs on. */
  ringZ: Float32Array;
  ringHeadShare: Float32Array;
  ringSkinShare: Float32Array;
  ringParent: Uint16Array;
  lids: readonly [Lids, Lids];
  /** The part of the picture that can move. */
  moving: Part;
}

/** @param basis [(34 + expressions) * 478 * 3] the motion basis and behind it the expressions', models/motion.*.f32 */
export function buildRig(avatar: PreparedAvatar, basis: Float32Array): Rig {
  const coefficients = skinCoefficients(basis.length / (LANDMARK_COUNT * 3));
  const rings = buildRings(avatar);
  const vertexCount = LANDMARK_COUNT + rings.parent.length;
  const restX = new Float32Array(vertexCount);
  const restY = new Float32Array(vertexCount);
  for (let i = 0; i < LANDMARK_COUNT; i++) {
    restX[i] = avatar.landmarks[i * 3] as number;
    restY[i] = avatar.landmarks[i * 3 + 1] as number;
  }
  restX.set(rings.x, LANDMARK_COUNT);
  restY.set(rings.y, LANDMARK_COUNT);
  return {
    vertexCount,
    restX,
    restY,
    neutral: avatar.neutral,
    basis: turnedBasis(avatar, basis, coefficients),
    coefficients,
    triangles: Uint16Array.from([...rings.triangles, ...mouthTriangles(), ...faceTriangles(avatar)]),
    centre: headCentre(avatar),
    unitPx: avatar.unitPx,
    rotation: avatar.rotation,
    ringZ: rings.z,
    ringHeadShare: rings.headShare,
    ringSkinShare: rings.skinShare,
    ringParent: rings.parent,
    lids: [buildLids(avatar.neutral, LEFT_EYE), buildLids(avatar.neutral, RIGHT_EYE)],
    moving: movingPart(rings.x, rings.y),
  };
}

function headCentre({ neutral, rotation, unitPx }: PreparedAvatar): [number, number, number] {
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

function buildRings(avatar: PreparedAvatar) {
  const { landmarks } = avatar;
  const centre = headCentre(avatar);
  const middleX = mean(landmarks, 0);
  const middleY = mean(landmarks, 1);
  const perRing = FACE_OVAL.length;
  const count = perRing * RINGS.length;
  const rings = {
    x: new Float32Array(count),
    y: new Float32Array(count),
    z: new Float32Array(count),
    headShare: new Float32Array(count),
    skinShare: new Float32Array(count),
    parent: new Uint16Array(count),
    triangles: [] as number[],
  };
  RINGS.forEach((ring, k) => {
    FACE_OVAL.forEach((parent, i) => {
      const at = k * perRing + i;
      const outX = (landmarks[parent * 3] as number) - middleX;
      const outY = (landmarks[parent * 3 + 1] as number) - middleY;
      const reach = Math.min(ring.reach, reachOfBorder(middleX, outX), reachOfBorder(middleY, outY));
      const x = middleX + outX * reach;
      const y = middleY + outY * reach;
      // From hair (above) to neck (below) by the direction in the face's own axes, so that a tilted head keeps its neck.
      const down =
        (outX * (avatar.rotation[1] as number) + outY * (avatar.rotation[4] as number)) / Math.hypot(outX, outY);
      const neck = smoothstep(0.15, 0.8, down);
      const border = Math.min(x, y, PICTURE_SIZE_PX - x, PICTURE_SIZE_PX - y) - RESTING_BORDER_PX;
      const fade = smoothstep(0, BORDER_FADE_PX, border);
      const parentZ = landmarks[parent * 3 + 2] as number;
      rings.x[at] = x;
      rings.y[at] = y;
      // The head is round: outwards the surface falls back to the middle of the head.
      rings.z[at] = parentZ + (Math.max(parentZ, centre[2]) - parentZ) * smoothstep(1, 1.6, reach);
      rings.headShare[at] = (ring.hair + (ring.neck - ring.hair) * neck) * fade;
      rings.skinShare[at] = ring.skin * fade;
      rings.parent[at] = parent;
    });
  });
  // Outermost ring first: what is nearer to the face covers it.
  for (let k = RINGS.length - 1; k >= 0; k--) {
    for (let i = 0; i < perRing; i++) {
      const next = (i + 1) % perRing;
      const inner = (index: number) =>
        k === 0 ? (FACE_OVAL[index] as number) : LANDMARK_COUNT + (k - 1) * perRing + index;
      const outer = (index: number) => LANDMARK_COUNT + k * perRing + index;
      rings.triangles.push(outer(i), outer(next), inner(i), inner(i), outer(next), inner(next));
    }
  }
  return rings;
}

/** How far out one may go along this axis before the resting border begins. */
function reachOfBorder(middle: number, out: number): number {
  if (out === 0) return Number.POSITIVE_INFINITY;
  const border = out > 0 ? PICTURE_SIZE_PX - RESTING_BORDER_PX : RESTING_BORDER_PX;
  return Math.max(1, (border - middle) / out);
}

function mean(landmarks: Float32Array, axis: number): number {
  return FACE_OVAL.reduce((sum, point) => sum + (landmarks[point * 3 + axis] as number), 0) / FACE_OVAL.length;
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

function movingPart(x: Float32Array, y: Float32Array): Part {
  const down = (value: number, step: number) => Math.max(0, Math.floor(value / step) * step);
  const up = (value: number, step: number) => Math.min(PICTURE_SIZE_PX, Math.ceil(value / step) * step);
  return {
    left: down(Math.min(...x), PART_COLUMNS),
    top: down(Math.min(...y), PART_ROWS),
    right: up(Math.max(...x), PART_COLUMNS),
    bottom: up(Math.max(...y), PART_ROWS),
  };
}

export function smoothstep(from: number, to: number, value: number): number {
  const t = Math.min(1, Math.max(0, (value - from) / (to - from)));
  return t * t * (3 - 2 * t);
}
