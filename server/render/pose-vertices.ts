// Motion coefficients to vertex positions in the picture: skin, lids, lips that really close, then the head's pose in 3D.

import { smoothstep } from '../smoothstep.ts';
import { LANDMARK_COUNT } from '../types.ts';
import {
  CHIN,
  LIP_LOWER_INNER,
  LIP_LOWER_ROWS,
  LIP_UPPER_INNER,
  LIP_UPPER_ROWS,
  LOWER_LIP,
  UPPER_LIP,
} from './face-topology.ts';
import { FACE_COEFFICIENTS, type Lids, type Rig } from './rig.ts';

const PITCH = 24;
const YAW = 25;
const ROLL = 26;
const TRANSLATE_X = 27;
const TRANSLATE_Y = 28;
const TRANSLATE_Z = 29;
const GAZE_X = 30;
const GAZE_Y = 31;
const BLINK_LEFT = 32;
const BLINK_RIGHT = 33;

/** Distance from the camera in eye-corner distances (about 90 cm), as in fitting the basis: turns translate_z into size. */
const CAMERA_DISTANCE_UNITS = 10;
/** Openings of the lips below the first are drawn closed, from the second on as commanded: trackers give closed lips a little noise. */
const CLOSED_OPENING_UNITS = 0.012;
const TRUE_OPENING_UNITS = 0.03;
/** The upper lid goes with the eye: share of closing per unit of gaze down. */
const LID_FOLLOWS_GAZE = 1.6;
const LID_GAZE_MAX = 0.2;

/** Sine of a portrait's own yaw from which on its turns are softened, and are wholly; up to where they stay as they are; their most. */
const TURNED_FROM = 0.3;
const TURNED_WHOLLY = 0.45;
const YAW_FREE_RAD = 0.07;
const YAW_TURNED_MAX_RAD = 0.14;
/** Up to this share of their way brows come down as they are told. */
const BROWS_FREE = 0.4;
/** Shoulders rise with the head's breath, and follow when it is carried sideways, by these shares. */
const BODY_LIFTS = 0.9;
const BODY_SWAYS = 0.5;

type Turn = [number, number, number, number, number, number, number, number, number];

/** Where everything is in one picture. The arrays are reused from picture to picture. */
export interface PosedVertices {
  /** [vertices] where they are drawn, in pixels: they follow `targetX`, `targetY` by steps too small to see (moved.ts). */
  x: Float32Array;
  y: Float32Array;
  /** [478 * 3] the landmarks' x, y, z in pixels. */
  landmarks: Float32Array;
  /** [478 * 3] the same with the head as in the portrait: skin and lips moved, neither turned nor blinked (the painter's place). */
  expressed: Float32Array;
  /** [6] picture = origin + matrix * (units right, units down) for points that move with the skull, at the lips' depth. */
  skull: Float32Array;
  /** Way of the chin down the face, in eye-corner distances: how far the jaw is open. */
  jawUnits: number;
  /** The same of the lower lip's inner edge. */
  lowerLipUnits: number;
  gazeX: number;
  gazeY: number;
  /** 0 as in the portrait .. 1 shut; by image side. */
  blinkLeft: number;
  blinkRight: number;
}

export class VertexPoser {
  readonly posed: PosedVertices;
  /** [vertices] where the last motion puts them, in pixels. */
  readonly targetX: Float32Array;
  readonly targetY: Float32Array;
  readonly #rig: Rig;
  readonly #face: Float32Array;
  readonly #turn = new Float32Array(9);
  readonly #mouth: readonly [number, number, number];

