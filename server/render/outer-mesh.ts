// The mesh around the face: rays from the face's outline to where the picture rests, over hair, neck and shoulders. Says of each
// point how deep it lies and what it moves with; what is person there and what is background, the portrait's matte tells.

import { smoothstep } from '../smoothstep.ts';
import { BODY_GRID_POINTS, BODY_GRID_STEP_PX, LANDMARK_COUNT, PICTURE_SIZE_PX, type PreparedAvatar } from '../types.ts';
import { FACE_OVAL } from './face-topology.ts';

/** Nothing closer to the picture's border than this ever moves: the label stands there. */
export const RESTING_BORDER_PX = 28;
/** Over this distance from the resting border the motion fades in. */
const BORDER_FADE_PX = 60;
/** Where the rings lie on each ray, as shares of its length: closer where motions differ more. */
const RINGS = [0.07, 0.17, 0.3, 0.46, 0.64, 0.82, 1] as const;
/** A ray has at least this length, however close the face comes to the border. */
const MIN_RAY_PX = 8;
/** The skin beside the face is drawn along by lips and jaw up to this distance, in eye-corner distances; next to the face by this share. */
const SKIN_REACH_UNITS = 0.5;
const SKIN_SHARE = 0.8;
/** Within this distance the depth goes over from the face's mesh to the body's. */
const DEPTH_JOIN_UNITS = 0.2;

export interface OuterMesh {
  /** [n] where the points are in the portrait, in pixels. */
  x: Float32Array;
  y: Float32Array;
  z: Float32Array;
  /** [n] shares, 0..1, of the head's motion, of the skin's (at `parent`), and of the body's own. */
  headShare: Float32Array;
  skinShare: Float32Array;
  bodyShare: Float32Array;
  /** [n] the outline's landmark on whose ray a point lies. */
  parent: Uint16Array;
  /** Corners of triangles, outermost first; points count on behind the landmarks. */
  triangles: number[];
}

export function buildOuterMesh({ neutral, unitPx, body }: PreparedAvatar): OuterMesh {
  const perRing = FACE_OVAL.length;
  const count = perRing * RINGS.length;
  const mesh: OuterMesh = {
    x: new Float32Array(count),
    y: new Float32Array(count),
    z: new Float32Array(count),
    headShare: new Float32Array(count),
    skinShare: new Float32Array(count),
    bodyShare: new Float32Array(count),
    parent: new Uint16Array(count),
    triangles: ringTriangles(perRing),
  };
  const middleX = mean(neutral, 0);
  const middleY = mean(neutral, 1);
  FACE_OVAL.forEach((parent, i) => {
    const fromX = neutral[parent * 3] as number;
    const fromY = neutral[parent * 3 + 1] as number;
    const fromZ = neutral[parent * 3 + 2] as number;
    const out = Math.hypot(fromX - middleX, fromY - middleY);
    const outX = (fromX - middleX) / out;
    const outY = (fromY - middleY) / out;
    const length = Math.max(MIN_RAY_PX, Math.min(wayToRest(fromX, outX), wayToRest(fromY, outY)));
    RINGS.forEach((share, k) => {
      const at = k * perRing + i;
      const x = fromX + outX * length * share;
      const y = fromY + outY * length * share;
      const units = (length * share) / unitPx;
      const border = Math.min(x, y, PICTURE_SIZE_PX - x, PICTURE_SIZE_PX - y) - RESTING_BORDER_PX;
      const fade = smoothstep(0, BORDER_FADE_PX, border);
      const head = onGrid(body.headShare, x, y);
      mesh.x[at] = x;
      mesh.y[at] = y;
      mesh.z[at] = fromZ + (onGrid(body.depth, x, y) - fromZ) * smoothstep(0, DEPTH_JOIN_UNITS, units);
      mesh.headShare[at] = head * fade;
      mesh.skinShare[at] = SKIN_SHARE * (1 - smoothstep(0, SKIN_REACH_UNITS, units)) * fade;
      mesh.bodyShare[at] = onGrid(body.breathShare, x, y) * (1 - head) * fade;
      mesh.parent[at] = parent;
    });
  });
  return mesh;
}

/** What is nearer to the face covers what is farther out. */
function ringTriangles(perRing: number): number[] {
  const triangles: number[] = [];
  for (let k = RINGS.length - 1; k >= 0; k--) {
    const inner = (i: number) => (k === 0 ? (FACE_OVAL[i] as number) : LANDMARK_COUNT + (k - 1) * perRing + i);
    const outer = (i: number) => LANDMARK_COUNT + k * perRing + i;
    for (let i = 0; i < perRing; i++) {
      const next = (i + 1) % perRing;
      triangles.push(outer(i), outer(next), inner(i), inner(i), outer(next), inner(next));
    }
  }
  return triangles;
}

/** How far one may go from a position along this axis before the resting border begins. */
function wayToRest(from: number, out: number): number {
  if (out === 0) return Number.POSITIVE_INFINITY;
  return ((out > 0 ? PICTURE_SIZE_PX - RESTING_BORDER_PX : RESTING_BORDER_PX) - from) / out;
}

/** A field of the body's grid [65 * 65] read between its points. */
function onGrid(field: Float32Array, x: number, y: number): number {
  const column = Math.min(BODY_GRID_POINTS - 2, Math.max(0, Math.floor(x / BODY_GRID_STEP_PX)));
  const row = Math.min(BODY_GRID_POINTS - 2, Math.max(0, Math.floor(y / BODY_GRID_STEP_PX)));
  const right = x / BODY_GRID_STEP_PX - column;
  const down = y / BODY_GRID_STEP_PX - row;
  const at = row * BODY_GRID_POINTS + column;
  const above = (field[at] as number) * (1 - right) + (field[at + 1] as number) * right;
  const below =
    (field[at + BODY_GRID_POINTS] as number) * (1 - right) + (field[at + BODY_GRID_POINTS + 1] as number) * right;
  return above * (1 - down) + below * down;
}

function mean(landmarks: Float32Array, axis: number): number {
  return FACE_OVAL.reduce((sum, point) => sum + (landmarks[point * 3 + axis] as number), 0) / FACE_OVAL.length;
}
