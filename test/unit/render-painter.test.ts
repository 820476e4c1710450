// The golden file holds training and serving together: models/training/painter/golden.py wrote a face, its warp and its maps.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type * as ort from 'onnxruntime-node';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { coverPolygon } from '../../server/render/painter/coverage.ts';
import { CROP_PX, cropFrame, toCrop } from '../../server/render/painter/crop-frame.ts';
import { CropWarp } from '../../server/render/painter/crop-warp.ts';
import { loadPainter } from '../../server/render/painter/index.ts';
import { MouthMaps } from '../../server/render/painter/maps.ts';
import { PainterNet } from '../../server/render/painter/painter-net.ts';
import { type PaintedPatch, PatchCache } from '../../server/render/painter/patch-cache.ts';
import { patchMask } from '../../server/render/painter/patch-mask.ts';
import { WIDE_PX, wideReference } from '../../server/render/painter/wide-reference.ts';
import type { Rig } from '../../server/render/rig.ts';
import { type ModelFolder, painterFolder } from '../painter-stand-in.ts';

interface Golden {
  triangles: number[];
  picture: number[];
  frame: number[];
  neutral: number[];
  points: number[];
  warp: number[];
  maps: number[];
}

const PLANE = CROP_PX * CROP_PX;
let golden: Golden;

beforeAll(async () => {
  golden = JSON.parse(await readFile(new URL('../golden/painter.json', import.meta.url), 'utf8')) as Golden;
});

function positions(pairs: number[]): [Float32Array, Float32Array] {
  const even = (_: number, i: number) => i % 2 === 0;
  const odd = (_: number, i: number) => i % 2 === 1;
  return [Float32Array.from(pairs.filter(even)), Float32Array.from(pairs.filter(odd))];
}

function worst(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  return Math.max(...Array.from(a, (value, i) => Math.abs(value - (b[i] ?? Number.NaN))));
}

describe('the crop agrees with training', () => {
  it('in where landmarks lie, to a thousandth of a pixel', () => {
    const [u, v] = [new Float32Array(478), new Float32Array(478)];
    const landmarks = Float32Array.from(golden.picture);
    toCrop(cropFrame(landmarks), landmarks, u, v);
    const [expectedU, expectedV] = positions(golden.frame);
    expect(worst(u, expectedU)).toBeLessThan(0.001);
    expect(worst(v, expectedV)).toBeLessThan(0.001);
  });

  it('in its maps', () => {
    const maps = new MouthMaps(...positions(golden.neutral));
    maps.draw(...positions(golden.points));
    const blocks: number[] = [];
    for (let first = 0; first < maps.planes.length; first += PLANE) {
      for (let block = 0; block < 256; block++) {
        const corner = first + Math.floor(block / 16) * 8 * CROP_PX + (block % 16) * 8;
        let sum = 0;
        for (let i = 0; i < 64; i++) sum += maps.planes[corner + Math.floor(i / 8) * CROP_PX + (i % 8)] ?? Number.NaN;
        blocks.push(sum / 64);
      }
    }
    expect(worst(blocks, golden.maps)).toBeLessThan(0.001);
    expect(Math.max(...maps.inner)).toBe(1);
  });

  it('in its warp, within two levels', () => {
    const wide = new Int32Array(WIDE_PX * WIDE_PX);
    for (let i = 0; i < wide.length; i++) {
      const level = (channel: number) => {
        const ramp = (3 * (i % WIDE_PX) + 2 * Math.floor(i / WIDE_PX) + 50 * channel) % 510;
        return ramp < 256 ? ramp : 510 - ramp;
      };
      wide[i] = (255 << 24) | (level(2) << 16) | (level(1) << 8) | level(0);
    }
    const rig = { triangles: Uint16Array.from(golden.triangles) } as Rig;
    const neutral = positions(golden.neutral);
    const points = positions(golden.points);
    const maps = new MouthMaps(...neutral);
    maps.draw(...points);
    const out = new Float32Array(3 * PLANE);
    new CropWarp(rig, wide, ...neutral).draw(...points, maps.inner, out);
    const sampled: number[] = [];
    for (let y = 2; y < CROP_PX; y += 4) {
      for (let x = 2; x < CROP_PX; x += 4) {
        for (let plane = 0; plane < 3; plane++)
          sampled.push((out[plane * PLANE + y * CROP_PX + x] ?? 0) * 127.5 + 127.5);
      }
    }
    expect(worst(sampled, golden.warp)).toBeLessThan(2);
  });
});

describe('coverage', () => {
  it('of a tilted square is its area, and half at the middle of an edge', () => {
    const [u, v] = [Float32Array.of(40.3, 70.3, 50.3, 20.3), Float32Array.of(30.5, 50.5, 80.5, 60.5)];
    const out = new Float32Array(PLANE);
    coverPolygon([0, 1, 2, 3], u, v, out);
    expect(out.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1300, -1);
    coverPolygon([0, 1, 2, 3], Float32Array.of(10, 20.5, 20.5, 10), Float32Array.of(10, 10, 20, 20), out);
    expect(out[15 * CROP_PX + 20]).toBeCloseTo(0.5, 5);
    expect(out[15 * CROP_PX + 19]).toBeCloseTo(1, 5);
    expect(out[15 * CROP_PX + 21]).toBe(0);
  });

  it('of a polygon that leaves the crop ends at its border', () => {
    const out = new Float32Array(PLANE);
    coverPolygon([0, 1, 2, 3], Float32Array.of(-50, 200, 200, -50), Float32Array.of(-50, -50, 200, 200), out);
    expect(out.every((share) => Math.abs(share - 1) < 1e-5)).toBe(true);
  });
});

