import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { closePortraitThread, loadPortraits, preparePortrait } from '../../server/avatar/index.ts';
import { createPictureStream } from '../../server/render/index.ts';
import { labelPart } from '../../server/render/label.ts';
import { type MotionFrame, PICTURE_SIZE_PX, type PictureStream, type PreparedAvatar } from '../../server/types.ts';
import { correlation, slope as slopeOf } from '../bench/statistics.ts';
import { distance, faceIn, rgbOf } from './avatar-drawn-face.ts';

const project = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url));
const LABEL = 'AI-generated';
const [PITCH, YAW, BLINK_LEFT, BLINK_RIGHT] = [24, 25, 32, 33] as const;
/** The basis' first row opens the jaw: about 0.075 eye-corner distances per unit. */
const JAW = 0;

let basis: Float32Array;
const avatars = new Map<string, PreparedAvatar>();

/** On a busy machine each of three portraits takes a minute. */
const PREPARING_MS = 300_000;

beforeAll(async () => {
  basis = new Float32Array(new Uint8Array(await readFile(project('models/motion.basis.f32'))).buffer);
  for (const portrait of await loadPortraits(project('config/portraits'))) {
    avatars.set(portrait.id, await preparePortrait(await readFile(portrait.file)));
  }
}, PREPARING_MS);
afterAll(() => closePortraitThread());

function avatarOf(id: string): PreparedAvatar {
  const avatar = avatars.get(id);
  if (!avatar) throw new Error(`no portrait ${id}`);
  return avatar;
}

function streamOf(id: string): PictureStream {
  return createPictureStream(avatarOf(id), basis, { label: LABEL });
}

function frame(coefficients: Record<number, number>, index = 0): MotionFrame {
  const all = new Float32Array(34);
  for (const [key, value] of Object.entries(coefficients)) all[Number(key)] = value;
  return { index, coefficients: all, state: 'speaking' };
}

/**
 * What the finder sees of an opening and of shut lids depends on the painting: in the Mona Lisa's shaded mouth and half-shut
 * eyes it sees a third of what is there, so for her the correlation says more than the slope.
 */
const PORTRAITS = [
  { id: 'mona-lisa', minSlope: 0.2, shutShare: 0.85 },
  { id: 'vigee-le-brun', minSlope: 0.7, shutShare: 0.65 },
  { id: 'ada-lovelace', minSlope: 0.6, shutShare: 0.65 },
];

