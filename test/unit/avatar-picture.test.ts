import { crc32, deflateSync, gzipSync } from 'node:zlib';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodePicture, MAX_PICTURE_BYTES } from '../../server/avatar/picture-input.ts';
import { VaktraError } from '../../server/errors.ts';

const SVG =
  '<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"><rect width="64" height="64" fill="red"/></svg>';

/** 6x4, one red pixel at the left of the second row, the rest green. */
function smallPicture() {
  const pixels = Buffer.alloc(6 * 4 * 3);
  for (let at = 1; at < pixels.length; at += 3) pixels[at] = 200;
  pixels.set([250, 0, 0], 6 * 3);
  return sharp(pixels, { raw: { width: 6, height: 4, channels: 3 } });
}

/** A PNG with this head, these chunks before the pixels and these packed pixels. */
function png(width: number, height: number, packed: Buffer, ...extra: Buffer[]): Buffer {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2], 8); // eight bits, three channels
  const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
  return Buffer.concat([
    signature,
    pngChunk('IHDR', head),
    ...extra,
    pngChunk('IDAT', packed),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

function pngChunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}

describe('a picture that is refused by its first bytes', () => {
  it.each([
    ['an SVG', Buffer.from(SVG)],
    ['an SVG behind a byte order mark and blanks', Buffer.from(`\uFEFF \n\t${SVG}`)],
    ['an SVG behind an XML declaration', Buffer.from(`<?xml version="1.0"?>${SVG}`)],
    ['an SVG in UTF-16', Buffer.from(`\uFEFF${SVG}`, 'utf16le')],
    ['a packed SVG', gzipSync(SVG)],
    ['a PDF', Buffer.from('%PDF-1.7\n')],
    ['a HEIC', Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from('ftypheic'), Buffer.alloc(64)])],
  ])('%s is picture_type_refused', async (_, bytes) => {
    await expect(decodePicture(bytes)).rejects.toMatchObject({ code: 'picture_type_refused', status: 415 });
  });

  it.each([
    ['no bytes', Buffer.alloc(0)],
    ['a sentence', Buffer.from('I am no picture, but I am longer than sixteen bytes.')],
    ['noise', Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * 7919 + (i >> 3)) & 255))],
  ])('%s is picture_unreadable', async (_, bytes) => {
    await expect(decodePicture(bytes)).rejects.toMatchObject({ code: 'picture_unreadable', status: 400 });
  });

  it('one byte over 10 MB is picture_too_large, whatever it is', async () => {
    await expect(decodePicture(Buffer.alloc(MAX_PICTURE_BYTES + 1))).rejects.toMatchObject({
      code: 'picture_too_large',
      status: 413,
    });
  });
});

describe('a picture that cannot be decoded', () => {
  it('a JPEG that ends in its middle is picture_unreadable', async () => {
    const noise = { type: 'gaussian', mean: 128, sigma: 40 } as const;
    const jpeg = await sharp({ create: { width: 300, height: 300, channels: 3, background: '#888', noise } })
      .jpeg()
      .toBuffer();
    await expect(decodePicture(jpeg.subarray(0, jpeg.length / 2))).rejects.toMatchObject({
      code: 'picture_unreadable',
    });
  });

  it('a small PNG that unpacks to 64 megapixels is picture_too_large', async () => {
    const bomb = await sharp({ create: { width: 8000, height: 8000, channels: 3, background: '#000' } })
      .png({ compressionLevel: 9 })
      .toBuffer();
    expect(bomb.length).toBeLessThan(500_000);
    await expect(decodePicture(bomb)).rejects.toMatchObject({ code: 'picture_too_large' });
  });

  it('a PNG whose head claims 20000 x 20000 is picture_too_large before anything is unpacked', async () => {
    const begin = performance.now();
    await expect(decodePicture(png(20_000, 20_000, Buffer.alloc(100)))).rejects.toMatchObject({
      code: 'picture_too_large',
    });
    expect(performance.now() - begin).toBeLessThan(1000);
  });

  it('a small PNG that hides 300 MB in its text and in its pixels takes no memory for them', async () => {
    const bomb = deflateSync(Buffer.alloc(300_000_000), { level: 9 });
    const text = pngChunk('zTXt', Buffer.concat([Buffer.from('Comment\0\0', 'latin1'), bomb]));
    const profile = pngChunk('iCCP', Buffer.concat([Buffer.from('x\0\0', 'latin1'), bomb]));
    for (const bytes of [png(64, 64, deflateSync(Buffer.alloc(64 * 193)), text, profile), png(64, 64, bomb)]) {
      const before = process.memoryUsage().rss;
      await decodePicture(bytes).catch((error: unknown) => expect(error).toBeInstanceOf(VaktraError));
      expect(process.memoryUsage().rss - before).toBeLessThan(100_000_000);
    }
  });

  it('SVG text behind the first bytes of a PNG is not drawn', async () => {
    const polyglot = Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.from(SVG)]);
    await expect(decodePicture(polyglot)).rejects.toMatchObject({ code: 'picture_unreadable' });
  });
});