  /** @param x, y [vertices] where the vertices are drawn: for who paints on them */
  constructor(rig: Rig, x: Float32Array, y: Float32Array) {
    this.#rig = rig;
    this.#face = new Float32Array(LANDMARK_COUNT * 3);
    this.targetX = new Float32Array(rig.vertexCount);
    this.targetY = new Float32Array(rig.vertexCount);
    this.#mouth = [0, 1, 2].map(
      (axis) => ((rig.neutral[UPPER_LIP * 3 + axis] as number) + (rig.neutral[LOWER_LIP * 3 + axis] as number)) / 2,
    ) as [number, number, number];
    this.posed = {
      x,
      y,
      landmarks: new Float32Array(LANDMARK_COUNT * 3),
      expressed: this.#face,
      skull: new Float32Array(6),
      jawUnits: 0,
      lowerLipUnits: 0,
      gazeX: 0,
      gazeY: 0,
      blinkLeft: 0,
      blinkRight: 0,
    };
  }

  /** @param c [34 + expressions] motion coefficients */
  pose(c: Float32Array): PosedVertices {
    this.#moveSkin(c);
    this.#closeLips();
    this.#poseHead(c);
    const follow = Math.max(0, Math.min(LID_GAZE_MAX, (c[GAZE_Y] as number) * LID_FOLLOWS_GAZE));
    this.posed.blinkLeft = this.#moveLids(this.#rig.lids[0], (c[BLINK_LEFT] as number) + follow);
    this.posed.blinkRight = this.#moveLids(this.#rig.lids[1], (c[BLINK_RIGHT] as number) + follow);
    return this.posed;
  }

  #moveSkin(c: Float32Array): void {
    this.#face.set(this.#rig.neutral);
    this.#addRows(c, 0, FACE_COEFFICIENTS);
    // Read before the expressions: they pull skin over jaw and teeth, which stay.
    this.posed.jawUnits = Math.max(0, this.#wayDown(CHIN));
    this.posed.lowerLipUnits = this.#wayDown(LOWER_LIP);
    this.#addRows(c, FACE_COEFFICIENTS, this.#rig.coefficients.length);
    this.#holdBrows();
    this.posed.gazeX = c[GAZE_X] as number;
    this.posed.gazeY = c[GAZE_Y] as number;
  }

  #addRows(c: Float32Array, from: number, to: number): void {
    const face = this.#face;
    const { basis, coefficients } = this.#rig;
    const length = face.length;
    for (let row = from; row < to; row++) {
      const share = c[coefficients[row] as number] ?? 0;
      if (share === 0) continue;
      const start = row * length;
      for (let i = 0; i < length; i++) face[i] = (face[i] as number) + share * (basis[start + i] as number);
    }
  }

  /** Brows that would come down over the lids are slowed: a portrait has no picture of such a fold. */
  #holdBrows(): void {
    const { neutral, rotation, brows } = this.#rig;
    const [downX, downY] = [rotation[1] as number, rotation[4] as number];
    const free = brows.fallPx * BROWS_FREE;
    const range = brows.fallPx - free;
    for (const point of brows.points) {
      const at = point * 3;
      const x = (this.#face[at] as number) - (neutral[at] as number);
      const y = (this.#face[at + 1] as number) - (neutral[at + 1] as number);
      const beyond = x * downX + y * downY - free;
      if (beyond <= 0) continue;
      const back = range * Math.tanh(beyond / range) - beyond;
      this.#shift(at, back * downX, back * downY);
    }
  }

  /** How far a landmark has moved down the face, in eye-corner distances. */
  #wayDown(landmark: number): number {
    const { neutral, rotation, unitPx } = this.#rig;
    const at = landmark * 3;
    const x = (this.#face[at] as number) - (neutral[at] as number);
    const y = (this.#face[at + 1] as number) - (neutral[at + 1] as number);
    return (x * (rotation[1] as number) + y * (rotation[4] as number)) / unitPx;
  }

  /** Lids are drawn over the eye (eyes.ts), not by the mesh: only the landmarks' record moves with them. Returns the clamped blink. */
  #moveLids(lids: Lids, blink: number): number {
    const { landmarks } = this.posed;
    const [t0, t1, , t3, t4] = this.#turn as unknown as Turn;
    const share = Math.min(1, Math.max(0, blink));
    for (let i = 0; i < lids.points.length; i++) {
      const at = (lids.points[i] as number) * 3;
      const wayX = share * (lids.way[i * 2] as number);
      const wayY = share * (lids.way[i * 2 + 1] as number);
      landmarks[at] = (landmarks[at] as number) + t0 * wayX + t1 * wayY;
      landmarks[at + 1] = (landmarks[at + 1] as number) + t3 * wayX + t4 * wayY;
    }
    return share;
  }

  /** Small gaps shut, crossed lips meet: without this a closed mouth shows a flickering line. */
  #closeLips(): void {
    const face = this.#face;
    const downX = this.#rig.rotation[1] as number;
    const downY = this.#rig.rotation[4] as number;
    for (let i = 1; i < LIP_UPPER_INNER.length - 1; i++) {
      const upper = (LIP_UPPER_INNER[i] as number) * 3;
      const lower = (LIP_LOWER_INNER[i] as number) * 3;
      const gap =
        ((face[lower] as number) - (face[upper] as number)) * downX +
        ((face[lower + 1] as number) - (face[upper + 1] as number)) * downY;
      const units = gap / this.#rig.unitPx;
      const wanted = Math.max(0, gap) * smoothstep(CLOSED_OPENING_UNITS, TRUE_OPENING_UNITS, units);
      const half = (gap - wanted) / 2;
      if (half === 0) continue;
      this.#shift(upper, half * downX, half * downY);
      this.#shift(lower, -half * downX, -half * downY);
      for (const row of LIP_UPPER_ROWS)
        this.#shift((row.points[i - 1] as number) * 3, half * downX * row.share, half * downY * row.share);
      for (const row of LIP_LOWER_ROWS)
        this.#shift((row.points[i - 1] as number) * 3, -half * downX * row.share, -half * downY * row.share);
    }
  }

  #shift(at: number, x: number, y: number): void {
    this.#face[at] = (this.#face[at] as number) + x;
    this.#face[at + 1] = (this.#face[at + 1] as number) + y;
  }

  #poseHead(c: Float32Array): void {
    const { centre, unitPx, rotation } = this.#rig;
    const turn = this.#turn;
    setTurn(turn, c[PITCH] as number, this.#yawWithin(c[YAW] as number), c[ROLL] as number);
    const size = 1 / (1 + (c[TRANSLATE_Z] as number) / CAMERA_DISTANCE_UNITS);
    for (let k = 0; k < 9; k++) turn[k] = (turn[k] as number) * size;
    const moveX = centre[0] + (c[TRANSLATE_X] as number) * unitPx;
    const moveY = centre[1] + (c[TRANSLATE_Y] as number) * unitPx;
    const { targetX: x, targetY: y } = this;
    const { landmarks, skull } = this.posed;
    const [t0, t1, t2, t3, t4, t5, t6, t7, t8] = turn as unknown as Turn;
    const face = this.#face;
    for (let i = 0; i < LANDMARK_COUNT; i++) {
      const dx = (face[i * 3] as number) - centre[0];
      const dy = (face[i * 3 + 1] as number) - centre[1];
      const dz = (face[i * 3 + 2] as number) - centre[2];
      x[i] = moveX + t0 * dx + t1 * dy + t2 * dz;
      y[i] = moveY + t3 * dx + t4 * dy + t5 * dz;
      landmarks[i * 3] = x[i] as number;
      landmarks[i * 3 + 1] = y[i] as number;
      landmarks[i * 3 + 2] = centre[2] + t6 * dx + t7 * dy + t8 * dz;
    }
    this.#poseOuter(c, moveX, moveY);
    const mx = this.#mouth[0] - centre[0];
    const my = this.#mouth[1] - centre[1];
    const mz = this.#mouth[2] - centre[2];
    skull[0] = moveX + t0 * mx + t1 * my + t2 * mz;
    skull[1] = moveY + t3 * mx + t4 * my + t5 * mz;
    for (let axis = 0; axis < 2; axis++) {
      const rx = rotation[axis] as number;
      const ry = rotation[3 + axis] as number;
      const rz = rotation[6 + axis] as number;
      skull[2 + axis] = (t0 * rx + t1 * ry + t2 * rz) * unitPx;
      skull[4 + axis] = (t3 * rx + t4 * ry + t5 * rz) * unitPx;
    }
  }

  /** A portrait that shows little of one cheek has nothing to draw it from when it turns: far turns are softened. */
  #yawWithin(yaw: number): number {
    const turned = Math.abs(this.#rig.rotation[2] as number);
    const limited = smoothstep(TURNED_FROM, TURNED_WHOLLY, turned);
    const beyond = Math.abs(yaw) - YAW_FREE_RAD;
    if (limited === 0 || beyond <= 0) return yaw;
    const range = YAW_TURNED_MAX_RAD - YAW_FREE_RAD;
    const softened = Math.sign(yaw) * (YAW_FREE_RAD + range * Math.tanh(beyond / range));
    return yaw + (softened - yaw) * limited;
  }

  /** Hair with the head, the skin beside the face with its motion, shoulders with the breath that lifts the head as well. */
  #poseOuter(c: Float32Array, moveX: number, moveY: number): void {
    const { centre, restX, restY, neutral, outer, unitPx } = this.#rig;
    const { targetX: x, targetY: y } = this;
    const [t0, t1, t2, t3, t4, t5] = this.#turn as unknown as Turn;
    const face = this.#face;
    const swayX = (c[TRANSLATE_X] as number) * unitPx * BODY_SWAYS;
    const liftY = (c[TRANSLATE_Y] as number) * unitPx * BODY_LIFTS;
    for (let k = 0; k < outer.parent.length; k++) {
      const i = LANDMARK_COUNT + k;
      const atX = restX[i] as number;
      const atY = restY[i] as number;
      const dx = atX - centre[0];
      const dy = atY - centre[1];
      const dz = (outer.z[k] as number) - centre[2];
      const share = outer.headShare[k] as number;
      const skin = outer.skinShare[k] as number;
      const body = outer.bodyShare[k] as number;
      const parent = (outer.parent[k] as number) * 3;
      const skinX = ((face[parent] as number) - (neutral[parent] as number)) * skin;
      const skinY = ((face[parent + 1] as number) - (neutral[parent + 1] as number)) * skin;
      x[i] = atX + share * (moveX + t0 * dx + t1 * dy + t2 * dz - atX) + skinX + body * swayX;
      y[i] = atY + share * (moveY + t3 * dx + t4 * dy + t5 * dz - atY) + skinY + body * liftY;
    }
  }
}

/** Rz(roll) Ry(-yaw) Rx(pitch), row by row, as the basis was fitted. */
function setTurn(turn: Float32Array, pitch: number, yaw: number, roll: number): void {
  const cp = Math.cos(pitch);
  const sp = Math.sin(pitch);
  const cy = Math.cos(yaw);
  const sy = -Math.sin(yaw);
  const cr = Math.cos(roll);
  const sr = Math.sin(roll);
  turn[0] = cr * cy;
  turn[1] = cr * sy * sp - sr * cp;
  turn[2] = cr * sy * cp + sr * sp;
  turn[3] = sr * cy;
  turn[4] = sr * sy * sp + cr * cp;
  turn[5] = sr * sy * cp - cr * sp;
  turn[6] = -sy;
  turn[7] = cy * sp;
  turn[8] = cy * cp;
}