describe.each(PORTRAITS)('drawing $id', ({ id, minSlope, shutShare }) => {
  it('opens the lips as commanded: found again in the picture, r >= 0.9, and the stream says the same', async () => {
    const stream = streamOf(id);
    const commanded: number[] = [];
    const drawn: number[] = [];
    for (let step = 0; step <= 8; step++) {
      const picture = await stream.draw(frame({ [JAW]: step * 0.3 }));
      commanded.push(distance(stream.landmarks, 13, 14) / distance(stream.neutral, 33, 263));
      const { landmarks } = await faceIn(picture.i420);
      drawn.push(distance(landmarks, 13, 14) / distance(landmarks, 33, 263));
    }
    expect(commanded.at(-1)).toBeGreaterThan(0.12);
    expect(correlation(commanded, drawn)).toBeGreaterThan(0.9);
    const slope = slopeOf(commanded.map((opening, k) => [opening, drawn[k] ?? Number.NaN]));
    expect(slope).toBeGreaterThan(minSlope);
    expect(slope).toBeLessThan(1.5);
  });

  it('draws closed lips without a gap, also where the motion trembles', async () => {
    const stream = streamOf(id);
    const rest = (await stream.draw(frame({}))).i420.slice();
    for (const tremble of [-0.4, -0.1, 0.1]) {
      await stream.draw(frame({ [JAW]: tremble }));
      expect(distance(stream.landmarks, 13, 14) / distance(stream.neutral, 33, 263)).toBeLessThan(0.005);
    }
    expect(Buffer.compare((await stream.draw(frame({}))).i420, rest)).toBe(0);
  });

  it('shuts the eyes', async () => {
    const stream = streamOf(id);
    const open = await faceIn((await stream.draw(frame({}))).i420);
    const shut = await faceIn((await stream.draw(frame({ [BLINK_LEFT]: 1, [BLINK_RIGHT]: 1 }))).i420);
    for (const [upper, lower] of [
      [159, 145],
      [386, 374],
    ] as const) {
      expect(distance(shut.landmarks, upper, lower)).toBeLessThan(shutShare * distance(open.landmarks, upper, lower));
    }
    expect(distance(stream.landmarks, 159, 145)).toBeLessThan(0.5);
  });

  it('turns the head, and leaves border and label where they are', async () => {
    const stream = streamOf(id);
    const rest = (await stream.draw(frame({}))).i420.slice();
    const nose = (await faceIn(rest)).landmarks[1 * 3] ?? 0;
    const turned = (await stream.draw(frame({ [YAW]: 0.12, [PITCH]: 0.05 }))).i420;
    expect(((await faceIn(turned)).landmarks[1 * 3] ?? 0) - nose).toBeGreaterThan(3);
    let moved = 0;
    for (let y = 0; y < PICTURE_SIZE_PX; y++) {
      for (let x = 0; x < PICTURE_SIZE_PX; x++) {
        if (x >= 24 && x < 488 && y >= 24 && y < 488) continue;
        if (turned[y * PICTURE_SIZE_PX + x] !== rest[y * PICTURE_SIZE_PX + x]) moved++;
      }
    }
    expect(moved).toBe(0);
  });

  it('is the portrait itself at rest, outside the label', async () => {
    const avatar = avatarOf(id);
    const rgb = rgbOf((await streamOf(id).draw(frame({}))).i420);
    const label = labelPart(LABEL);
    const mouth = distance(avatar.landmarks, 78, 308);
    let far = 0;
    for (let y = 0; y < label.top; y += 2) {
      for (let x = 0; x < PICTURE_SIZE_PX; x += 2) {
        const isMouth = Math.hypot(x - (avatar.neutral[13 * 3] ?? 0), y - (avatar.neutral[13 * 3 + 1] ?? 0)) < mouth;
        const at = y * PICTURE_SIZE_PX + x;
        const level = (data: Uint8Array, step: number) =>
          0.299 * (data[at * step] ?? 0) + 0.587 * (data[at * step + 1] ?? 0) + 0.114 * (data[at * step + 2] ?? 0);
        // Chroma has half the resolution, so only brightness is compared; around the mouth parted lips were closed.
        if (!isMouth && Math.abs(level(rgb, 3) - level(avatar.rgba, 4)) > 8) far++;
      }
    }
    expect(far).toBeLessThan(100);
  });
});

describe('a picture stream', () => {
  it('draws a thousand pictures into the same buffers', async () => {
    const stream = streamOf('vigee-le-brun');
    const coefficients = new Float32Array(34);
    const motion: MotionFrame = { index: 0, coefficients, state: 'speaking' };
    const buffer = (await stream.draw(motion)).i420;
    const before = process.memoryUsage();
    for (let index = 0; index < 1000; index++) {
      coefficients[JAW] = 1 + Math.sin(index);
      motion.index = index;
      const picture = await stream.draw(motion);
      if (picture.i420 !== buffer || picture.index !== index) throw new Error('another buffer');
    }
    const after = process.memoryUsage();
    expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(100_000);
    expect(after.heapUsed - before.heapUsed).toBeLessThan(20_000_000);
  });

  it('is refused with a basis of another size, and after it was closed', async () => {
    expect(() => createPictureStream(avatarOf('mona-lisa'), new Float32Array(10), { label: LABEL })).toThrow(
      /restore models/,
    );
    const stream = streamOf('mona-lisa');
    stream.close();
    stream.close();
    await expect(stream.draw(frame({}))).rejects.toThrow(/closed/);
  });

  it('survives motion far outside what a face can do', async () => {
    const stream = streamOf('mona-lisa');
    const wild = frame(Object.fromEntries(Array.from({ length: 34 }, (_, i) => [i, i % 2 ? 9 : -9])));
    expect((await stream.draw(wild)).i420.length).toBe(PICTURE_SIZE_PX ** 2 * 1.5);
  });
});