describe('a picture that is taken', () => {
  it('is turned upright as its EXIF says', async () => {
    const turned = await smallPicture().withMetadata({ orientation: 6 }).png().toBuffer();
    const picture = await decodePicture(turned);
    expect([picture.width, picture.height]).toEqual([4, 6]);
    // Turned to the right: the second row becomes the third column from the left, its left end the top.
    expect([...picture.data.subarray(2 * 3, 2 * 3 + 3)]).toEqual([250, 0, 0]);
  });

  it.each([
    ['grey', () => smallPicture().greyscale().png()],
    ['16-bit', () => smallPicture().toColourspace('rgb16').png()],
    ['with transparency', () => smallPicture().ensureAlpha(0.5).png()],
    ['CMYK', () => smallPicture().toColourspace('cmyk').jpeg()],
    ['WebP', () => smallPicture().webp()],
    ['GIF', () => smallPicture().gif()],
    ['TIFF', () => smallPicture().tiff()],
    ['AVIF', () => smallPicture().avif({ effort: 0 })],
    ['CMYK in 16-bit TIFF', () => smallPicture().toColourspace('cmyk').tiff()],
    ['interlaced', () => smallPicture().png({ progressive: true })],
  ])('%s becomes three channels of eight bits', async (_, make) => {
    const picture = await decodePicture(await make().toBuffer());
    expect(picture.data.length).toBe(6 * 4 * 3);
    expect([picture.width, picture.height]).toEqual([6, 4]);
  });

  it('of an animated GIF is its first picture', async () => {
    const frames = Buffer.concat([Buffer.alloc(8 * 8 * 3, 40), Buffer.alloc(8 * 8 * 3, 220)]);
    const raw = { width: 8, height: 16, channels: 3, pageHeight: 8 } as const;
    const { data, width, height } = await decodePicture(await sharp(frames, { raw }).gif().toBuffer());
    expect([width, height]).toEqual([8, 8]);
    expect(Math.max(...data)).toBeLessThan(60);
  });

  it('with a wide colour profile becomes sRGB', async () => {
    const pixels = Buffer.alloc(8 * 8 * 3);
    for (let at = 0; at < pixels.length; at += 3) pixels.set([200, 100, 100], at);
    const raw = { width: 8, height: 8, channels: 3 } as const;
    const plain = await sharp(pixels, { raw }).png().toBuffer();
    const wide = await sharp(plain).withIccProfile('p3').png().toBuffer();
    // Written with Display P3's smaller numbers, read back as the colour that was meant.
    expect([...(await decodePicture(wide)).data.subarray(0, 3)].map((value) => Math.round(value / 4))).toEqual([
      50, 25, 25,
    ]);
  });

  it('may have a page or an archive behind its end, which nobody reads', async () => {
    const jpeg = await smallPicture().jpeg().toBuffer();
    const polyglot = Buffer.concat([jpeg, Buffer.from('<html><script>alert(1)</script></html>PK\x03\x04')]);
    expect((await decodePicture(polyglot)).data).toEqual((await decodePicture(jpeg)).data);
  });

  it('transparency becomes white', async () => {
    const clear = await sharp({
      create: { width: 2, height: 2, channels: 4, background: { r: 9, g: 9, b: 9, alpha: 0 } },
    })
      .png()
      .toBuffer();
    expect([...(await decodePicture(clear)).data]).toEqual(Array(12).fill(255));
  });
});
