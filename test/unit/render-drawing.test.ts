import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import wabt from 'wabt';
import { blend, fillTexture, sample, TEXEL, TEXTURE_STRIDE, toTexel } from '../../server/render/canvas.ts';
import { burnLabel, labelPart } from '../../server/render/label.ts';
import { Opening } from '../../server/render/opening.ts';
import { RESTING_BORDER_PX } from '../../server/render/outer-mesh.ts';
import { WarpEngine } from '../../server/render/warp.ts';

const SIZE = 512;
/** A mesh of one square from 100, 100 to 300, 300. */
const SQUARE = {
  vertexCount: 4,
  restX: Float32Array.of(100, 300, 100, 300),
  restY: Float32Array.of(100, 100, 300, 300),
  triangles: Uint16Array.of(0, 1, 2, 2, 1, 3),
  isSoft: Uint8Array.of(0, 0),
};
const WHOLE = { left: 0, top: 0, right: SIZE, bottom: SIZE };

function packed(rgba: Uint8Array): Int32Array {
  return new Int32Array(new Uint8Array(rgba).buffer);
}

function textureOf(rgba: Uint8Array): Int32Array {
  const texture = new Int32Array(TEXTURE_STRIDE * TEXTURE_STRIDE);
  fillTexture(texture, packed(rgba));
  return texture;
}

function noise(): Uint8Array {
  const rgba = new Uint8Array(SIZE * SIZE * 4);
  for (let i = 0; i < rgba.length; i++) rgba[i] = i % 4 === 3 ? 255 : (i * 2_654_435_761) >>> 24;
  return rgba;
}

describe('sampling the portrait', () => {
  const rgba = noise();
  const pixels = new Int32Array(new Uint8Array(rgba).buffer);
  const texture = textureOf(rgba);

  it('gives a pixel bit by bit in its middle, at the borders too', () => {
    for (const [x, y] of [
      [0, 0],
      [511, 511],
      [37, 480],
      [300, 5],
    ] as const) {
      expect(sample(texture, toTexel(x + 0.5), toTexel(y + 0.5))).toBe(pixels[y * SIZE + x]);
    }
  });

  it('gives the mean of four pixels on their common corner, within one level', () => {
    const mixed = sample(texture, toTexel(101), toTexel(203));
    for (const shift of [0, 8, 16]) {
      const around = [
        [100, 202],
        [101, 202],
        [100, 203],
        [101, 203],
      ] as const;
      const mean = around.reduce((sum, [x, y]) => sum + (((pixels[y * SIZE + x] ?? 0) >> shift) & 255), 0) / 4;
      expect(Math.abs(((mixed >> shift) & 255) - mean)).toBeLessThanOrEqual(1);
    }
  });

  it('follows a ramp in steps of 1/256 pixel', () => {
    const ramp = new Uint8Array(SIZE * SIZE * 4).map((_, i) => ((i >> 2) % SIZE) >> 1);
    const sampled = sample(textureOf(ramp), toTexel(256.5) + TEXEL / 2, toTexel(9.5)) & 255;
    expect(sampled).toBe(128);
  });
});

describe('blend', () => {
  it('leaves equal colours as they are at every share', () => {
    for (let share = 0; share <= 256; share++)
      expect(blend(0xff7f3311 | 0, 0xff7f3311 | 0, share)).toBe(0xff7f3311 | 0);
  });
});

describe('colours to I420', () => {
  /** RGB to Y, Cb, Cr by BT.601's definition in full precision (limited range). */
  function reference(red: number, green: number, blue: number): [number, number, number] {
    const luma = (0.299 * red + 0.587 * green + 0.114 * blue) / 255;
    return [16 + 219 * luma, 128 + (224 * (blue / 255 - luma)) / 1.772, 128 + (224 * (red / 255 - luma)) / 1.402];
  }

  it.each([
    ['black', 0, 0, 0],
    ['white', 255, 255, 255],
    ['red', 255, 0, 0],
    ['green', 0, 255, 0],
    ['blue', 0, 0, 255],
    ['skin', 233, 158, 52],
  ])('%s has the levels of BT.601 within one', (_, red, green, blue) => {
    const engine = new WarpEngine(SQUARE);
    const { i420 } = engine;
    engine.picture.fill(0xff000000 | (blue << 16) | (green << 8) | red);
    engine.toI420(WHOLE);
    const [y, u, v] = reference(red, green, blue);
    expect(Math.abs((i420[SIZE * 100 + 77] ?? 0) - y)).toBeLessThanOrEqual(1);
    expect(Math.abs((i420[SIZE * SIZE + 999] ?? 0) - u)).toBeLessThanOrEqual(1);
    expect(Math.abs((i420[(SIZE * SIZE * 5) / 4 + 999] ?? 0) - v)).toBeLessThanOrEqual(1);
  });

  it('writes nothing outside its part', () => {
    const engine = new WarpEngine(SQUARE);
    engine.picture.fill(-1);
    engine.toI420({ left: 104, top: 60, right: 144, bottom: 80 });
    expect(engine.i420.filter((level) => level !== 0).length).toBe(40 * 20 * 1.5);
  });
});

