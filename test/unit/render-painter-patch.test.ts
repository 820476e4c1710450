import { describe, expect, it } from 'vitest';
import { PATCH_CHANNELS, PATCH_COVERED, PATCH_STRIDE, WarpEngine } from '../../server/render/warp.ts';

const SIZE = 512;
/** A square whose patch is laid over it without scaling, from 100, 100 on. */
const SQUARE = {
  vertexCount: 4,
  restX: Float32Array.of(100, 228, 100, 228),
  restY: Float32Array.of(100, 100, 228, 228),
  triangles: Uint16Array.of(0, 1, 2, 2, 1, 3),
  isSoft: Uint8Array.of(0, 0),
};
const GREY = 0xff646464 | 0;

function engineWith(fill: (x: number, y: number) => readonly number[]): WarpEngine {
  const engine = new WarpEngine(SQUARE, SQUARE.triangles);
  engine.picture.fill(GREY);
  engine.x.set(SQUARE.restX);
  engine.y.set(SQUARE.restY);
  engine.patchX.set([0, 128, 0, 128]);
  engine.patchY.set([0, 0, 128, 128]);
  for (let y = 0; y < 128; y++) {
    for (let x = 0; x < 128; x++) engine.patch.set(fill(x, y), ((y + 1) * PATCH_STRIDE + x + 1) * PATCH_CHANNELS);
  }
  return engine;
}

function channels(pixel = 0): number[] {
  return [pixel & 255, (pixel >> 8) & 255, (pixel >> 16) & 255, pixel >>> 24];
}

describe('laying a patch over a picture', () => {
  it('adds to what is there, clamped, where nothing is covered', () => {
    const engine = engineWith((x) => [x, -x, x % 2 ? 255 : -255, 0]);
    engine.drawPatch();
    for (const x of [0, 1, 50, 126, 127]) {
      expect(channels(engine.picture[150 * SIZE + 100 + x])).toEqual([
        100 + x,
        Math.max(0, 100 - x),
        x % 2 ? 255 : 0,
        255,
      ]);
    }
  });

  it('takes the place of what is there where all is covered, and leaves the rest alone', () => {
    const engine = engineWith((x, y) => (y < 64 ? [x, 2, 3, PATCH_COVERED] : [0, 0, 0, 0]));
    engine.drawPatch();
    expect(channels(engine.picture[120 * SIZE + 140])).toEqual([40, 2, 3, 255]);
    expect(engine.picture[200 * SIZE + 140]).toBe(GREY);
    expect(engine.picture[99 * SIZE + 140]).toBe(GREY);
  });

  it('mixes half and half between two texels, within one level', () => {
    const engine = engineWith((x) => (x < 64 ? [0, 0, 0, 0] : [100, -100, 20, 0]));
    engine.x.set(SQUARE.restX.map((x) => x + 0.5));
    engine.drawPatch();
    const [red = 0, green = 0, blue = 0] = channels(engine.picture[150 * SIZE + 164]);
    expect(Math.abs(red - 150)).toBeLessThanOrEqual(1);
    expect(Math.abs(green - 50)).toBeLessThanOrEqual(1);
    expect(Math.abs(blue - 110)).toBeLessThanOrEqual(1);
  });

  it('ends where the patch ends, although its triangles go on, and stays in the picture', () => {
    const engine = engineWith(() => [50, 50, 50, 0]);
    engine.patchX.set([-300, 428, -300, 428]);
    engine.patchY.set([-300, -300, 428, 428]);
    engine.x.set([-200, 528, -200, 528]);
    engine.y.set([-200, -200, 528, 528]);
    engine.drawPatch();
    let wrong = 0;
    for (let y = 0; y < SIZE; y++) {
      for (let x = 0; x < SIZE; x++) {
        const isInside = x >= 100 && x < 228 && y >= 100 && y < 228;
        const isNear = x >= 98 && x < 230 && y >= 98 && y < 230;
        if (
          isInside
            ? channels(engine.picture[y * SIZE + x])[0] !== 150
            : !isNear && engine.picture[y * SIZE + x] !== GREY
        )
          wrong++;
      }
    }
    expect(wrong).toBe(0);
  });
});
