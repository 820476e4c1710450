import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { serialize } from 'node:v8';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { closePortraitThread, preparePortrait } from '../../server/avatar/index.ts';
import { PICTURE_SIZE_PX } from '../../server/types.ts';

const portraitFile = (name: string) => fileURLToPath(new URL(`../../config/portraits/${name}.jpg`, import.meta.url));
/** On a busy machine each portrait takes a minute. */
const PREPARING_MS = 300_000;
let monaLisa: Buffer;
let vigee: Buffer;
let cacheDir: string;

beforeAll(async () => {
  monaLisa = await readFile(portraitFile('mona-lisa'));
  vigee = await readFile(portraitFile('vigee-le-brun'));
  cacheDir = await mkdtemp(path.join(tmpdir(), 'avatars-'));
});
afterAll(async () => {
  await closePortraitThread();
  await rm(cacheDir, { recursive: true });
});

/** Both pictures in one, at these heights. */
async function sideBySide(heightA: number, heightB: number): Promise<Buffer> {
  const a = await sharp(monaLisa).resize({ height: heightA }).toBuffer({ resolveWithObject: true });
  const b = await sharp(vigee).resize({ height: heightB }).toBuffer({ resolveWithObject: true });
  const width = a.info.width + b.info.width;
  return sharp({ create: { width, height: Math.max(heightA, heightB), channels: 3, background: '#777' } })
    .composite([
      { input: a.data, left: 0, top: 0 },
      { input: b.data, left: a.info.width, top: 0 },
    ])
    .jpeg()
    .toBuffer();
}

describe('a picture that cannot become an avatar', () => {
  it('of one colour is picture_no_face', async () => {
    const flat = await sharp({ create: { width: 600, height: 600, channels: 3, background: '#a87' } })
      .jpeg()
      .toBuffer();
    await expect(preparePortrait(flat)).rejects.toMatchObject({ code: 'picture_no_face', status: 400 });
  });

  it('upside down patterns of noise are picture_no_face', async () => {
    const noise = { type: 'gaussian', mean: 128, sigma: 60 } as const;
    const pattern = await sharp({ create: { width: 500, height: 500, channels: 3, background: '#888', noise } })
      .blur(6)
      .jpeg()
      .toBuffer();
    await expect(preparePortrait(pattern)).rejects.toMatchObject({ code: 'picture_no_face' });
  });

  it('with two people is picture_several_faces', async () => {
    await expect(preparePortrait(await sideBySide(800, 800))).rejects.toMatchObject({ code: 'picture_several_faces' });
  });

  it('with a face of a few pixels is picture_too_small', async () => {
    const small = await sharp(monaLisa).resize({ height: 150 }).jpeg().toBuffer();
    await expect(preparePortrait(small)).rejects.toMatchObject({ code: 'picture_too_small' });
  });

  it('with a tiny face in a large empty picture is picture_too_small, not picture_no_face', async () => {
    const face = await sharp(vigee).resize({ height: 120 }).toBuffer();
    const empty = sharp({ create: { width: 900, height: 700, channels: 3, background: '#678' } });
    const picture = await empty
      .composite([{ input: face, left: 500, top: 300 }])
      .jpeg()
      .toBuffer();
    await expect(preparePortrait(picture)).rejects.toMatchObject({ code: 'picture_too_small' });
  });

  it('that is no picture at all is refused before the thread starts, and the next good one is taken', async () => {
    await expect(preparePortrait(Buffer.from('<svg/>'))).rejects.toMatchObject({ code: 'picture_type_refused' });
    await expect(preparePortrait(Buffer.from('no picture'))).rejects.toMatchObject({ code: 'picture_unreadable' });
    await expect(preparePortrait(monaLisa.subarray(0, monaLisa.length / 3))).rejects.toMatchObject({
      code: 'picture_unreadable',
    });
    await expect(preparePortrait(monaLisa)).resolves.toMatchObject({ unitPx: expect.any(Number) });
  });

  it('says model_missing when the neutral face is not there', async () => {
    await expect(preparePortrait(vigee, { neutralFile: '/nowhere/motion.neutral.f32' })).rejects.toMatchObject({
      code: 'model_missing',
    });
  });
});

describe('a prepared portrait', () => {
  it('is plain data: 512x512, 478 landmarks inside it, closed lips, and the head turned as painted', async () => {
    const avatar = structuredClone(await preparePortrait(monaLisa));
    expect(avatar.rgba.length).toBe(PICTURE_SIZE_PX ** 2 * 4);
    expect(avatar.landmarks.length).toBe(478 * 3);
    for (let i = 0; i < 478; i++) {
      expect(avatar.landmarks[i * 3]).toBeGreaterThan(0);
      expect(avatar.landmarks[i * 3]).toBeLessThan(PICTURE_SIZE_PX);
    }
    expect(Math.abs((avatar.neutral[13 * 3 + 1] ?? 0) - (avatar.neutral[14 * 3 + 1] ?? 0))).toBeLessThan(0.01);
    // The Mona Lisa's face is turned towards the image's left by something between 10 and 25 degrees.
    const yaw = (Math.asin(avatar.rotation[6] ?? 0) * 180) / Math.PI;
    expect(yaw).toBeLessThan(-10);
    expect(yaw).toBeGreaterThan(-25);
  });

  it('keeps its teeth in the palette of the painting', async () => {
    const { tones } = await preparePortrait(monaLisa);
    expect(tones.teeth[0]).toBeGreaterThan(tones.teeth[2] + 40);
    expect(tones.teeth[0]).toBeLessThan(235);
  });

  it('ignores a bystander', async () => {
    await expect(preparePortrait(await sideBySide(1000, 260))).resolves.toMatchObject({ version: expect.any(Number) });
  });

  it(
    'is read from the cache the second time, and prepared again when the file is damaged',
    async () => {
      const first = await preparePortrait(vigee, { cacheDir });
      const [file] = await readdir(cacheDir);
      const begin = performance.now();
      const second = await preparePortrait(vigee, { cacheDir });
      expect(performance.now() - begin).toBeLessThan(500);
      expect(serialize(second).equals(serialize(first))).toBe(true);
      // One bit in the middle of its pixels counts as well: such a file is not served.
      const cached = path.join(cacheDir, file ?? '');
      const flipped = await readFile(cached);
      flipped[flipped.length >> 1] = (flipped[flipped.length >> 1] ?? 0) ^ 1;
      await writeFile(cached, flipped);
      expect(serialize(await preparePortrait(vigee, { cacheDir })).equals(serialize(first))).toBe(true);
      await writeFile(cached, Buffer.from('damaged'));
      expect(serialize(await preparePortrait(vigee, { cacheDir })).equals(serialize(first))).toBe(true);
      expect((await readFile(path.join(cacheDir, file ?? ''))).length).toBeGreaterThan(1_000_000);
    },
    PREPARING_MS,
  );

  it(
    'leaves nothing behind without a cache folder',
    async () => {
      const before = await readdir(cacheDir);
      await preparePortrait(monaLisa);
      expect(await readdir(cacheDir)).toEqual(before);
    },
    PREPARING_MS,
  );
});