describe('colours to I420 of a picture of noise', () => {
  const engine = new WarpEngine(SQUARE);
  const rgba = noise();
  engine.picture.set(new Int32Array(new Uint8Array(rgba).buffer));
  engine.toI420(WHOLE);

  it('puts every luma where its pixel is', () => {
    let wrong = 0;
    for (let i = 0; i < SIZE * SIZE; i++) {
      const sum = 66 * (rgba[i * 4] ?? 0) + 129 * (rgba[i * 4 + 1] ?? 0) + 25 * (rgba[i * 4 + 2] ?? 0);
      if (engine.i420[i] !== ((sum + 128) >> 8) + 16) wrong++;
    }
    expect(wrong).toBe(0);
  });

  it('puts every chroma where its four pixels are', () => {
    let wrong = 0;
    for (let y = 0; y < SIZE / 2; y++) {
      for (let x = 0; x < SIZE / 2; x++) {
        const mean = [0, 1, 2].map((channel) => {
          const at = (2 * y * SIZE + 2 * x) * 4 + channel;
          return (
            ((rgba[at] ?? 0) + (rgba[at + 4] ?? 0) + (rgba[at + SIZE * 4] ?? 0) + (rgba[at + SIZE * 4 + 4] ?? 0)) / 4
          );
        }) as [number, number, number];
        const luma = 0.299 * mean[0] + 0.587 * mean[1] + 0.114 * mean[2];
        const blue = 128 + ((224 / 255) * (mean[2] - luma)) / 1.772;
        const red = 128 + ((224 / 255) * (mean[0] - luma)) / 1.402;
        if (Math.abs((engine.i420[SIZE * SIZE + y * 256 + x] ?? 0) - blue) > 1.5) wrong++;
        if (Math.abs((engine.i420[(SIZE * SIZE * 5) / 4 + y * 256 + x] ?? 0) - red) > 1.5) wrong++;
      }
    }
    expect(wrong).toBe(0);
  });
});

describe('drawing a mesh', () => {
  const rgba = noise();
  const pixels = new Int32Array(new Uint8Array(rgba).buffer);

  function drawn(x: number[], y: number[]): WarpEngine {
    const engine = new WarpEngine(SQUARE);
    fillTexture(engine.texture, packed(rgba));
    engine.x.set(x);
    engine.y.set(y);
    engine.drawMesh(WHOLE);
    return engine;
  }

  /** A channel between four pixels in full precision. */
  function between(x: number, y: number, shift: number): number {
    const [left, top] = [Math.floor(x - 0.5), Math.floor(y - 0.5)];
    const [right, down] = [x - 0.5 - left, y - 0.5 - top];
    const at = (dx: number, dy: number) => ((pixels[(top + dy) * SIZE + left + dx] ?? 0) >> shift) & 255;
    return (
      (at(0, 0) * (1 - right) + at(1, 0) * right) * (1 - down) + (at(0, 1) * (1 - right) + at(1, 1) * right) * down
    );
  }

  it('that has not moved gives every pixel bit by bit, and nothing outside', () => {
    const { picture } = drawn([100, 300, 100, 300], [100, 100, 300, 300]);
    let wrong = 0;
    for (let y = 0; y < SIZE; y++) {
      for (let x = 0; x < SIZE; x++) {
        const isInside = x >= 100 && x < 300 && y >= 100 && y < 300;
        if (picture[y * SIZE + x] !== (isInside ? pixels[y * SIZE + x] : 0)) wrong++;
      }
    }
    expect(wrong).toBe(0);
  });

  it('that is turned, stretched and partly outside agrees with sampling each pixel, within two levels, without gaps', () => {
    const [ax, ay] = [-20.3, 60.7];
    const [rightX, rightY, downX, downY] = [1.37, 0.21, -0.33, 1.12]; // pixels of the picture per pixel of the portrait
    const { picture } = drawn(
      [ax, ax + 200 * rightX, ax + 200 * downX, ax + 200 * (rightX + downX)],
      [ay, ay + 200 * rightY, ay + 200 * downY, ay + 200 * (rightY + downY)],
    );
    const determinant = rightX * downY - rightY * downX;
    let inside = 0;
    let wrong = 0;
    for (let y = 0; y < SIZE; y++) {
      for (let x = 0; x < SIZE; x++) {
        const [dx, dy] = [x + 0.5 - ax, y + 0.5 - ay];
        const u = (dx * downY - dy * downX) / determinant;
        const v = (dy * rightX - dx * rightY) / determinant;
        if (u < 0.1 || v < 0.1 || u > 199.9 || v > 199.9) continue;
        inside++;
        const got = picture[y * SIZE + x] ?? 0;
        // Half a step of sampling and two roundings.
        const isFar = (shift: number) => Math.abs(between(100 + u, 100 + v, shift) - ((got >> shift) & 255)) > 2;
        if ([0, 8, 16, 24].some(isFar)) wrong++;
      }
    }
    expect(inside).toBeGreaterThan(40_000);
    expect(wrong / inside).toBeLessThan(0.001);
  });

  it("lets the backdrop through by the texture's alpha, within a level, and nothing outside its part", () => {
    const engine = new WarpEngine({ ...SQUARE, isSoft: Uint8Array.of(1, 1) });
    engine.x.set(SQUARE.restX);
    engine.y.set(SQUARE.restY);
    for (const alpha of [0, 1, 77, 128, 254, 255]) {
      engine.texture.fill((alpha << 24) | (alpha >> 1)); // half of full red, times alpha
      engine.backdrop.fill(0xff00c864 | 0);
      engine.picture.fill(0);
      engine.drawMesh({ left: 120, top: 130, right: 200, bottom: 180 });
      const pixel = engine.picture[150 * SIZE + 151] ?? 0;
      const share = alpha / 255;
      expect(Math.abs((pixel & 255) - ((alpha >> 1) + 100 * (1 - share)))).toBeLessThanOrEqual(1);
      expect(Math.abs(((pixel >> 8) & 255) - 200 * (1 - share))).toBeLessThanOrEqual(1);
      expect(pixel >>> 24).toBe(255);
      expect(engine.picture.filter((drawn) => drawn !== 0).length).toBe(80 * 50);
    }
  });

  it('survives corners that are no numbers, far away, or on one line', () => {
    expect(() => drawn([Number.NaN, 1e9, -1e9, 3], [5, -1e9, 1e9, Number.POSITIVE_INFINITY])).not.toThrow();
    expect(drawn([10, 10, 10, 10], [0, 100, 200, 300]).picture.every((pixel) => pixel === 0)).toBe(true);
  });
});

