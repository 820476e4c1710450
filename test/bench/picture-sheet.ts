// Contact sheets of what is drawn: a portrait with eight mouths, three poses, eyes open and shut on one sheet.

import sharp, { type OverlayOptions, type Region } from 'sharp';
import { EYE_CORNERS } from '../../server/render/face-topology.ts';
import { CROP_PX } from '../../server/render/painter/crop-frame.ts';
import { PICTURE_SIZE_PX, type PreparedAvatar } from '../../server/types.ts';
import { rgbOf } from '../integration/avatar-drawn-face.ts';
import type { Drawer } from './eval-picture-drawers.ts';
import type { PreparedPortrait } from './eval-picture-portraits.ts';
import type { Strip } from './eval-picture-reenact.ts';

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

/** A row of the overview: what tells most in least room. */
const OVERVIEW: readonly { name: string; command: Command }[] = [
  { name: 'rest', command: {} },
  { name: 'ajar', command: { [JAW]: 0.7 } },
  { name: 'wide open', command: { [JAW]: 2.8 } },
  { name: 'round', command: { [JAW]: 0.6, [ROUND]: 1.6 } },
  { name: 'spread, open', command: { [JAW]: 1.8, [ROUND]: -1.2 } },
  { name: 'yaw 15, open', command: { [YAW]: 0.262, [JAW]: 1.6 } },
  { name: 'nod, tilt, ajar', command: { [PITCH]: 0.12, [YAW]: -0.14, [ROLL]: 0.08, [JAW]: 0.7 } },
  { name: 'shut', command: { [BLINK_LEFT]: 1, [BLINK_RIGHT]: 1 } },
];
/** Mouths of a film that a strip shows. */
const STRIP_CROPS = 12;

/** One row for each portrait. */
export async function drawOverview(
  portraits: readonly PreparedPortrait[],
  drawer: Drawer,
  basis: Float32Array,
  file: string,
): Promise<void> {
  const rows: Buffer[][] = [];
  for (const { name, avatar } of portraits) {
    const part = shownPart(avatar);
    const drawn = await drawAll(avatar, drawer, basis, OVERVIEW);
    rows.push(await Promise.all(drawn.map(({ rgb, caption }) => cell(rgb, part, `${name}: ${caption}`))));
  }
  await writeGrid(rows, CELL_PX, file);
}

/** Films and what renderers make of them, one strip below the other. */
export async function drawFilmSheet(strips: readonly Strip[], file: string): Promise<void> {
  const rows = strips.map(({ title, crops }) => {
    const step = Math.max(1, crops.length / STRIP_CROPS);
    const shown = Array.from({ length: Math.min(STRIP_CROPS, crops.length) }, (_, k) => crops[Math.floor(k * step)]);
    return Promise.all(
      shown.map((crop, k) =>
        sharp(crop as Uint8Array, { raw: { width: CROP_PX, height: CROP_PX, channels: 3 } })
          .composite(k === 0 ? [captioned(title, CROP_PX)] : [])
          .png()
          .toBuffer(),
      ),
    );
  });
  await writeGrid(await Promise.all(rows), CROP_PX, file);
}

/** All of a portrait in one PNG. */
export async function drawPortraitSheet(
  { name, avatar }: PreparedPortrait,
  drawer: Drawer,
  basis: Float32Array,
  file: string,
): Promise<void> {
  const rows: Buffer[][] = [];
  for (const pose of POSES) {
    for (const lids of LIDS) {
      const commands = MOUTHS.map((mouth) => ({
        name: mouth.name,
        command: { ...pose.command, ...lids.command, ...mouth.command },
      }));
      const drawn = await drawAll(avatar, drawer, basis, commands);
      const title = `${name}: ${pose.name}, ${lids.name}`;
      rows.push(
        await Promise.all(drawn.map(({ rgb, caption }, k) => cell(rgb, shownPart(avatar), k === 0 ? title : caption))),
      );
    }
  }
  await writeGrid(rows, CELL_PX, file);
}

async function drawAll(
  avatar: PreparedAvatar,
  drawer: Drawer,
  basis: Float32Array,
  commands: readonly { name: string; command: Command }[],
): Promise<{ rgb: Uint8Array; caption: string }[]> {
  const stream = drawer.open(avatar, basis);
  const drawn: { rgb: Uint8Array; caption: string }[] = [];
  for (const [index, { name, command }] of commands.entries()) {
    const coefficients = new Float32Array(COEFFICIENTS);
    for (const [key, value] of Object.entries(command)) coefficients[Number(key)] = value;
    const { i420 } = await stream.draw({ index, coefficients, state: 'speaking' });
    drawn.push({ rgb: rgbOf(i420), caption: name });
  }
  stream.close();
  return drawn;
}

async function writeGrid(rows: readonly Buffer[][], side: number, file: string): Promise<void> {
  const columns = Math.max(...rows.map((row) => row.length));
  const size = { width: columns * side, height: rows.length * side };
  const cells = rows.flatMap((row, y) => row.map((input, x) => ({ input, left: x * side, top: y * side })));
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
  return sharp(rgb, { raw: { width: size, height: size, channels: 3 } })
    .extract(part)
    .resize(CELL_PX, CELL_PX)
    .composite([captioned(caption, CELL_PX)])
    .png()
    .toBuffer();
}

function captioned(text: string, width: number): OverlayOptions {
  const svg = `<svg width="${width}" height="${CAPTION_PX}"><rect width="100%" height="100%" fill="black" fill-opacity="0.6"/><text x="4" y="15" font-size="12" fill="white">${text}</text></svg>`;
  return { input: Buffer.from(svg), left: 0, top: 0 };
}
