// Burns the label into a picture's lower right corner, once: nothing there ever moves, so it stays in every picture of the stream.
import { inflateRawSync } from 'node:zlib';
import { PICTURE_SIZE_PX } from '../types.ts';
import { blend } from './canvas.ts';
import { FIRST_GLYPH, GLYPH_COUNT, GLYPH_HEIGHT_PX, GLYPH_WIDTH_PX, GLYPHS_PACKED } from './label-font.ts';
import { RESTING_BORDER_PX } from './outer-mesh.ts';

const MARGIN_PX = 6;
const PADDING_X_PX = 6;
const PLATE_HEIGHT_PX = GLYPH_HEIGHT_PX;
/** White on a dark plate can be read on any portrait, and after VP8 at 300 kbit/s. */
const INK = 0xffffffff | 0;
const PLATE = 0xff101010 | 0;
const PLATE_SHARE = 176;
const GLYPH_LEVELS = 15;
const UNKNOWN_GLYPH = '?'.charCodeAt(0);

/** Part of a picture, by default the drawn square, that the label of this text covers. */
export function labelPart(
  label: string,
  width = PICTURE_SIZE_PX,
  height = PICTURE_SIZE_PX,
): { left: number; top: number; right: number; bottom: number } {
  const text = fitting(label, width);
  const right = width - MARGIN_PX;
  // Inside the border that rests.
  const bottom = height - Math.floor((RESTING_BORDER_PX - PLATE_HEIGHT_PX) / 2);
  return {
    left: right - text.length * GLYPH_WIDTH_PX - 2 * PADDING_X_PX,
    top: bottom - PLATE_HEIGHT_PX,
    right,
    bottom,
  };
}

/** @param picture [height * width] packed RGBA */
export function burnLabel(picture: Int32Array, label: string, width = PICTURE_SIZE_PX, height = PICTURE_SIZE_PX): void {
  const text = fitting(label, width);
  if (text.length === 0) return;
  const glyphs = inflateRawSync(Buffer.from(GLYPHS_PACKED, 'base64'));
  const part = labelPart(label, width, height);
  for (let y = part.top; y < part.bottom; y++) {
    for (let x = part.left; x < part.right; x++) {
      const at = y * width + x;
      const plated = blend(picture[at] as number, PLATE, PLATE_SHARE);
      picture[at] = blend(plated, INK, inkAt(glyphs, text, x - part.left - PADDING_X_PX, y - part.top));
    }
  }
}

/** Ink at a place of the line of text, 0..256. */
function inkAt(glyphs: Uint8Array, text: string, x: number, y: number): number {
  const place = Math.floor(x / GLYPH_WIDTH_PX);
  if (x < 0 || place >= text.length) return 0;
  const code = text.charCodeAt(place);
  const glyph = (code >= FIRST_GLYPH && code < FIRST_GLYPH + GLYPH_COUNT ? code : UNKNOWN_GLYPH) - FIRST_GLYPH;
  const at = (glyph * GLYPH_HEIGHT_PX + y) * GLYPH_WIDTH_PX + (x - place * GLYPH_WIDTH_PX);
  const pair = glyphs[at >> 1] as number;
  return (((at & 1) === 0 ? pair >> 4 : pair & GLYPH_LEVELS) * 256) / GLYPH_LEVELS;
}

/** What fits into the picture's width. */
function fitting(label: string, width: number): string {
  const most = Math.floor((width - 2 * MARGIN_PX - 2 * PADDING_X_PX) / GLYPH_WIDTH_PX);
  return label.slice(0, most);
}
