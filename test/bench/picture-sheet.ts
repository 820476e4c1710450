// Contact sheets of what is drawn: a portrait with eight mouths, three poses, eyes open and shut on one sheet.

import sharp, { type OverlayOptions, type Region } from 'sharp';
import { EYE_CORNERS } from '../../server/render/face-topology.ts';
import { PICTURE_SIZE_PX, type PreparedAvatar } from '../../server/types.ts';
import { rgbOf } from '../integration/avatar-drawn-face.ts';
import type { Drawer } from './eval-picture-drawers.ts';
import type { PreparedPortrait } from './eval-picture-portraits.ts';

const CELL_PX = 320;
/** What is shown of a picture around the face, in eye-corner distances: its width, and the eyes' place from the top. */
const SHOWN_UNITS = 2.6;
const EYES_FROM_TOP = 0.42;
const CAPTION_PX = 20;
const COEFFICIENTS = 42;
/** Rows of the basis: 0 opens the jaw, 1 rounds (+) and spreads (-) the lips; then pose, lids and the smile of joy. */
const [JAW, ROUND, PITCH, YAW, ROLL, BLINK_LEFT, BLINK_RIGHT] = [0, 1, 24, 25, 26, 32, 33] as const;

type Command = Record<number, number>;
const MOUTHS: readonly { name: string; command: Command }[] = [
  { name: 'rest', command: {} },
  { name: 'pressed', command: { [JAW]: -0.6 } },
  { name: 'ajar', command: { [JAW]: 0.7 } },
  { name: 'open', command: { [JAW]: 1.6 } },
  { name: 'wide open', command: { [JAW]: 2.8 } },
  { name: 'round', command: { [JAW]: 0.6, [ROUND]: 1.6 } },
  { name: 'spread', command: { [JAW]: 0.5, [ROUND]: -1.6 } },
  { name: 'spread, open', command: { [JAW]: 1.8, [ROUND]: -1.2 } },
];
/** 15 degrees of yaw; a nod with a tilt. */
const POSES: readonly { name: string; command: Command }[] = [
  { name: 'as in the portrait', command: {} },
  { name: 'yaw 15', command: { [YAW]: 0.262 } },
  { name: 'nod and tilt', command: { [PITCH]: 0.12, [YAW]: -0.14, [ROLL]: 0.08 } },
];
const LIDS: readonly { name: string; command: Command }[] = [
  { name: 'eyes open', command: {} },
  { name: 'shut', command: { [BLINK_LEFT]: 1, [BLINK_RIGHT]: 1 } },
];

/** All of a portrait in one PNG. */
export async function drawPortraitSheet(
  { name, avatar }: PreparedPortrait,
  drawer: Drawer,
  basis: Float32Array,
  file: string,
): Promise<void> {
  const stream = drawer.open(avatar, basis);
  const cells: OverlayOptions[] = [];
  let row = 0;
  for (const pose of POSES) {
    for (const lids of LIDS) {
      for (const [column, mouth] of MOUTHS.entries()) {
        const coefficients = new Float32Array(COEFFICIENTS);
        for (const [key, value] of Object.entries({ ...pose.command, ...lids.command, ...mouth.command }))
          coefficients[Number(key)] = value;
        const { i420 } = await stream.draw({ index: row * MOUTHS.length + column, coefficients, state: 'speaking' });
        const title = column === 0 ? `${name}, ${drawer.name}: ${pose.name}, ${lids.name}: ` : '';
        const input = await cell(rgbOf(i420), shownPart(avatar), `${title}${mouth.name}`);
        cells.push({ input, left: column * CELL_PX, top: row * CELL_PX });
      }
      row++;
    }
  }
  stream.close();
  const size = { width: MOUTHS.length * CELL_PX, height: row * CELL_PX };
  await sharp({ create: { ...size, channels: 3, background: '#222' } })
    .composite(cells)
    .png()
    .toFile(file);
}

function shownPart({ neutral, unitPx }: PreparedAvatar): Region {
  const [a, b] = EYE_CORNERS;
  const middle = (axis: number) => ((neutral[a * 3 + axis] as number) + (neutral[b * 3 + axis] as number)) / 2;
  const side = Math.min(PICTURE_SIZE_PX, Math.round(SHOWN_UNITS * unitPx));
  const inside = (start: number) => Math.round(Math.min(PICTURE_SIZE_PX - side, Math.max(0, start)));
  return {
    left: inside(middle(0) - side / 2),
    top: inside(middle(1) - side * EYES_FROM_TOP),
    width: side,
    height: side,
  };
}

function cell(rgb: Uint8Array, part: Region, caption: string): Promise<Buffer> {
  const size = PICTURE_SIZE_PX;
  const svg = `<svg width="${CELL_PX}" height="${CAPTION_PX}"><rect width="100%" height="100%" fill="black" fill-opacity="0.6"/><text x="4" y="15" font-size="12" fill="white">${caption}</text></svg>`;
  return sharp(rgb, { raw: { width: size, height: size, channels: 3 } })
    .extract(part)
    .resize(CELL_PX, CELL_PX)
    .composite([{ input: Buffer.from(svg), left: 0, top: 0 }])
    .png()
    .toBuffer();
}
