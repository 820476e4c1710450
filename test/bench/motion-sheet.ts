// npm run sheet:motion: a contact sheet of speech. Ten sentences in five languages are spoken by the server's own voice and shown on
// the shipped portraits by the code that serves; for each kind of sound the frame in which the mouth goes furthest.

import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { closePortraitThread, loadPortraits, preparePortrait } from '../../server/avatar/index.ts';
import { loadConfig } from '../../server/config.ts';
import { loadMotionModel } from '../../server/motion/index.ts';
import { createLogger } from '../../server/observe/index.ts';
import { motionModelOptions } from '../../server/session/index.ts';
import { createSpeech } from '../../server/speech/index.ts';
import type { PreparedAvatar } from '../../server/types.ts';
import { drawSheet } from './motion-sheet-picture.ts';
import { makeRow, type SheetRow } from './motion-sheet-rows.ts';
import { SENTENCES } from './motion-sheet-sentences.ts';
import { printTable } from './table.ts';

const USAGE = `npm run sheet:motion -- --out FOLDER

  --out   folder for speech-sheet.png (large), speech-sheet.jpg (under 300 kB)
  --seed  another number gives other head and eye movements (default 1)

A caption says the sound, the opening of the lips in distances of the outer eye corners, and the word; it is red where lips that should
be closed are open by over 12 % of the sentence's wide opening. Silence is 0.4 s after the voice. The machine needs fonts for Devanagari and Chinese.`;

const LARGE_TILE_PX = 240;
const SMALL_TILE_PX = 118;
const SMALL_QUALITY = 72;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      out: { type: 'string' },
      seed: { type: 'string', default: '1' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help || values.out === undefined) {
    process.stdout.write(`${USAGE}\n`);
    return;
  }
  const rows = await makeRows(Number(values.seed));
  await mkdir(values.out, { recursive: true });
  await (await drawSheet(rows, LARGE_TILE_PX)).png().toFile(join(values.out, 'speech-sheet.png'));
  const small = (await drawSheet(rows, SMALL_TILE_PX)).jpeg({ quality: SMALL_QUALITY, mozjpeg: true });
  await small.toFile(join(values.out, 'speech-sheet.jpg'));
  printTable(
    'Opening (width) of the lips in each tile; p b m and t d n: how many of all in the sentence are closed',
    rows.map(describe),
  );
}

async function makeRows(seed: number): Promise<SheetRow[]> {
  const config = loadConfig();
  const model = await loadMotionModel(motionModelOptions(config));
  const speech = await createSpeech({
    engine: config.speech.engine,
    logger: createLogger({ level: 'warn', pretty: 'auto' }),
  });
  try {
    const avatars: PreparedAvatar[] = [];
    for (const { file } of await loadPortraits(config.portraits.directory)) {
      avatars.push(await preparePortrait(await readFile(file)));
    }
    const rows: SheetRow[] = [];
    for (const [index, sentence] of SENTENCES.entries()) {
      const avatar = avatars[index % avatars.length] as PreparedAvatar;
      rows.push(await makeRow({ speech, model, config, avatar }, sentence, seed + index));
    }
    return rows;
  } finally {
    await speech.close();
    await closePortraitThread();
  }
}

function describe({ sentence, tiles, labials, others, wide }: SheetRow) {
  const columns = tiles.map((tile) => [
    tile?.ipa || '_',
    tile ? `${tile.opening.toFixed(3)} (${tile.width.toFixed(2)})` : '-',
  ]);
  return {
    language: sentence.name,
    wide: wide.toFixed(3),
    ...Object.fromEntries(columns.map(([ipa, figure], column) => [`tile ${column}`, `${ipa} ${figure}`])),
    'p b m': `${labials.closed}/${labials.all}`,
    't d n': `${others.closed}/${others.all}`,
  };
}

await main();