describe('the mask', () => {
  it('shows lips whole, nothing at the border and at the nose, and has no step', () => {
    const [u, v] = positions(golden.neutral);
    const mask = patchMask(u, v);
    const at = (x = 0, y = 0) => mask[Math.floor(y) * CROP_PX + Math.floor(x)] ?? Number.NaN;
    for (const lip of [0, 17, 61, 291, 13]) expect(at(u[lip], v[lip])).toBe(1);
    expect(at(u[2], (v[2] ?? 0) - 2)).toBe(0);
    let step = 0;
    for (let i = 0; i < CROP_PX; i++) {
      for (const edge of [at(i, 0), at(i, 127), at(0, i), at(127, i)]) expect(edge).toBe(0);
      for (let k = 1; k < CROP_PX; k++) {
        step = Math.max(step, Math.abs(at(i, k) - at(i, k - 1)), Math.abs(at(k, i) - at(k - 1, i)));
      }
    }
    expect(step).toBeLessThan(0.25);
  });
});

describe('the wide reference', () => {
  it('is the portrait on a flat part, and its mean where it has to be made smaller', () => {
    const landmarks = Float32Array.from(golden.picture, (value, i) => (i % 3 === 2 ? value : (value - 256) * 2 + 256));
    const stripes = new Uint8Array(512 * 512 * 4).map((_, i) => ((i >> 2) % 2) * 200);
    const wide = wideReference(stripes, cropFrame(landmarks));
    const levels = Array.from(wide, (pixel) => pixel & 255).filter((_, i) => i % WIDE_PX > 40 && i % WIDE_PX < 120);
    expect(Math.max(...levels)).toBeLessThan(112);
    expect(Math.min(...levels)).toBeGreaterThan(88);
  });
});

describe('the cache of patches', () => {
  const patch = (): PaintedPatch => ({ texels: new Int16Array(460), u: new Float32Array(10), v: new Float32Array(10) });

  it('keeps what was used last within its bytes', () => {
    const cache = new PatchCache(3000);
    for (const key of ['a', 'b', 'c']) cache.set(key, patch());
    expect(cache.bytes).toBe(3000);
    cache.get('a');
    cache.set('d', patch());
    expect(cache.get('b')).toBeUndefined();
    expect(cache.get('a')).toBeDefined();
    expect(cache.get('c')).toBeDefined();
    expect(cache.bytes).toBe(3000);
  });

  it('counts a patch that takes the place of another once, and does not keep one that is too large', () => {
    const cache = new PatchCache(3000);
    cache.set('a', patch());
    cache.set('a', patch());
    expect(cache.bytes).toBe(1000);
    cache.set('huge', { ...patch(), texels: new Int16Array(9000) });
    expect(cache.get('huge')).toBeUndefined();
    expect(cache.get('a')).toBeDefined();
  });
});

describe('the net', () => {
  it('serves one mouth at a time, and goes on after one that failed', async () => {
    const session = { inputNames: ['maps', 'noise', 'reference', 'warp'], outputNames: ['painted'] };
    const net = new PainterNet(session as unknown as ort.InferenceSession);
    const order: string[] = [];
    const job = (name: string) =>
      net.exclusively(async () => {
        order.push(`${name} begins`);
        await new Promise(setImmediate);
        order.push(`${name} ends`);
        if (name === 'b') throw new Error('no paint');
        return name;
      });
    const results = await Promise.allSettled([job('a'), job('b'), job('c')]);
    expect(order).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });
});

describe('loading', () => {
  let folder: ModelFolder | undefined;
  afterEach(async () => {
    await folder?.remove();
    folder = undefined;
  });
  const load = (options: Partial<Parameters<typeof loadPainter>[0]> = {}) =>
    loadPainter({ modelPath: (folder as ModelFolder).modelPath, cacheBytes: 1e6, ...options });

  it('takes the painter that its manifest names', async () => {
    folder = await painterFolder();
    expect((await load()).takeCounts()).toEqual({ reused: 0, painted: 0, cacheBytes: 0 });
  });

  it('refuses a file that differs by a byte, one that is no graph, and a missing one', async () => {
    folder = await painterFolder();
    const bytes = await readFile(folder.modelPath);
    bytes[40] = (bytes[40] ?? 0) ^ 1;
    await writeFile(folder.modelPath, bytes);
    await expect(load()).rejects.toMatchObject({
      code: 'model_damaged',
      message: /not the file that its manifest names/,
    });
    await expect(load({ modelPath: join(folder.modelPath, '..', 'other.onnx') })).rejects.toMatchObject({
      code: 'model_missing',
    });
    await folder.remove();
    folder = await painterFolder(Buffer.from('no graph'));
    await expect(load()).rejects.toMatchObject({ code: 'model_damaged', message: /cannot be opened/ });
  });

  it('refuses another model, and a number of steps that there is no graph for', async () => {
    folder = await painterFolder(await readFile(new URL('../../models/motion.onnx', import.meta.url)));
    await expect(load()).rejects.toMatchObject({ code: 'model_damaged', message: /another model/ });
    await expect(load({ steps: 3 })).rejects.toMatchObject({ code: 'config_invalid', message: /graphs for 1 steps/ });
  });
});
