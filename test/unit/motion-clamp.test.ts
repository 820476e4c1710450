// What the model's motion is held to, and how a manifest without a usable range is refused.
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clamp } from '../../server/motion/clamp.ts';
import { loadMotionModel } from '../../server/motion/index.ts';

const MODELS = new URL('../../models/', import.meta.url).pathname;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vaktra-clamp-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('clamp', () => {
  it('leaves what is inside untouched and holds what is outside to the edge', () => {
    const coefficients = Float32Array.of(0.25, -3, 7);
    clamp(coefficients, { low: [-1, -2, -1], high: [1, 2, 5.5] });
    expect([...coefficients]).toEqual([0.25, -2, 5.5]);
  });
});

describe('a manifest', () => {
  it.each([
    ['is missing', () => undefined],
    ['is too short', (range: Range) => ({ ...range, low: range.low.slice(1) })],
    ['has a low over its high', (range: Range) => ({ ...range, low: range.high.map((value) => value + 1) })],
  ])('whose range %s is refused', async (_what, spoil) => {
    const manifest = JSON.parse(await readFile(join(MODELS, 'manifest.json'), 'utf8')) as { motion: { range: Range } };
    const spoilt = { ...manifest, motion: { ...manifest.motion, range: spoil(manifest.motion.range) } };
    await writeFile(join(folder, 'manifest.json'), JSON.stringify(spoilt));
    await copyFile(join(MODELS, 'motion.onnx'), join(folder, 'motion.onnx'));
    await expect(loadMotionModel({ modelPath: join(folder, 'motion.onnx') })).rejects.toMatchObject({
      code: 'model_damaged',
    });
  });
});

interface Range {
  low: number[];
  high: number[];
}
