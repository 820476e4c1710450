// Pictures whose mouths come out of a model: here one that paints what it is given, so all that is seen is how they are laid.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { closePortraitThread, loadPortraits, preparePortrait } from '../../server/avatar/index.ts';
import { createPictureStream, loadPainter, type Painter } from '../../server/render/index.ts';
import { type MotionFrame, PICTURE_SIZE_PX, type PictureStream, type PreparedAvatar } from '../../server/types.ts';
import { correlation, slope } from '../bench/statistics.ts';
import { type ModelFolder, painterFolder } from '../painter-stand-in.ts';
import { distance } from './avatar-drawn-face.ts';

const project = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url));
const CACHE_BYTES = 50_000_000;
const [JAW, PITCH, YAW] = [0, 24, 25] as const;

let basis: Float32Array;
let avatar: PreparedAvatar;
let folder: ModelFolder;

beforeAll(async () => {
  basis = new Float32Array(new Uint8Array(await readFile(project('models/motion.basis.f32'))).buffer);
  const portrait = (await loadPortraits(project('config/portraits'))).find(({ id }) => id === 'vigee-le-brun');
  avatar = await preparePortrait(await readFile(portrait?.file ?? ''));
  folder = await painterFolder();
});
afterAll(async () => {
  await folder.remove();
  await closePortraitThread();
});

function painterOf(cacheBytes = CACHE_BYTES): Promise<Painter> {
  return loadPainter({ modelPath: folder.modelPath, cacheBytes });
}

function streamOf(painter?: Painter): PictureStream {
  return createPictureStream(avatar, basis, { label: '', painter });
}

function frame(coefficients: Record<number, number>): MotionFrame {
  const all = new Float32Array(34);
  for (const [key, value] of Object.entries(coefficients)) all[Number(key)] = value;
  return { index: 0, coefficients: all, state: 'speaking' };
}

async function lumaOf(stream: PictureStream, motion: MotionFrame): Promise<Uint8Array> {
  return (await stream.draw(motion)).i420.slice(0, PICTURE_SIZE_PX ** 2);
}

describe('mouths by a model that changes nothing', () => {
  it('leave skin and lips as they were drawn, also where the head is turned, and fill the opening to its edge', async () => {
    const [painted, drawn] = [streamOf(await painterOf()), streamOf()];
    for (const motion of [frame({ [JAW]: 2.5 }), frame({ [JAW]: 2, [YAW]: 0.15, [PITCH]: 0.08 })]) {
      const [with_, without] = [await lumaOf(painted, motion), await lumaOf(drawn, motion)];
      const at = (landmark: number, axis: number) => painted.landmarks[landmark * 3 + axis] ?? Number.NaN;
      const [left, right] = [at(78, 0), at(308, 0)];
      const [top, bottom] = [at(13, 1), at(14, 1)];
      let [changed, black] = [0, 0];
      for (let y = 0; y < PICTURE_SIZE_PX; y++) {
        for (let x = 0; x < PICTURE_SIZE_PX; x++) {
          const i = y * PICTURE_SIZE_PX + x;
          const isNearOpening = x > left - 3 && x < right + 3 && y > top - 8 && y < bottom + 3;
          if (!isNearOpening && Math.abs((with_[i] ?? 0) - (without[i] ?? 0)) > 1) changed++;
          if (isNearOpening && (with_[i] ?? 0) < 24) black++;
        }
      }
      expect(changed).toBe(0);
      // The opening is about an ellipse.
      expect(black).toBeGreaterThan(0.7 * (Math.PI / 4) * (right - left) * (bottom - top));
    }
  });

  it('open as commanded', async () => {
    const stream = streamOf(await painterOf());
    const [commanded, drawn]: [number[], number[]] = [[], []];
    for (let step = 2; step <= 16; step++) {
      const luma = await lumaOf(stream, frame({ [JAW]: step * 0.2 }));
      const column = Math.round(((stream.landmarks[13 * 3] ?? 0) + (stream.landmarks[14 * 3] ?? 0)) / 2);
      const middle = Math.round(((stream.landmarks[13 * 3 + 1] ?? 0) + (stream.landmarks[14 * 3 + 1] ?? 0)) / 2);
      let rows = 0;
      for (let y = middle - 60; y < middle + 60; y++) if ((luma[y * PICTURE_SIZE_PX + column] ?? 255) < 40) rows++;
      commanded.push(distance(stream.landmarks, 13, 14));
      drawn.push(rows);
    }
    expect(correlation(commanded, drawn)).toBeGreaterThan(0.99);
    expect(slope(commanded.map((px, k) => [px, drawn[k] ?? Number.NaN]))).toBeGreaterThan(0.9);
    expect(slope(commanded.map((px, k) => [px, drawn[k] ?? Number.NaN]))).toBeLessThan(1.1);
  });

  it('close without a gap', async () => {
    const [painted, drawn] = [streamOf(await painterOf()), streamOf()];
    for (const jaw of [-0.4, 0, 0.1]) {
      const [a, b] = [await lumaOf(painted, frame({ [JAW]: jaw })), await lumaOf(drawn, frame({ [JAW]: jaw }))];
      expect(a.filter((level, i) => Math.abs(level - (b[i] ?? 0)) > 8).length).toBeLessThan(10);
    }
  });
});

describe('what was painted', () => {
  it('is shared by all conversations of a portrait, whatever the head does', async () => {
    const painter = await painterOf();
    const [first, second] = [streamOf(painter), streamOf(painter)];
    for (let step = 0; step < 20; step++) await first.draw(frame({ [JAW]: step * 0.15 }));
    const { painted } = painter.takeCounts();
    expect(painted).toBeGreaterThan(10);
    for (let step = 0; step < 20; step++) await second.draw(frame({ [JAW]: step * 0.15, [YAW]: step * 0.01 }));
    expect(painter.takeCounts()).toMatchObject({ painted: 0, reused: 20 });
  });

  it('is painted once where two conversations want it at the same time', async () => {
    const painter = await painterOf();
    const motion = frame({ [JAW]: 1.3 });
    await Promise.all([streamOf(painter).draw(motion), streamOf(painter).draw(motion), streamOf(painter).draw(motion)]);
    expect(painter.takeCounts()).toMatchObject({ painted: 1, reused: 2 });
  });

  it('serves a mouth that trembles less than can be seen', async () => {
    const painter = await painterOf();
    const stream = streamOf(painter);
    for (let step = 0; step < 50; step++)
      await stream.draw(frame({ [JAW]: 0.001 * Math.sin(step), [YAW]: 0.02 * step }));
    expect(painter.takeCounts().painted).toBeLessThanOrEqual(2);
  });

  it('looks the same when it is painted again', async () => {
    const motion = frame({ [JAW]: 1.1, [YAW]: 0.1 });
    const [painter, other] = [await painterOf(), await painterOf()];
    await streamOf(painter).draw(frame({ [JAW]: 2 }));
    const [once, again] = [await lumaOf(streamOf(painter), motion), await lumaOf(streamOf(other), motion)];
    expect(Buffer.compare(once, again)).toBe(0);
  });

  it('stays within its bytes', async () => {
    const painter = await painterOf(1_000_000);
    const stream = streamOf(painter);
    for (let step = 0; step < 40; step++) await stream.draw(frame({ [JAW]: (step % 20) * 0.2 }));
    const { cacheBytes, painted } = painter.takeCounts();
    expect(cacheBytes).toBeGreaterThan(500_000);
    expect(cacheBytes).toBeLessThanOrEqual(1_000_000);
    expect(painted).toBeGreaterThan(30);
  });
});
