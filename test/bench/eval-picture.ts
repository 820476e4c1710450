// npm run eval:picture: how good the drawn pictures are, beside what is asked of them. Held-out people on film drawn again from
// their first picture, lips drawn against commanded, identity, stillness; contact sheets to look at.

import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createFaceFinder } from '../../server/avatar/face-finder.ts';
import { closePortraitThread } from '../../server/avatar/index.ts';
import { type Drawer, FIRST_RENDERER, loadDrawers, servedDrawer } from './eval-picture-drawers.ts';
import { describeStills, type Identity, measureIdentity } from './eval-picture-identity.ts';
import { type DrawnLips, measureLips } from './eval-picture-lips.ts';
import { idleMotion, loadServedMotion, preparedPortraits, spokenMotion } from './eval-picture-portraits.ts';
import { measureReenactment, type Reenacted } from './eval-picture-reenact.ts';
import { measureStillness, type Stillness } from './eval-picture-still.ts';
import { type Check, checksOf } from './eval-picture-verdict.ts';
import { drawFilmSheet, drawOverview, drawPortraitSheet } from './picture-sheet.ts';
import { printTable } from './table.ts';

const PARTS = ['film', 'lips', 'identity', 'still', 'sheets'] as const;
type Part = (typeof PARTS)[number];

const USAGE = `npm run eval:picture -- [--only PART] [--clips a,b] [--portraits a,b] [--sheets FOLDER] [--json]

  --only       ${PARTS.join(', ')}; several with commas (default all but the sheets, which need --sheets)
  --clips      films by name (default the three of held-out people and three of a man who is trained on)
  --portraits  file names without ending (default all 20)
  --sheets     folder for the PNG sheets
  --graph      NAME=FILE.onnx, a painter that is not shipped, beside the others; may be given several times
  --step       every which picture of the films is compared (default 3)
  --frames     pictures of speech for each portrait (default 75)
  --json       figures as JSON

VAKTRA_DATA names the folder with portraits/, talking/, grid-s1/ and face-landmarker/. Landmarks in pictures are found by MediaPipe in
the training's Python environment (models/training/python.sh).`;

/** Pictures of each portrait in which stillness is measured: it is the same in all. */
const STILL_FRAMES = 16;

interface Figures {
  film: Reenacted[];
  lips: DrawnLips[];
  identity: Identity[];
  still: Stillness[];
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      clips: { type: 'string' },
      portraits: { type: 'string' },
      sheets: { type: 'string' },
      graph: { type: 'string', multiple: true, default: [] },
      step: { type: 'string', default: '3' },
      frames: { type: 'string', default: '75' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const data = process.env.VAKTRA_DATA ?? '';
  if (values.help || !(await stat(join(data, 'portraits')).catch(() => undefined))) {
    process.stdout.write(`${USAGE}\n`);
    process.exitCode = values.help ? 0 : 2;
    return;
  }
  const only = (values.only?.split(',') ?? PARTS) as Part[];
  const wrong = only.filter((part) => !PARTS.includes(part));
  if (wrong.length > 0) throw new Error(`There is no part ${wrong.join(', ')}: ${PARTS.join(', ')}.`);
  const drawers = await loadDrawers(values.graph);
  const names = values.portraits?.split(',') ?? [];
  try {
    const figures = await measure(data, drawers, only, names, values);
    const checks = checksOf(figures, servedDrawer(drawers).name);
    if (values.json) process.stdout.write(`${JSON.stringify({ ...figures, checks })}\n`);
    else print(figures, checks);
  } finally {
    await closePortraitThread();
  }
}

async function measure(
  data: string,
  drawers: readonly Drawer[],
  only: readonly Part[],
  names: readonly string[],
  {
    step,
    frames,
    sheets,
    clips,
  }: { step: string; frames: string; sheets?: string | undefined; clips?: string | undefined },
): Promise<Figures> {
  const figures: Figures = { film: [], lips: [], identity: [], still: [] };
  const model = await loadServedMotion();
  const { basis } = model;
  if (sheets !== undefined) await mkdir(sheets, { recursive: true });
  if (only.includes('film')) {
    const { rows, strips } = await measureReenactment(data, drawers, basis, Number(step), clips?.split(',') ?? []);
    figures.film = rows;
    if (sheets !== undefined) await drawFilmSheet(strips, join(sheets, 'film.png'));
  }
  if (only.every((part) => part === 'film')) return figures;
  const portraits = await preparedPortraits(data, names);
  const compared = [...new Set([FIRST_RENDERER, servedDrawer(drawers)])];
  const finder = only.includes('identity') ? await createFaceFinder() : undefined;
  const stills = finder && (await describeStills(portraits, finder));
  const spoken = await spokenMotion(model, data, STILL_FRAMES * 2, 0);
  const idle = await idleMotion(model, STILL_FRAMES);
  if (only.includes('sheets') && sheets !== undefined) {
    await drawOverview(portraits, servedDrawer(drawers), basis, join(sheets, 'overview.png'));
  }
  for (const [voice, portrait] of portraits.entries()) {
    for (const drawer of compared) {
      if (only.includes('lips')) {
        figures.lips.push(await measureLips(portrait, drawer, model, { data, frames: Number(frames), voice }));
      }
      if (finder && stills) figures.identity.push(await measureIdentity(portrait, drawer, basis, finder, stills));
      if (only.includes('still')) {
        figures.still.push(await measureStillness(portrait, drawer, basis, spoken.slice(STILL_FRAMES), idle));
      }
    }
    if (only.includes('sheets') && sheets !== undefined) {
      await drawPortraitSheet(portrait, servedDrawer(drawers), basis, join(sheets, `${portrait.name}.png`));
    }
  }
  return figures;
}

function print({ film, lips, identity, still }: Figures, checks: readonly Check[]): void {
  const tables: [string, readonly object[]][] = [
    [
      'Held-out people (and a man who is trained on, in other sentences), drawn from their first picture: the mouth',
      film,
    ],
    ['Lips as seen in drawn pictures over lips as commanded', lips],
    ['Identity: cosine with the still portrait, over that of two cuts of the portrait', identity],
    ['Stillness', still],
    ['Beside what is asked', checks],
  ];
  for (const [title, rows] of tables) if (rows.length > 0) printTable(title, rows.map(rounded));
}

function rounded(row: object): Record<string, string> {
  return Object.fromEntries(
    Object.entries(row).map(([key, value]) => [
      key,
      typeof value === 'number' && !Number.isInteger(value) ? value.toFixed(3) : String(value),
    ]),
  );
}

await main();
