// What the picture tells of everything that is not face: the head's outline with hair and hat, neck and shoulders; and from these how
// far each place lies behind the face, and what moves it: the skull or the breath.

import { smoothstep } from '../smoothstep.ts';
import { type AvatarBody, BODY_GRID_POINTS, BODY_GRID_STEP_PX, PICTURE_SIZE_PX } from '../types.ts';
import { EYE_CORNERS, FACE_OVAL } from './face-mesh.ts';
import { fillSmoothly } from './fill-smooth.ts';
import { isInside } from './luma.ts';
import type { HeadPose } from './pose.ts';

const DIRECTIONS = 72;
/** The head's middle below the line of the eye corners and behind them, in eye-corner distances. */
const CENTRE_DOWN_UNITS = 0.1;
const CENTRE_BACK_UNITS = 0.75;
/** Hair and hats reach at most so far from the head's middle; farther, it is somebody else's or a veil over the shoulders. */
const MAX_REACH_UNITS = 2.2;
/** Below the jaw the head's outline is the jaw's, so much wider. */
const JAW_MARGIN = 1.06;
const HALF = 128;
/** A row belongs to the shoulders from where the person is this much wider than the neck. */
const SHOULDER_WIDENING = 1.5;
/** Where they begin at the least and at the most below the chin, in eye-corner distances; the middle where nothing is seen. */
const SHOULDERS_BELOW_CHIN = { least: 0.3, usual: 0.5, most: 0.8 } as const;
/** How far below the shoulders' beginning the chest moves as a whole with the breath. */
const CHEST_UNITS = 0.6;
/** Hair beside the neck hangs from the skull: its share falls over this length below the jaw's corner. */
const HANGING_UNITS = 1.1;
/** Depths of neck and chest against the head's middle. */
const NECK_FORWARD_UNITS = 0.1;
const CHEST_FORWARD_UNITS = 0.35;
const CHIN = 152;
const JAW_CORNERS = [172, 397] as const;

/**
 * @param matte [512 * 512]
 * @param neutral [478 * 3] landmarks of the closed face
 * @param triangles [3 * n] of the face
 */
export function measureBody(
  matte: Uint8Array,
  neutral: Float32Array,
  triangles: Uint16Array,
  pose: HeadPose,
): AvatarBody {
  const head = headFrame(neutral, pose);
  const neck = measureNeck(matte, head);
  const shoulderDown = head.down(neck.middle, neck.shoulderY);
  const count = BODY_GRID_POINTS ** 2;
  const headShare = new Float32Array(count);
  const breathShare = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const [x, y] = placeOf(i);
    const [across, down] = [head.across(x, y), head.down(x, y)];
    const besideNeck = smoothstep(head.jawHalfWidth, head.jawHalfWidth * 1.3, Math.abs(across));
    const start = head.chinDown + (head.jawDown - head.chinDown) * besideNeck;
    const onNeck = smoothstep(start, shoulderDown, down);
    const hanging = smoothstep(start, start + HANGING_UNITS * head.unitPx, down);
    headShare[i] = 1 - (onNeck + (hanging - onNeck) * besideNeck);
    breathShare[i] = smoothstep(shoulderDown - 0.2 * head.unitPx, shoulderDown + CHEST_UNITS * head.unitPx, down);
  }
  const outline = headOutline(matte, neutral, head);
  return {
    depth: depths(neutral, triangles, outline, head, shoulderDown),
    headShare,
    breathShare,
    outline,
    shoulderY: neck.shoulderY,
    neck: neck.sides,
  };
}

/** The head's own axes in the picture. */
interface HeadFrame {
  centre: readonly [number, number, number];
  unitPx: number;
  /** Pixels to the head's right and down from its middle. */
  across(x: number, y: number): number;
  down(x: number, y: number): number;
  chinDown: number;
  jawDown: number;
  jawHalfWidth: number;
  chin: readonly [number, number];
  oval: readonly (readonly [number, number])[];
}

