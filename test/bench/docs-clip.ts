// Joins films that `npm run render` made, side by side, into the short looping picture that the README shows.
// node test/bench/docs-clip.ts OUT.webp [--size 240] FILM.webm...

import { stat } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import type { RgbPicture } from '../../server/avatar/index.ts';
import { FRAME_RATE_HZ } from '../../server/types.ts';
import { readVideo } from './video-file.ts';

/** Every second picture: half the bytes, and lips are still followed. */
const STEP = 2;
const GAP_PX = 6;
const MOST_BYTES = 2_000_000;

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { size: { type: 'string', default: '240' }, quality: { type: 'string', default: '60' } },
});
const [out, ...films] = positionals;
if (out === undefined || films.length === 0) throw new Error('Name the file to write and the films to show.');
const side = Number(values.size);
const clips = await Promise.all(films.map((film) => readVideo(film, STEP)));
const count = Math.min(...clips.map((pictures) => pictures.length));
const pages: Buffer[] = [];
for (let k = 0; k < count; k++) pages.push(await row(clips.map((pictures) => pictures[k] as RgbPicture)));
await sharp(pages, { join: { animated: true } })
  .webp({ quality: Number(values.quality), effort: 6, loop: 0, delay: pages.map(() => (STEP * 1000) / FRAME_RATE_HZ) })
  .toFile(out);
const { size } = await stat(out);
process.stdout.write(`${out}: ${count} pictures, ${(size / 1e6).toFixed(2)} MB\n`);
if (size > MOST_BYTES) throw new Error('That is over 2 MB: take a smaller size, a lower quality or a shorter film.');

async function row(pictures: readonly RgbPicture[]): Promise<Buffer> {
  const cells = await Promise.all(
    pictures.map(async ({ data, width, height }, k) => ({
      input: await sharp(data, { raw: { width, height, channels: 3 } })
        .resize(side, side)
        .png()
        .toBuffer(),
      left: k * (side + GAP_PX),
      top: 0,
    })),
  );
  const width = cells.length * side + (cells.length - 1) * GAP_PX;
  return sharp({ create: { width, height: side, channels: 3, background: '#ffffff' } })
    .composite(cells)
    .png()
    .toBuffer();
}
