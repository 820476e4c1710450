// The picture being drawn and the portrait it is drawn from, both as packed RGBA; bilinear sampling between them.
import { PICTURE_SIZE_PX } from '../types.ts';

/** The portrait has one more pixel on each side, so that sampling never looks outside. */
const PAD_PX = 1;
export const TEXTURE_STRIDE = PICTURE_SIZE_PX + 2 * PAD_PX;
/** Texture coordinates are whole numbers of 1/65536 pixel. */
export const TEXEL = 65_536;
const TEXEL_BITS = 16;
const RED_BLUE = 0x00ff00ff;
const GREEN = 0x0000ff00;
const HALF_RED_BLUE = 0x00800080;
export const OPAQUE = 0xff000000 | 0;

/** Fills the texture [514 * 514] with a picture [512 * 512] of packed RGBA, its border repeated. */
export function fillTexture(texture: Int32Array, source: Int32Array): void {
  for (let y = 0; y < TEXTURE_STRIDE; y++) {
    const from = Math.min(PICTURE_SIZE_PX - 1, Math.max(0, y - PAD_PX)) * PICTURE_SIZE_PX;
    const row = source.subarray(from, from + PICTURE_SIZE_PX);
    const to = y * TEXTURE_STRIDE;
    texture.fill(row[0] as number, to, to + PAD_PX);
    texture.set(row, to + PAD_PX);
    texture.fill(row[PICTURE_SIZE_PX - 1] as number, to + PAD_PX + PICTURE_SIZE_PX, to + TEXTURE_STRIDE);
  }
}

/** Texture coordinate of a position in pixels: pixel k has its middle at k + 0.5. */
export function toTexel(position: number): number {
  return (position - 0.5 + PAD_PX) * TEXEL;
}

/** Bilinear sample at `u`, `v` (TEXEL units, inside the texture). A whole position gives the pixel itself, bit by bit. */
export function sample(texture: Int32Array, u: number, v: number): number {
  const at = (v >> TEXEL_BITS) * TEXTURE_STRIDE + (u >> TEXEL_BITS);
  const fu = (u >> 8) & 255;
  const fv = (v >> 8) & 255;
  const w11 = (fu * fv) >> 8;
  const w10 = fu - w11;
  const w01 = fv - w11;
  const w00 = 256 - fu - fv + w11;
  const c00 = texture[at] as number;
  const c10 = texture[at + 1] as number;
  const c01 = texture[at + TEXTURE_STRIDE] as number;
  const c11 = texture[at + TEXTURE_STRIDE + 1] as number;
  // Red and blue in one multiplication, 8 free bits above each; green in another.
  const redBlue =
    Math.imul(c00 & RED_BLUE, w00) +
    Math.imul(c10 & RED_BLUE, w10) +
    Math.imul(c01 & RED_BLUE, w01) +
    Math.imul(c11 & RED_BLUE, w11) +
    HALF_RED_BLUE;
  const green =
    Math.imul((c00 & GREEN) >> 8, w00) +
    Math.imul((c10 & GREEN) >> 8, w10) +
    Math.imul((c01 & GREEN) >> 8, w01) +
    Math.imul((c11 & GREEN) >> 8, w11) +
    128;
  return OPAQUE | ((redBlue >>> 8) & RED_BLUE) | (green & GREEN);
}

/** `under` and `over` mixed, `share` of 256 parts of `over`. Equal colours stay exactly as they are. */
export function blend(under: number, over: number, share: number): number {
  const rest = 256 - share;
  const redBlue = Math.imul(under & RED_BLUE, rest) + Math.imul(over & RED_BLUE, share) + HALF_RED_BLUE;
  const green = Math.imul((under & GREEN) >> 8, rest) + Math.imul((over & GREEN) >> 8, share) + 128;
  return OPAQUE | ((redBlue >>> 8) & RED_BLUE) | (green & GREEN);
}