function headFrame(neutral: Float32Array, { rotation, unitPx }: HeadPose): HeadFrame {
  const [a, b] = EYE_CORNERS;
  const centre = [0, 1, 2].map((axis) => {
    const middle = ((neutral[a * 3 + axis] as number) + (neutral[b * 3 + axis] as number)) / 2;
    const down = CENTRE_DOWN_UNITS * (rotation[axis * 3 + 1] as number);
    const back = CENTRE_BACK_UNITS * (rotation[axis * 3 + 2] as number);
    return middle + (down + back) * unitPx;
  }) as [number, number, number];
  // Only the roll counts here: neck and shoulders stand below the head in the picture, however it nods.
  const length = Math.hypot(rotation[0] as number, rotation[3] as number);
  const [rightX, rightY] = [(rotation[0] as number) / length, (rotation[3] as number) / length];
  const across = (x: number, y: number) => (x - centre[0]) * rightX + (y - centre[1]) * rightY;
  const down = (x: number, y: number) => (y - centre[1]) * rightX - (x - centre[0]) * rightY;
  const at = (point: number) => [neutral[point * 3] as number, neutral[point * 3 + 1] as number] as const;
  const jaws = JAW_CORNERS.map(at);
  const jawMean = (of: (x: number, y: number) => number) =>
    jaws.reduce((sum, [x, y]) => sum + of(x, y), 0) / jaws.length;
  return {
    centre,
    unitPx,
    across,
    down,
    chinDown: down(...at(CHIN)),
    jawDown: jawMean(down),
    jawHalfWidth: jawMean((x, y) => Math.abs(across(x, y))),
    chin: at(CHIN),
    oval: FACE_OVAL.map(at),
  };
}

/** The neck: narrowest below the chin; the shoulders begin where the person widens again. */
function measureNeck(matte: Uint8Array, { chin, unitPx }: HeadFrame) {
  const size = PICTURE_SIZE_PX;
  const middle = Math.round(Math.min(size - 1, Math.max(0, chin[0])));
  const rowAt = (units: number) => Math.round(chin[1] + units * unitPx);
  const run = (row: number): [number, number] => {
    const isPerson = (x: number) => (matte[row * size + x] as number) >= HALF;
    let [left, right] = [middle, middle];
    while (left > 0 && isPerson(left - 1)) left--;
    while (right < size - 1 && isPerson(right + 1)) right++;
    return [left, right];
  };
  const usual = Math.min(size, rowAt(SHOULDERS_BELOW_CHIN.usual));
  let sides: [number, number] = run(Math.min(size - 1, rowAt(0)));
  const width = ([left, right]: [number, number]) => right - left;
  for (let row = Math.round(chin[1]); row < Math.min(size, rowAt(SHOULDERS_BELOW_CHIN.most)); row++) {
    const found = run(row);
    if (width(found) < width(sides)) sides = found;
    else if (row >= rowAt(SHOULDERS_BELOW_CHIN.least) && width(found) > SHOULDER_WIDENING * width(sides)) {
      return { sides, middle, shoulderY: row };
    }
  }
  return { sides, middle, shoulderY: usual };
}

/** [72 * 2] how far the person reaches from the head's middle, each 5 degrees; below the ears no farther than the jaw. */
function headOutline(matte: Uint8Array, neutral: Float32Array, head: HeadFrame): Float32Array {
  const outline = new Float32Array(DIRECTIONS * 2);
  const [cx, cy] = head.centre;
  for (let k = 0; k < DIRECTIONS; k++) {
    const angle = (k / DIRECTIONS) * 2 * Math.PI;
    const [dx, dy] = [Math.cos(angle), Math.sin(angle)];
    const face = reachOfOval(neutral, cx, cy, dx, dy) * JAW_MARGIN;
    const isPerson = (reach: number) => {
      const [x, y] = [Math.floor(cx + dx * reach), Math.floor(cy + dy * reach)];
      return (
        x >= 0 &&
        y >= 0 &&
        x < PICTURE_SIZE_PX &&
        y < PICTURE_SIZE_PX &&
        (matte[y * PICTURE_SIZE_PX + x] as number) >= HALF
      );
    };
    const isAboveJaw = (reach: number) => head.down(cx + dx * reach, cy + dy * reach) < head.jawDown;
    let reach = face;
    while (reach < MAX_REACH_UNITS * head.unitPx && isAboveJaw(reach) && isPerson(reach)) reach++;
    outline[k * 2] = cx + dx * reach;
    outline[k * 2 + 1] = cy + dy * reach;
  }
  return outline;
}

