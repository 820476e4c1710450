// What must not change while a portrait speaks: the sharpness of the mouth's crop, parts that stand still, the painter's edge.

import type { LumaPlane } from '../../server/avatar/luma.ts';
import { CROP_PX, cropFrame as paintedFrame, toCrop as toPainted } from '../../server/render/painter/crop-frame.ts';
import { patchMask } from '../../server/render/painter/patch-mask.ts';
import { LANDMARK_COUNT, type PreparedAvatar } from '../../server/types.ts';
import { rgbOf } from '../integration/avatar-drawn-face.ts';
import { cropFrame, cropLuma, sampleCrop } from './eval-picture-crop.ts';
import { type Drawer, FIRST_RENDERER } from './eval-picture-drawers.ts';
import { fineEnergy } from './eval-picture-measures.ts';
import type { PreparedPortrait } from './eval-picture-portraits.ts';
import { mean } from './statistics.ts';

/** Coefficients of the skin: all others are set to rest, so that nothing but the face's skin moves. */
const FACE_ROWS = 24;
/** A place stands still where the warp alone changes by no more (rounding), here and this far around. */
const STILL_LEVELS = 0.5;
const STILL_AROUND_PX = 3;
/** Shares of the painter's mask between which its edge lies. */
const EDGE_SHARES = [0.02, 0.98] as const;

export interface Stillness {
  portrait: string;
  renderer: string;
  /** Energy of fine detail in the crop while speaking over that of the still portrait. */
  sharpness: number;
  /** RMS grey levels from picture to picture where the warp alone stands still. */
  flickerSpeaking: number;
  flickerIdle: number;
  /** Mean gradient along the mask's edge over that of the still portrait. */
  seam: number;
}

export async function measureStillness(
  { name, avatar }: PreparedPortrait,
  drawer: Drawer,
  basis: Float32Array,
  spoken: readonly Float32Array[],
  idle: readonly Float32Array[],
): Promise<Stillness> {
  const frame = cropFrame(avatar);
  const draw = async (which: Drawer, motion: readonly Float32Array[]) => {
    const stream = which.open(avatar, basis);
    const crops: LumaPlane[] = [];
    for (const [index, coefficients] of motion.entries()) {
      const skin = coefficients.map((value, i) => (i < FACE_ROWS ? value : 0));
      const { i420 } = await stream.draw({ index, coefficients: skin, state: 'speaking' });
      crops.push(cropLuma(sampleCrop(rgbOf(i420), frame)));
    }
    stream.close();
    return crops;
  };
  const still = cropLuma(
    sampleCrop(
      avatar.rgba.filter((_, i) => i % 4 !== 3),
      frame,
    ),
  );
  const whole = { left: 0, top: 0, right: CROP_PX, bottom: CROP_PX };
  const energy = (plane: LumaPlane) => fineEnergy(plane, frame.unitPx, whole);
  const speaking = await draw(drawer, spoken);
  const resting = await draw(drawer, idle);
  const edge = edgeOf(avatar);
  return {
    portrait: name,
    renderer: drawer.name,
    sharpness: mean(speaking.map(energy)) / energy(still),
    flickerSpeaking: flicker(speaking, await draw(FIRST_RENDERER, spoken)),
    flickerIdle: flicker(resting, await draw(FIRST_RENDERER, idle)),
    seam: mean(speaking.map((plane) => gradient(plane, edge))) / gradient(still, edge),
  };
}

/** RMS of the change from crop to crop where that of `warped` hardly changes; NaN where everything moves. */
export function flicker(drawn: readonly LumaPlane[], warped: readonly LumaPlane[]): number {
  const squares: number[] = [];
  for (let k = 1; k < drawn.length; k++) {
    const [now, before] = [drawn[k] as LumaPlane, drawn[k - 1] as LumaPlane];
    const moving = movingPlaces(warped[k] as LumaPlane, warped[k - 1] as LumaPlane);
    now.data.forEach((value, i) => {
      if (!moving[i]) squares.push((value - (before.data[i] as number)) ** 2);
    });
  }
  return Math.sqrt(mean(squares));
}

function movingPlaces(now: LumaPlane, before: LumaPlane): Uint8Array {
  const { width, height } = now;
  const moving = new Uint8Array(width * height);
  now.data.forEach((value, i) => {
    if (Math.abs(value - (before.data[i] as number)) <= STILL_LEVELS) return;
    const [column, row] = [i % width, Math.floor(i / width)];
    for (let y = Math.max(0, row - STILL_AROUND_PX); y <= Math.min(height - 1, row + STILL_AROUND_PX); y++) {
      const left = Math.max(0, column - STILL_AROUND_PX);
      moving.fill(1, y * width + left, y * width + Math.min(width, column + STILL_AROUND_PX + 1));
    }
  });
  return moving;
}

/** Places of the crop on the painter's edge. */
function edgeOf(avatar: PreparedAvatar): number[] {
  const [u, v] = [new Float32Array(LANDMARK_COUNT), new Float32Array(LANDMARK_COUNT)];
  toPainted(paintedFrame(avatar.neutral), avatar.neutral, u, v);
  return [...patchMask(u, v)].flatMap((share, i) => (share > EDGE_SHARES[0] && share < EDGE_SHARES[1] ? [i] : []));
}

/** Mean length of the brightness' gradient over places of the crop, by central differences. */
function gradient({ data, width, height }: LumaPlane, places: readonly number[]): number {
  const at = (column: number, row: number) =>
    data[Math.min(height - 1, Math.max(0, row)) * width + Math.min(width - 1, Math.max(0, column))] as number;
  return mean(
    places.map((i) => {
      const [column, row] = [i % width, Math.floor(i / width)];
      return Math.hypot(at(column + 1, row) - at(column - 1, row), at(column, row + 1) - at(column, row - 1)) / 2;
    }),
  );
}
