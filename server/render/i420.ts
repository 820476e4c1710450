// Packed RGBA to I420, BT.601 limited range (what VP8 decoders expect), only where the picture has changed.
import { PICTURE_SIZE_PX } from '../types.ts';

const LUMA_BYTES = PICTURE_SIZE_PX * PICTURE_SIZE_PX;
const CHROMA_STRIDE = PICTURE_SIZE_PX / 2;
export const I420_BYTES = (LUMA_BYTES * 3) / 2;

/** Part of the picture in even pixels; right and bottom excluded. */
export interface Part {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/**
 * Weights are BT.601's in 1/256 (ITU-R BT.601-7 section 2.5); chroma is taken from the mean of its four pixels.
 *
 * @param picture [512 * 512] packed RGBA, red in the lowest byte
 * @param i420 [512 * 512 * 3 / 2] luma, then both chroma planes
 */
export function toI420(picture: Int32Array, i420: Uint8Array, part: Part): void {
  const { left, top, right, bottom } = part;
  const bluePlane = LUMA_BYTES;
  const redPlane = LUMA_BYTES + LUMA_BYTES / 4;
  for (let y = top; y < bottom; y += 2) {
    const upper = y * PICTURE_SIZE_PX;
    const lower = upper + PICTURE_SIZE_PX;
    const chroma = (y >> 1) * CHROMA_STRIDE;
    for (let x = left; x < right; x += 2) {
      const a = picture[upper + x] as number;
      const b = picture[upper + x + 1] as number;
      const c = picture[lower + x] as number;
      const d = picture[lower + x + 1] as number;
      i420[upper + x] = luma(a);
      i420[upper + x + 1] = luma(b);
      i420[lower + x] = luma(c);
      i420[lower + x + 1] = luma(d);
      const red = (a & 255) + (b & 255) + (c & 255) + (d & 255);
      const green = ((a >> 8) & 255) + ((b >> 8) & 255) + ((c >> 8) & 255) + ((d >> 8) & 255);
      const blue = ((a >> 16) & 255) + ((b >> 16) & 255) + ((c >> 16) & 255) + ((d >> 16) & 255);
      const at = chroma + (x >> 1);
      i420[bluePlane + at] = ((-38 * red - 74 * green + 112 * blue + 512) >> 10) + 128;
      i420[redPlane + at] = ((112 * red - 94 * green - 18 * blue + 512) >> 10) + 128;
    }
  }
}

function luma(pixel: number): number {
  return ((66 * (pixel & 255) + 129 * ((pixel >> 8) & 255) + 25 * ((pixel >> 16) & 255) + 128) >> 8) + 16;
}