/** How far the face's outline lies from a point in a direction. */
function reachOfOval(neutral: Float32Array, cx: number, cy: number, dx: number, dy: number): number {
  let reach = 0;
  FACE_OVAL.forEach((point, i) => {
    const next = FACE_OVAL[(i + 1) % FACE_OVAL.length] as number;
    const [ax, ay] = [(neutral[point * 3] as number) - cx, (neutral[point * 3 + 1] as number) - cy];
    const [ex, ey] = [(neutral[next * 3] as number) - cx - ax, (neutral[next * 3 + 1] as number) - cy - ay];
    const cross = dx * ey - dy * ex;
    if (cross === 0) return;
    const along = (ax * ey - ay * ex) / cross;
    const share = (ax * dy - ay * dx) / cross;
    if (share >= 0 && share <= 1 && along > reach) reach = along;
  });
  return reach;
}

/** Known depths (face, the head's outline, neck, chest) and a smooth surface through them. */
function depths(
  neutral: Float32Array,
  triangles: Uint16Array,
  outline: Float32Array,
  head: HeadFrame,
  shoulderDown: number,
): Float32Array {
  const count = BODY_GRID_POINTS ** 2;
  const depth = new Float32Array(count);
  const known = new Float32Array(count);
  const skull = Array.from(
    { length: DIRECTIONS },
    (_, k) => [outline[k * 2] as number, outline[k * 2 + 1] as number] as const,
  );
  const set = (i: number, z: number) => {
    depth[i] = z;
    known[i] = 1;
  };
  for (let i = 0; i < count; i++) {
    const [x, y] = placeOf(i);
    const down = head.down(x, y);
    if (isInside(head.oval, x, y)) {
      const z = depthOfFace(neutral, triangles, x, y);
      if (z !== undefined) set(i, z);
    } else if (down > shoulderDown) {
      const forward = smoothstep(shoulderDown, shoulderDown + CHEST_UNITS * head.unitPx, down);
      set(
        i,
        head.centre[2] - (NECK_FORWARD_UNITS + (CHEST_FORWARD_UNITS - NECK_FORWARD_UNITS) * forward) * head.unitPx,
      );
    } else if (!isInside(skull, x, y)) {
      set(i, down > head.jawDown ? head.centre[2] - NECK_FORWARD_UNITS * head.unitPx : head.centre[2]);
    }
  }
  return fillSmoothly([depth, depth, depth], known, BODY_GRID_POINTS, BODY_GRID_POINTS)[0];
}

function depthOfFace(neutral: Float32Array, triangles: Uint16Array, x: number, y: number): number | undefined {
  let nearest: number | undefined;
  for (let first = 0; first < triangles.length; first += 3) {
    const [a, b, c] = [0, 1, 2].map((k) => (triangles[first + k] as number) * 3) as [number, number, number];
    const [ax, ay] = [neutral[a] as number, neutral[a + 1] as number];
    const [bx, by] = [(neutral[b] as number) - ax, (neutral[b + 1] as number) - ay];
    const [cx, cy] = [(neutral[c] as number) - ax, (neutral[c + 1] as number) - ay];
    const area = bx * cy - cx * by;
    if (area === 0) continue;
    const ofB = ((x - ax) * cy - cx * (y - ay)) / area;
    const ofC = (bx * (y - ay) - (x - ax) * by) / area;
    if (ofB < 0 || ofC < 0 || ofB + ofC > 1) continue;
    const z =
      (1 - ofB - ofC) * (neutral[a + 2] as number) +
      ofB * (neutral[b + 2] as number) +
      ofC * (neutral[c + 2] as number);
    if (nearest === undefined || z < nearest) nearest = z;
  }
  return nearest;
}

function placeOf(i: number): [number, number] {
  return [(i % BODY_GRID_POINTS) * BODY_GRID_STEP_PX, Math.floor(i / BODY_GRID_POINTS) * BODY_GRID_STEP_PX];
}
