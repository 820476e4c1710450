// `npm run size`: builds the pages and the widget and weighs what a host page's visitor has to load (gzip). Fails over budget.
import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { fail } from './setup/fail.mjs';
import { PURPOSES, setUp } from './setup/index.mjs';
import { inProject } from './setup/paths.mjs';

const BYTES_PER_KB = 1000;
const BUILT = 'dist/client';

/** What is loaded with the host page, and all that the widget ever loads: its own code and mediasoup-client. */
const LAUNCHER = ['widget.js'];
const BUDGETS = [
  { name: "the widget's launcher", files: () => LAUNCHER, kilobytes: 8 },
  { name: 'the widget with mediasoup-client', files: () => [...LAUNCHER, ...chunks()], kilobytes: 90 },
];

/** @returns {string[]} what the launcher loads later */
function chunks() {
  return readdirSync(inProject(`${BUILT}/widget`)).map((name) => `widget/${name}`);
}

/** @param {string} file */
function weigh(file) {
  return gzipSync(readFileSync(inProject(`${BUILT}/${file}`))).length / BYTES_PER_KB;
}

try {
  await setUp(PURPOSES.size);
  const rows = BUDGETS.map(({ name, files, kilobytes }) => {
    const weight = files()
      .map(weigh)
      .reduce((sum, each) => sum + each, 0);
    return { name, weight, kilobytes, isOver: weight > kilobytes };
  });
  for (const { name, weight, kilobytes, isOver } of rows)
    console.log(
      `${name.padEnd(34)} ${weight.toFixed(1).padStart(6)} kB of ${kilobytes} kB${isOver ? '  TOO LARGE' : ''}`,
    );
  process.exitCode = rows.some(({ isOver }) => isOver) ? 1 : 0;
} catch (error) {
  fail(error);
}
