// How much of the network a picture's size needs.
import { PICTURE_SIZE_PX, type VideoShape } from '../types.ts';

/** Twice the pixels need less than twice the bits, since they show the same face: exponent of the pixels, as encoders' ladders have it. */
const BITS_BY_PIXELS = 0.75;
/** A matte is flat but for the outline: its pixels count this much of a picture's. */
const MATTE_SHARE = 0.15;

/**
 * Upper bound of the encoder's bitrate in kbit/s.
 *
 * @param squareKbps that of 512x512
 */
export function videoBitrate(squareKbps: number, { width, height, matte }: VideoShape): number {
  const pixels = width * height * (matte === 'none' ? 1 : 1 + MATTE_SHARE);
  return Math.round(squareKbps * (pixels / PICTURE_SIZE_PX ** 2) ** BITS_BY_PIXELS);
}
