// The pictures' evaluation on known answers: its measures, and the motion it reads back out of landmarks that were drawn.

import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { closePortraitThread, loadPortraits, preparePortrait } from '../../server/avatar/index.ts';
import { blurred } from '../../server/avatar/luma.ts';
import { loadConfig } from '../../server/config.ts';
import { CROP_PX } from '../../server/render/painter/crop-frame.ts';
import type { PreparedAvatar } from '../../server/types.ts';
import { cropFrame, cropLuma, sampleCrop, toCrop } from '../bench/eval-picture-crop.ts';
import { FIRST_RENDERER } from '../bench/eval-picture-drawers.ts';
import { MotionFitter } from '../bench/eval-picture-fit.ts';
import { decibels, fineEnergy, squaredError, structuralSimilarity } from '../bench/eval-picture-measures.ts';
import { flicker } from '../bench/eval-picture-still.ts';
import { rgbOf } from './avatar-drawn-face.ts';

const LIP_CORNER = 61;
const COEFFICIENTS = 34;
const WHOLE = { left: 0, top: 0, right: CROP_PX, bottom: CROP_PX };

let avatar: PreparedAvatar;
let basis: Float32Array;
beforeAll(async () => {
  const [portrait] = await loadPortraits(loadConfig().portraits.directory);
  avatar = await preparePortrait(await readFile(portrait?.file ?? ''));
  const bytes = await readFile(new URL('../../models/motion.basis.f32', import.meta.url));
  basis = new Float32Array(new Uint8Array(bytes).buffer);
}, 60_000);
afterAll(closePortraitThread);

function motion(values: Record<number, number>): Float32Array {
  return Float32Array.from({ length: COEFFICIENTS }, (_, i) => values[i] ?? 0);
}

async function drawn(values: Record<number, number>) {
  const stream = FIRST_RENDERER.open(avatar, basis);
  const { i420 } = await stream.draw({ index: 0, coefficients: motion(values), state: 'speaking' });
  const landmarks = stream.landmarks.slice();
  stream.close();
  return { rgb: rgbOf(i420), landmarks };
}

describe('nearness of two crops', () => {
  it('is without bounds for equal ones, and 34.15 dB where all differ by 5 levels', () => {
    const crop = Uint8Array.from({ length: CROP_PX * CROP_PX * 3 }, (_, i) => (i * 37) % 200);
    expect(decibels(squaredError(crop, crop))).toBe(Number.POSITIVE_INFINITY);
    expect(structuralSimilarity(cropLuma(crop), cropLuma(crop))).toBeCloseTo(1, 5);
    const brighter = crop.map((value) => value + 5);
    expect(decibels(squaredError(crop, brighter))).toBeCloseTo(34.15, 2);
  });

  it('falls when the mouth is shifted, and more when it is open', async () => {
    const rest = await drawn({});
    const frame = cropFrame(avatar);
    const still = sampleCrop(rest.rgb, frame);
    const shiftedBy = (pixels: number) =>
      sampleCrop(rest.rgb, { ...frame, origin: [frame.origin[0] + pixels, frame.origin[1]] });
    const open = sampleCrop((await drawn({ 0: 2.5 })).rgb, frame);
    const [one, four, opened] = [shiftedBy(1), shiftedBy(4), open].map((crop) => decibels(squaredError(still, crop)));
    expect(four).toBeLessThan((one ?? 0) - 5);
    expect(opened).toBeLessThan((one ?? 0) - 5);
    expect(structuralSimilarity(cropLuma(still), cropLuma(shiftedBy(4)))).toBeLessThan(0.95);
  });

  it('counts less fine detail in what is blurred', async () => {
    const frame = cropFrame(avatar);
    const plane = cropLuma(sampleCrop((await drawn({ 0: 2.5 })).rgb, frame));
    const soft = blurred(plane, 2);
    expect(fineEnergy(soft, frame.unitPx, WHOLE)).toBeLessThan(0.3 * fineEnergy(plane, frame.unitPx, WHOLE));
  });
});

describe('motion read out of landmarks', () => {
  it('is the motion that was drawn, pose and lips', async () => {
    const given = { 0: 1.5, 1: -0.8, 24: 0.06, 25: -0.11, 26: 0.04, 27: 0.05, 28: -0.03, 29: 0.2 };
    const { landmarks } = await drawn(given);
    // The head is drawn flatter than it was found (render/rig.ts): its motion is read against its own face at rest, opened as the picture's.
    const rest = (await drawn({})).landmarks;
    const first = rest.map((value, i) => value + (avatar.landmarks[i] as number) - (avatar.neutral[i] as number));
    const fitter = new MotionFitter(avatar, basis, first);
    const { coefficients, lipErrorPx } = fitter.fit(landmarks);
    for (const [key, value] of Object.entries(given)) expect(coefficients[Number(key)]).toBeCloseTo(value, 1);
    expect(lipErrorPx).toBeLessThan(0.5);
  });

  it('carries the crop with the head: a corner of the lips stays in its place', async () => {
    const pose = { 25: 0.2, 24: -0.08, 27: 0.1 };
    const { landmarks } = await drawn(pose);
    const place = (frame: ReturnType<typeof cropFrame>, points: Float32Array) =>
      toCrop(frame, points[LIP_CORNER * 3] as number, points[LIP_CORNER * 3 + 1] as number);
    const rest = place(cropFrame(avatar), avatar.neutral);
    const turned = place(cropFrame(avatar, motion(pose)), landmarks);
    expect(Math.hypot(rest[0] - turned[0], rest[1] - turned[1])).toBeLessThan(2);
    const left = place(cropFrame(avatar), landmarks);
    expect(Math.hypot(rest[0] - left[0], rest[1] - left[1])).toBeGreaterThan(5);
  });
});

describe('flicker', () => {
  const plane = (value: (column: number) => number) => ({
    data: Float32Array.from({ length: CROP_PX * CROP_PX }, (_, i) => value(i % CROP_PX)),
    width: CROP_PX,
    height: CROP_PX,
  });

  it('is seen where the warp stands still, not where it moves', () => {
    const warped = [plane(() => 100), plane((column) => (column < 40 ? 100 : 130))];
    const moving = [plane(() => 100), plane((column) => (column < 40 ? 100 : 160))];
    expect(flicker(moving, warped)).toBe(0);
    const flickering = [plane(() => 100), plane((column) => (column < 40 ? 103 : 160))];
    expect(flicker(flickering, warped)).toBeCloseTo(3, 5);
  });
});
