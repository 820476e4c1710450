import { gzipSync } from 'node:zlib';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodePicture, MAX_PICTURE_BYTES } from '../../server/avatar/picture-input.ts';

const SVG =
  '<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"><rect width="64" height="64" fill="red"/></svg>';

/** 6x4, one red pixel at the left of the second row, the rest green. */
function smallPicture() {
  const pixels = Buffer.alloc(6 * 4 * 3);
  for (let at = 1; at < pixels.length; at += 3) pixels[at] = 200;
  pixels.set([250, 0, 0], 6 * 3);
  return sharp(pixels, { raw: { width: 6, height: 4, channels: 3 } });
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
  ])('%s becomes three channels of eight bits', async (_, make) => {
    const picture = await decodePicture(await make().toBuffer());
    expect(picture.data.length).toBe(6 * 4 * 3);
    expect([picture.width, picture.height]).toEqual([6, 4]);
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
