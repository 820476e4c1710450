// A pattern for measuring how far sound and picture are apart where they are played: the picture's index as a bar code in
// its upper edge, and a click in the sound of every 25th picture. Drawn over real pictures and real sound, for measuring only.

import { CLOCK_RATE_HZ, FRAME_RATE_HZ, type FrameIndex, PICTURE_SIZE_PX, type Picture } from '../types.ts';

/** The code: this many bits from the left, least significant first; after 2^16 pictures (44 minutes) it begins anew. */
export const CODE_BITS = 16;
/** A bit is a square of this size: several VP8 blocks, so that its middle stays black or white at any bitrate. */
export const CODE_CELL_PX = PICTURE_SIZE_PX / CODE_BITS;
/** Pictures between two clicks: one second. */
export const CLICK_INTERVAL_PICTURES = FRAME_RATE_HZ;

const LUMA_BLACK = 16;
const LUMA_WHITE = 235;
const CHROMA_GREY = 128;
/** A burst of 2 kHz, short enough to be placed within a millisecond, long enough to pass a speech codec. */
const CLICK_HZ = 2000;
const CLICK_SAMPLES = (3 * CLOCK_RATE_HZ) / 1000;
const CLICK_LEVEL = 0.8;

/** Writes the code into the picture. */
export function stampCode({ index, width, height, i420 }: Picture): void {
  const luma = width * height;
  const chromaWidth = width / 2;
  for (let row = 0; row < CODE_CELL_PX; row++) {
    for (let bit = 0; bit < CODE_BITS; bit++) {
      const value = (index >> bit) & 1 ? LUMA_WHITE : LUMA_BLACK;
      const start = row * width + bit * CODE_CELL_PX;
      i420.fill(value, start, start + CODE_CELL_PX);
    }
  }
  for (const plane of [luma, luma + luma / 4]) i420.fill(CHROMA_GREY, plane, plane + (chromaWidth * CODE_CELL_PX) / 2);
}

/** Replaces the sound of a picture: a click at its first sample where one is due, else silence. */
export function stampClick(samples: Float32Array, index: FrameIndex): void {
  samples.fill(0);
  if (index % CLICK_INTERVAL_PICTURES !== 0) return;
  for (let i = 0; i < CLICK_SAMPLES; i++) {
    samples[i] = CLICK_LEVEL * Math.sin((2 * Math.PI * CLICK_HZ * i) / CLOCK_RATE_HZ);
  }
}
