// What viewers see around the person: each background, size and framing, in pictures that were encoded and decoded again.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { closePortraitThread, loadPortraits, preparePortrait } from '../../server/avatar/index.ts';
import { createVp8Decoder, createVp8Encoder } from '../../server/media/codec/index.ts';
import { createPictureStream, PLAIN_LOOK, videoShape } from '../../server/render/index.ts';
import { labelPart } from '../../server/render/label.ts';
import { placingOf } from '../../server/render/look.ts';
import { prepareLook } from '../../server/session/chosen-look.ts';
import type { LookChoice } from '../../server/session/index.ts';
import type { Look, PreparedAvatar } from '../../server/types.ts';

const project = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url));
const LABEL = 'AI-generated';
const BITRATE_KBPS = 3000;
/** Rates are controlled over some pictures; then each is near its final sharpness. */
const PICTURES = 4;
/** On a busy machine a portrait takes a minute. */
const PREPARING_MS = 300_000;
/** Mean difference in luma that VP8 at this rate leaves. */
const CODED_LEVELS = 4;

interface Seen {
  width: number;
  height: number;
  i420: Uint8Array;
}

let avatar: PreparedAvatar;
let basis: Float32Array;

beforeAll(async () => {
  basis = new Float32Array(new Uint8Array(await readFile(project('models/motion.basis.f32'))).buffer);
  const portraits = await loadPortraits(project('config/portraits'));
  const portrait = portraits.find(({ id }) => id === 'vigee-le-brun');
  if (!portrait) throw new Error('the portrait is not there');
  avatar = await preparePortrait(await readFile(portrait.file));
}, PREPARING_MS);
afterAll(() => closePortraitThread());

async function decoded(look: Look): Promise<Seen> {
  const stream = createPictureStream(avatar, basis, { label: LABEL, look });
  const decoder = createVp8Decoder();
  let encoder: ReturnType<typeof createVp8Encoder> | undefined;
  let seen: Seen | null = null;
  for (let index = 0; index < PICTURES; index++) {
    const { width, height, i420 } = await stream.draw({
      index,
      coefficients: new Float32Array(42).fill(index / 100, 24, 26),
      state: 'idle',
    });
    encoder ??= createVp8Encoder({ width, height, bitrateKbps: BITRATE_KBPS });
    seen = decoder.decode(encoder.encode(i420).data);
  }
  stream.close();
  encoder?.close();
  decoder.close();
  if (!seen) throw new Error('nothing was decoded');
  return seen;
}

function rgbAt({ width, height, i420 }: Seen, x: number, y: number): number[] {
  const luma = 1.164 * ((i420[y * width + x] as number) - 16);
  const at = width * height + (y >> 1) * (width / 2) + (x >> 1);
  const blue = (i420[at] as number) - 128;
  const red = (i420[at + (width * height) / 4] as number) - 128;
  return [luma + 1.596 * red, luma - 0.392 * blue - 0.813 * red, luma + 2.017 * blue].map(Math.round);
}

/** Luma of the middle of the face, which no background touches. */
function face({ width, i420 }: Seen): Uint8Array {
  const [x, y] = [0, 1].map((axis) => Math.round(avatar.neutral[4 * 3 + axis] as number)) as [number, number];
  const rows = Array.from({ length: 60 }, (_, row) => i420.subarray((y - 30 + row) * width + x - 30).subarray(0, 60));
  return Uint8Array.from(rows.flatMap((row) => [...row]));
}

function meanDifference(a: Uint8Array, b: Uint8Array): number {
  return a.reduce((sum, value, i) => sum + Math.abs(value - (b[i] as number)), 0) / a.length;
}

function expectColour(seen: number[], expected: number[], within = 12): void {
  for (const [k, value] of expected.entries()) expect(Math.abs((seen[k] as number) - value)).toBeLessThan(within);
}

async function choose(choice: Partial<LookChoice>): Promise<Look> {
  return prepareLook({ ...PLAIN_LOOK, ...choice });
}

/** How far luma goes up and down in the label's place: white letters on a dark plate. */
function labelContrast({ width, i420 }: Seen, shownWidth: number, shownHeight: number, scale = 1): number {
  const part = labelPart(LABEL);
  let [least, most] = [255, 0];
  for (let row = Math.ceil((512 - part.bottom) * scale); row < (512 - part.top) * scale; row++) {
    for (let column = Math.ceil((512 - part.right) * scale); column < (512 - part.left) * scale; column++) {
      const luma = i420[(shownHeight - 1 - row) * width + shownWidth - 1 - column] as number;
      least = Math.min(least, luma);
      most = Math.max(most, luma);
    }
  }
  return most - least;
}

