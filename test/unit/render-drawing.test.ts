import { describe, expect, it } from 'vitest';
import { blend, paddedTexture, sample, TEXEL, toTexel } from '../../server/render/canvas.ts';
import { toI420 } from '../../server/render/i420.ts';
import { burnLabel, labelPart } from '../../server/render/label.ts';
import { Opening } from '../../server/render/opening.ts';
import { RESTING_BORDER_PX } from '../../server/render/rig.ts';

const SIZE = 512;
const WHOLE = { left: 0, top: 0, right: SIZE, bottom: SIZE };

function noise(): Uint8Array {
  const rgba = new Uint8Array(SIZE * SIZE * 4);
  for (let i = 0; i < rgba.length; i++) rgba[i] = i % 4 === 3 ? 255 : (i * 2_654_435_761) >>> 24;
  return rgba;
}

describe('sampling the portrait', () => {
  const rgba = noise();
  const pixels = new Int32Array(new Uint8Array(rgba).buffer);
  const texture = paddedTexture(rgba);

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
    const sampled = sample(paddedTexture(ramp), toTexel(256.5) + TEXEL / 2, toTexel(9.5)) & 255;
    expect(sampled).toBe(128);
  });
});

describe('blend', () => {
  it('leaves equal colours as they are at every share', () => {
    for (let share = 0; share <= 256; share++)
      expect(blend(0xff7f3311 | 0, 0xff7f3311 | 0, share)).toBe(0xff7f3311 | 0);
  });
});

describe('toI420', () => {
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
    const picture = new Int32Array(SIZE * SIZE).fill(0xff000000 | (blue << 16) | (green << 8) | red);
    const i420 = new Uint8Array((SIZE * SIZE * 3) / 2);
    toI420(picture, i420, WHOLE);
    const [y, u, v] = reference(red, green, blue);
    expect(Math.abs((i420[SIZE * 100 + 77] ?? 0) - y)).toBeLessThanOrEqual(1);
    expect(Math.abs((i420[SIZE * SIZE + 999] ?? 0) - u)).toBeLessThanOrEqual(1);
    expect(Math.abs((i420[(SIZE * SIZE * 5) / 4 + 999] ?? 0) - v)).toBeLessThanOrEqual(1);
  });

  it('writes nothing outside its part', () => {
    const picture = new Int32Array(SIZE * SIZE).fill(-1);
    const i420 = new Uint8Array((SIZE * SIZE * 3) / 2);
    toI420(picture, i420, { left: 100, top: 60, right: 140, bottom: 80 });
    expect(i420.filter((level) => level !== 0).length).toBe(40 * 20 * 1.5);
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
