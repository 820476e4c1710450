// npm run eval:portraits: every good and bad portrait through the preparing, with the code or the warnings that it gets, beside
// what it should get. The pictures are a data set that is not in the repository: VAKTRA_DATA names its folder.
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { closePortraitThread, preparePortrait } from '../../server/avatar/index.ts';
import { toVaktraError } from '../../server/errors.ts';
import type { PreparedAvatar } from '../../server/types.ts';
import { drawSheet } from './portrait-sheet.ts';
import { printTable } from './table.ts';

/** Codes that are right for a bad picture; `taken` with a warning is right for the cartoon. */
const EXPECTED: Record<string, readonly string[]> = {
  'no_face.jpg': ['picture_no_face'],
  'animal_cat.jpg': ['picture_not_human', 'picture_no_face'],
  'two_faces.jpg': ['picture_several_faces'],
  'many_faces.jpg': ['picture_several_faces'],
  'profile.jpg': ['picture_turned_away'],
  'tiny_face.jpg': ['picture_too_small'],
  'blurred.jpg': ['picture_blurred'],
  'dark.jpg': ['picture_too_dark'],
  'covered_mouth.jpg': ['picture_mouth_covered'],
  'cartoon.jpg': ['picture_not_human', 'taken: drawn_figure'],
};
/** Warnings that a good picture must have. */
const EXPECTED_WARNINGS: Record<string, string> = {
  'girl_pearl_earring.jpg': 'head_turned',
  'dorothy_vaughan.jpg': 'face_small',
};

interface Row {
  file: string;
  outcome: string;
  isRight: boolean;
  seconds: number;
}

const { values } = parseArgs({ options: { json: { type: 'boolean' }, sheet: { type: 'string' } } });
const folder = path.join(process.env.VAKTRA_DATA ?? '', 'portraits');
if (!process.env.VAKTRA_DATA || !(await stat(folder).catch(() => undefined))) {
  process.stderr.write(
    'Set VAKTRA_DATA to the folder that holds portraits/ (20 good pictures, 10 bad ones in bad/).\n',
  );
  process.exit(2);
}
const avatars = new Map<string, PreparedAvatar>();
const rows: Row[] = [];
try {
  for (const dir of ['', 'bad']) {
    for (const file of (await readdir(path.join(folder, dir))).filter((name) => name.endsWith('.jpg')).sort()) {
      rows.push(await judge(dir, file));
    }
  }
} finally {
  await closePortraitThread();
}
if (values.sheet) await drawSheet(avatars, values.sheet);
const wrong = rows.filter(({ isRight }) => !isRight);
if (values.json) process.stdout.write(`${JSON.stringify({ rows, wrong: wrong.length })}\n`);
else {
  const shown = rows.map(({ file, outcome, isRight, seconds }) => ({
    picture: file,
    outcome,
    verdict: isRight ? 'right' : 'WRONG',
    seconds: seconds.toFixed(1),
  }));
  printTable(`${rows.length - wrong.length} of ${rows.length} as they should be`, shown);
}
process.exitCode = wrong.length === 0 ? 0 : 1;

async function judge(dir: string, file: string): Promise<Row> {
  const image = await readFile(path.join(folder, dir, file));
  const begin = performance.now();
  const outcome = await preparePortrait(image).then(
    (avatar) => {
      avatars.set(file, avatar);
      return ['taken', avatar.warnings.map(({ code }) => code).join(', ')].filter(Boolean).join(': ');
    },
    (error: unknown) => toVaktraError(error).code,
  );
  const expected = EXPECTED[file];
  const isRight = expected
    ? expected.includes(outcome)
    : outcome.startsWith('taken') && outcome.includes(EXPECTED_WARNINGS[file] ?? '');
  return { file: path.join(dir, file), outcome, isRight, seconds: (performance.now() - begin) / 1000 };
}
