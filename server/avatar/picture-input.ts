// Foreign picture bytes to pixels: what is no picture is refused here, once, and everything behind may trust its input.
import sharp from 'sharp';
import { VaktraError } from '../errors.ts';

const MEBIBYTE = 1024 * 1024;
export const MAX_PICTURE_BYTES = 10 * MEBIBYTE;
/** 50 megapixels decode to 150 MB; a small file can claim far more (decompression bomb). */
const MAX_INPUT_PIXELS = 50_000_000;
/** Longer sides are scaled down at once: the face must only fill 512 pixels in the end. */
const MAX_SIDE_PX = 1600;

/** Decoded picture: [height * width * 3] red, green, blue, 0..255, sRGB, upright. */
export interface RgbPicture {
  data: Uint8Array;
  width: number;
  height: number;
}

/**
 * Refuses by the first bytes, before any decoder sees them.
 *
 * @throws VaktraError `picture_too_large`, `picture_type_refused` (SVG, HEIC, PDF), `picture_unreadable` (none of the known kinds)
 */
export function checkPictureBytes(image: Uint8Array): void {
  if (image.byteLength > MAX_PICTURE_BYTES) {
    const megabytes = (image.byteLength / MEBIBYTE).toFixed(1);
    throw new VaktraError('picture_too_large', `The picture has ${megabytes} MB: send at most 10 MB.`);
  }
  if (isKnownRaster(image)) return;
  if (isHeic(image)) {
    throw new VaktraError(
      'picture_type_refused',
      'This is a HEIC picture, as phones store them, and those cannot be read here: share it as JPEG, or send a PNG or WebP.',
    );
  }
  if (isDocument(image)) {
    throw new VaktraError(
      'picture_type_refused',
      'This kind of file (SVG, PDF, film or packed) is not accepted: send a JPEG, PNG or WebP.',
    );
  }
  throw new VaktraError('picture_unreadable', 'These bytes are not a picture: send a JPEG, PNG or WebP.');
}

/**
 * Upright sRGB pixels of a JPEG, PNG, WebP, GIF (first picture), TIFF or AVIF; transparency becomes white.
 *
 * @throws VaktraError as `checkPictureBytes`, `picture_too_large` for more than 50 megapixels, `picture_unreadable` for a damaged one
 */
export async function decodePicture(image: Uint8Array): Promise<RgbPicture> {
  checkPictureBytes(image);
  try {
    const { width, height } = await sharp(image, { limitInputPixels: false }).metadata(); // reads the head only
    if (width * height > MAX_INPUT_PIXELS) {
      throw new VaktraError(
        'picture_too_large',
        `The picture has ${Math.round((width * height) / 1e6)} megapixels: save it smaller, 1024 pixels on the longer side are plenty.`,
      );
    }
    const { data, info } = await sharp(image, { limitInputPixels: MAX_INPUT_PIXELS, failOn: 'truncated' })
      .autoOrient()
      .flatten({ background: '#ffffff' })
      .toColourspace('srgb')
      .resize(MAX_SIDE_PX, MAX_SIDE_PX, { fit: 'inside', withoutEnlargement: true })
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    return { data: toThreeChannels(data, info.channels), width: info.width, height: info.height };
  } catch (cause) {
    if (cause instanceof VaktraError) throw cause;
    throw new VaktraError(
      'picture_unreadable',
      'The picture cannot be decoded (damaged or cut off): open it in an editor and save it again as JPEG.',
      { cause },
    );
  }
}

function toThreeChannels(data: Uint8Array, channels: number): Uint8Array {
  if (channels === 3) return data;
  const rgb = new Uint8Array((data.length / channels) * 3);
  for (let from = 0, to = 0; from < data.length; from += channels, to += 3) {
    rgb[to] = data[from] ?? 0;
    rgb[to + 1] = data[from + (channels > 2 ? 1 : 0)] ?? 0;
    rgb[to + 2] = data[from + (channels > 2 ? 2 : 0)] ?? 0;
  }
  return rgb;
}

function isKnownRaster(image: Uint8Array): boolean {
  const head = Buffer.from(image.subarray(0, 16));
  const text = head.toString('latin1');
  if (text.startsWith('\xff\xd8\xff') || text.startsWith('\x89PNG\r\n') || text.startsWith('GIF8')) return true;
  if (text.startsWith('RIFF') && text.slice(8, 12) === 'WEBP') return true;
  if (text.startsWith('II*\0') || text.startsWith('MM\0*')) return true;
  return ['ftypavif', 'ftypavis'].includes(text.slice(4, 12));
}

/** By the file's main brand (ISO/IEC 23008-12); AVIF's own brands were taken before. */
function isHeic(image: Uint8Array): boolean {
  return /^ftyp(hei[cmsx]|hev[cmsx]|mif1|msf1)/.test(Buffer.from(image.subarray(4, 12)).toString('latin1'));
}

/** Markup in any encoding, gzip (svgz), PDF and films: kinds that some decoders would take and that are not wanted. */
function isDocument(image: Uint8Array): boolean {
  const head = Buffer.from(image.subarray(0, 64)).toString('latin1');
  if (head.startsWith('\x1f\x8b') || head.startsWith('%PDF') || head.slice(4, 8) === 'ftyp') return true;
  // Without its zeros UTF-16 reads like ASCII.
  return /^(\xef\xbb\xbf|\xff\xfe|\xfe\xff)?\s*</.test(head.replaceAll('\0', ''));
}