describe('the built WASM', () => {
  it.each(['mesh', 'warp'])('%s.wasm is what build-warp.mjs makes of its text', async (name) => {
    const folder = new URL('../../server/render/', import.meta.url);
    const { parseWat } = await wabt();
    const text = readFileSync(new URL(`${name}.wat`, folder), 'utf8');
    const built = parseWat(`${name}.wat`, text, { simd: true, bulk_memory: true }).toBinary({});
    expect(Buffer.from(built.buffer).equals(readFileSync(new URL(`${name}.wasm`, folder)))).toBe(true);
  });
});

describe('the label', () => {
  const picture = new Int32Array(SIZE * SIZE).fill(0xff808080 | 0);
  burnLabel(picture, 'AI-generated');
  const part = labelPart('AI-generated');

  it('lies where nothing ever moves', () => {
    expect(part.top).toBeGreaterThanOrEqual(SIZE - RESTING_BORDER_PX);
    expect(part.bottom).toBeLessThanOrEqual(SIZE);
    expect(part.left).toBeGreaterThan(SIZE / 2);
  });

  it('has light ink on a dark plate, and leaves the rest of the picture alone', () => {
    let light = 0;
    let dark = 0;
    let touchedOutside = 0;
    for (let y = 0; y < SIZE; y++) {
      for (let x = 0; x < SIZE; x++) {
        const level = (picture[y * SIZE + x] ?? 0) & 255;
        const isInside = x >= part.left && x < part.right && y >= part.top && y < part.bottom;
        if (!isInside) touchedOutside += level === 128 ? 0 : 1;
        else if (level > 200) light++;
        else if (level < 70) dark++;
      }
    }
    expect(touchedOutside).toBe(0);
    expect(light).toBeGreaterThan(150);
    expect(dark).toBeGreaterThan(light);
  });

  it('differs with its text, and cuts what does not fit', () => {
    const other = new Int32Array(SIZE * SIZE).fill(0xff808080 | 0);
    burnLabel(other, 'AI-generates');
    expect(other).not.toEqual(picture);
    expect(labelPart('x'.repeat(500)).left).toBeGreaterThanOrEqual(0);
  });
});

describe('the opening between two contours', () => {
  const upper = [0, 1, 2];
  const lower = [0, 3, 2];
  const opening = new Opening(upper, lower);

  it('covers half of a pixel that the contour halves', () => {
    opening.measure(Float32Array.of(100, 110, 120, 110), Float32Array.of(50, 50, 50, 60.5));
    expect(opening.coverage(110, 55)).toBe(256);
    expect(opening.coverage(110, 49)).toBe(0);
    expect(opening.coverage(110, 60)).toBeGreaterThan(96);
    expect(opening.coverage(110, 60)).toBeLessThanOrEqual(128);
  });

  it('has no height when the contours lie on each other', () => {
    opening.measure(Float32Array.of(100, 110, 120, 110), Float32Array.of(50, 53, 50, 53));
    expect(opening.height).toBe(0);
    expect(opening.coverage(110, 52)).toBe(0);
  });

  it('survives contours that run backwards', () => {
    opening.measure(Float32Array.of(120, 110, 100, 110), Float32Array.of(50, 45, 50, 55));
    expect(Number.isFinite(opening.height)).toBe(true);
  });
});