describe('a background', () => {
  it('leaves the face as it is, whatever it is, and never covers the label', async () => {
    const kept = await decoded(await choose({}));
    const image = await sharp({ create: { width: 60, height: 40, channels: 3, background: '#c03020' } })
      .png()
      .toBuffer();
    for (const background of [
      { kind: 'blur' },
      { kind: 'colour', colour: 0x2f6f4f },
      { kind: 'picture', image },
      { kind: 'transparent' },
    ] as const) {
      const seen = await decoded(await choose({ background }));
      expect(meanDifference(face(seen), face(kept))).toBeLessThan(CODED_LEVELS);
      expect(labelContrast(seen, 512, 512)).toBeGreaterThan(120);
    }
  });

  it('is a colour', async () => {
    const seen = await decoded(await choose({ background: { kind: 'colour', colour: 0x2f6f4f } }));
    expectColour(rgbAt(seen, 6, 6), [0x2f, 0x6f, 0x4f]);
    expectColour(rgbAt(seen, 505, 6), [0x2f, 0x6f, 0x4f]);
  });

  it('is a picture, cut to fill', async () => {
    const image = await sharp({ create: { width: 90, height: 30, channels: 3, background: '#2040c0' } })
      .composite([
        { input: { create: { width: 30, height: 30, channels: 3, background: '#c08020' } }, left: 30, top: 0 },
      ])
      .png()
      .toBuffer();
    const seen = await decoded(await choose({ background: { kind: 'picture', image } }));
    expectColour(rgbAt(seen, 16, 8), [0xc0, 0x80, 0x20], 20);
    await expect(choose({ background: { kind: 'picture', image: new Uint8Array(99) } })).rejects.toMatchObject({
      code: 'picture_unreadable',
    });
  });

  it('out of focus has no detail, and the same light', async () => {
    const kept = await decoded(await choose({}));
    const blurred = await decoded(await choose({ background: { kind: 'blur' } }));
    const corner = ({ width, i420 }: Seen) =>
      Array.from({ length: 48 }, (_, row) => [...i420.subarray(row * width, row * width + 48)]).flat();
    const rough = (luma: number[]) =>
      luma.slice(1).reduce((sum, value, i) => sum + Math.abs(value - (luma[i] ?? 0)), 0);
    const mean = (luma: number[]) => luma.reduce((sum, value) => sum + value, 0) / luma.length;
    expect(rough(corner(blurred))).toBeLessThan(rough(corner(kept)) / 2);
    expect(Math.abs(mean(corner(blurred)) - mean(corner(kept)))).toBeLessThan(12);
  });

  it('that is transparent comes as grey below: black in the corner, white in the face and under the label', async () => {
    const seen = await decoded(await choose({ background: { kind: 'transparent' } }));
    expect([seen.width, seen.height]).toEqual([512, 1024]);
    const matte = (x: number, y: number) => seen.i420[(512 + y) * 512 + x] as number;
    expect(matte(6, 6)).toBeLessThan(22);
    expect(matte(505, 6)).toBeLessThan(22);
    const [x, y] = [0, 1].map((axis) => Math.round(avatar.neutral[4 * 3 + axis] as number)) as [number, number];
    expect(matte(x, y)).toBeGreaterThan(228);
    const { left, right, top, bottom } = labelPart(LABEL);
    for (let column = left + 2; column < right - 2; column += 4) {
      expect(matte(column, (top + bottom) >> 1)).toBeGreaterThan(220);
    }
  });
});

/** No person in the first rows around a column of the square; beyond its borders as on them. */
function isFree(column: number): boolean {
  const near = Array.from({ length: 24 }, (_, k) => Math.min(511, Math.max(0, Math.round(column) - 12 + k)));
  return near.every((x) =>
    Array.from({ length: 16 }, (_, y) => avatar.matte[y * 512 + x]).every((alpha) => alpha === 0),
  );
}

describe('a size and a framing', () => {
  for (const framing of ['square', 'portrait', 'landscape'] as const) {
    for (const size of [384, 512, 720] as const) {
      it(`${size} ${framing} is sent as announced, with the label in its corner and no seam`, async () => {
        const look = await choose({ size, framing, background: { kind: 'colour', colour: 0x506070 } });
        const shape = videoShape(look);
        const long = { 384: 688, 512: 912, 720: 1280 }[size];
        expect(shape).toEqual({
          width: framing === 'landscape' ? long : size,
          height: framing === 'portrait' ? long : size,
          matte: 'none',
        });
        const seen = await decoded(look);
        expect([seen.width, seen.height]).toEqual([shape.width, shape.height]);
        expect(labelContrast(seen, shape.width, shape.height, framing === 'square' ? size / 512 : 1)).toBeGreaterThan(
          100,
        );
        // Along the first rows nothing but the colour where no hair is near: also where the square begins.
        const { from, to } = placingOf(look, avatar);
        for (let x = 4; x < shape.width; x += 8) {
          const column = from.left + ((x - to.left) * from.width) / to.width;
          if (isFree(column)) expectColour(rgbAt(seen, x, 4), [0x50, 0x60, 0x70], 14);
        }
        expect(isFree(from.left)).toBe(true);
      });
    }
  }
});
