// Lays rows of spoken sentences out as one picture for people to look at.

import sharp, { type OverlayOptions, type Sharp } from 'sharp';
import { PICTURE_SIZE_PX } from '../../server/types.ts';
import { rgbOf } from '../integration/avatar-drawn-face.ts';
import type { SheetRow, SheetTile } from './motion-sheet-rows.ts';
import { KINDS } from './motion-sheet-sentences.ts';

/** Landmarks that the crop is laid around: forehead above the nose, chin. */
const BROW = 9;
const CHIN = 152;
/** Beyond brow and chin, in parts of their distance: room for brows and for a head that sways. */
const ABOVE = 0.08;
const BELOW = 0.1;
const WIDTH_OVER_HEIGHT = 0.9;
/** Everything in parts of a tile's width. */
const CAPTION = 0.17;
const HEADING = 0.2;
const TOP = 0.2;
const GAP = 0.02;
const FONT = 0.1;
/** Longer words would run into the next tile. */
const MAX_WORD_CHARS = 9;
const SANS =
  'DejaVu Sans, Noto Sans, Lohit Devanagari, Noto Sans Devanagari, WenQuanYi Micro Hei, Noto Sans CJK SC, sans-serif';
const COLUMNS = ['silence', ...KINDS.map(({ name }) => name)];

/** The sheet in sRGB. Letters come from the fonts of the machine, which must know the languages' scripts. */
export async function drawSheet(rows: readonly SheetRow[], tileWidthPx: number): Promise<Sharp> {
  const part = (share: number) => Math.round(share * tileWidthPx);
  const tileHeight = Math.round(tileWidthPx / WIDTH_OVER_HEIGHT);
  const rowHeight = part(HEADING) + tileHeight + part(CAPTION) + part(GAP);
  const step = tileWidthPx + part(GAP);
  const width = COLUMNS.length * step;
  const height = part(TOP) + rows.length * rowHeight;
  const size = part(FONT);
  const text: string[] = COLUMNS.map((name, column) =>
    letters(name, column * step + tileWidthPx / 2, part(TOP) * 0.7, { size, anchor: 'middle', bold: true }),
  );
  const tiles: OverlayOptions[] = [];
  for (const [r, row] of rows.entries()) {
    const top = part(TOP) + r * rowHeight;
    text.push(
      letters(`${row.sentence.name}: ${row.sentence.text}`, part(GAP), top + part(HEADING) * 0.7, { size: size * 1.1 }),
    );
    for (const [column, tile] of row.tiles.entries()) {
      if (!tile) continue;
      const left = column * step;
      const input = await crop(tile, row.landmarks, tileWidthPx, tileHeight);
      tiles.push({ input, left, top: top + part(HEADING) });
      const under = top + part(HEADING) + tileHeight + part(CAPTION) * 0.65;
      const caption = [tile.ipa, tile.opening.toFixed(3), shortened(tile.word)]
        .filter((piece) => piece !== '')
        .join('  ');
      text.push(
        letters(caption, left + tileWidthPx / 2, under, {
          size: size * 0.9,
          anchor: 'middle',
          alarm: tile.isOpenWrongly,
        }),
      );
    }
  }
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${text.join('')}</svg>`;
  const sheet = sharp({ create: { width, height, channels: 3, background: '#fff' } });
  return sheet.composite([...tiles, { input: Buffer.from(svg), left: 0, top: 0 }]);
}

function crop({ i420 }: SheetTile, landmarks: Float32Array, width: number, height: number): Promise<Buffer> {
  const at = (landmark: number, axis: number) => landmarks[landmark * 3 + axis] as number;
  const face = at(CHIN, 1) - at(BROW, 1);
  const tall = Math.round(face * (1 + ABOVE + BELOW));
  const wide = Math.round(tall * WIDTH_OVER_HEIGHT);
  const region = {
    left: Math.max(0, Math.round((at(CHIN, 0) + at(BROW, 0) - wide) / 2)),
    top: Math.max(0, Math.round(at(BROW, 1) - face * ABOVE)),
    width: wide,
    height: tall,
  };
  const raw = { width: PICTURE_SIZE_PX, height: PICTURE_SIZE_PX, channels: 3 as const };
  return sharp(rgbOf(i420), { raw }).extract(region).resize(width, height, { kernel: 'lanczos3' }).png().toBuffer();
}

function shortened(word: string): string {
  return word.length > MAX_WORD_CHARS ? `${word.slice(0, MAX_WORD_CHARS - 1)}…` : word;
}

interface Look {
  size: number;
  anchor?: 'middle';
  bold?: boolean;
  alarm?: boolean;
}

function letters(text: string, x: number, y: number, { size, anchor, bold, alarm }: Look): string {
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  const look = `font-family="${SANS}" font-size="${size}" fill="${alarm ? '#c00' : '#111'}"`;
  return `<text x="${x}" y="${y}" ${look} text-anchor="${anchor ?? 'start'}" font-weight="${bold ? 'bold' : 'normal'}">${escaped}</text>`;
}
