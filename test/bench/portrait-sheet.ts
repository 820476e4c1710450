// Contact sheet of prepared portraits: the mesh on each, and how it is drawn at rest, speaking, with lids shut and turned.
import { readFile, writeFile } from 'node:fs/promises';
import sharp, { type OverlayOptions } from 'sharp';
import { createPictureStream } from '../../server/render/index.ts';
import { PICTURE_SIZE_PX, type PreparedAvatar } from '../../server/types.ts';
import { rgbOf } from '../integration/avatar-drawn-face.ts';

const CELL_PX = 256;
const CAPTION_PX = 20;
/** Rows of the motion basis: 0 opens the jaw; pitch, yaw and lids as in docs of the motion model. */
const [JAW, WIDE, YAW, BLINK_LEFT, BLINK_RIGHT] = [0, 1, 25, 32, 33] as const;
const COEFFICIENTS = 34;
const SHAPES: { name: string; coefficients: Record<number, number> }[] = [
  { name: 'rest', coefficients: {} },
  { name: 'ajar', coefficients: { [JAW]: 0.8 } },
  { name: 'open', coefficients: { [JAW]: 2 } },
  { name: 'row 1', coefficients: { [JAW]: 0.8, [WIDE]: 1.5 } },
  { name: 'lids shut', coefficients: { [BLINK_LEFT]: 1, [BLINK_RIGHT]: 1 } },
  { name: 'turned', coefficients: { [YAW]: 0.12, [JAW]: 0.8 } },
];

/** One row a portrait: mesh, then each shape. @param file the PNG */
export async function drawSheet(avatars: ReadonlyMap<string, PreparedAvatar>, file: string): Promise<void> {
  const bytes = await readFile(new URL('../../models/motion.basis.f32', import.meta.url));
  const basis = new Float32Array(new Uint8Array(bytes).buffer);
  const cells: OverlayOptions[] = [];
  let row = 0;
  for (const [name, avatar] of avatars) {
    const pictures = [{ caption: name, png: await withMesh(avatar) }];
    const stream = createPictureStream(avatar, basis, { label: '' });
    for (const [index, { name: caption, coefficients }] of SHAPES.entries()) {
      const motion = new Float32Array(COEFFICIENTS);
      for (const [key, value] of Object.entries(coefficients)) motion[Number(key)] = value;
      const { i420 } = await stream.draw({ index, coefficients: motion, state: 'speaking' });
      const raw = { width: PICTURE_SIZE_PX, height: PICTURE_SIZE_PX, channels: 3 as const };
      pictures.push({ caption, png: await sharp(rgbOf(i420), { raw }).png().toBuffer() });
    }
    stream.close();
    for (const [column, { caption, png }] of pictures.entries()) {
      const input = await sharp(png)
        .resize(CELL_PX, CELL_PX)
        .composite([captioned(caption)])
        .png()
        .toBuffer();
      cells.push({ input, left: column * CELL_PX, top: row * CELL_PX });
    }
    row++;
  }
  const size = { width: (SHAPES.length + 1) * CELL_PX, height: Math.max(1, row) * CELL_PX };
  const sheet = sharp({ create: { ...size, channels: 3, background: '#222' } }).composite(cells);
  await writeFile(file, await sheet.png().toBuffer());
}

function withMesh({ rgba, landmarks }: PreparedAvatar): Promise<Buffer> {
  const size = PICTURE_SIZE_PX;
  const dots = Array.from(
    { length: landmarks.length / 3 },
    (_, k) => `<circle cx="${landmarks[k * 3]}" cy="${landmarks[k * 3 + 1]}" r="1.5" fill="lime"/>`,
  );
  const svg = Buffer.from(`<svg width="${size}" height="${size}">${dots.join('')}</svg>`);
  return sharp(rgba, { raw: { width: size, height: size, channels: 4 } })
    .composite([{ input: svg }])
    .png()
    .toBuffer();
}

function captioned(text: string): OverlayOptions {
  const svg = `<svg width="${CELL_PX}" height="${CAPTION_PX}"><rect width="100%" height="100%" fill="black" fill-opacity="0.6"/><text x="4" y="15" font-size="13" fill="white">${text}</text></svg>`;
  return { input: Buffer.from(svg), left: 0, top: 0 };
}
