// npm run bench -- leak: many conversations one after another, some killed in the middle, and what the server still holds then.

import { parseArgs } from 'node:util';
import { printTable } from '../table.ts';
import { runVisits } from './run-visits.ts';

const USAGE = `npm run bench -- leak [--conversations 200] [--killed 20] [--warm-up 40] [--json]

  --conversations  how many, one after another
  --killed         how many of them lose their socket in the middle of a speech
  --warm-up        conversations before the first count
Fails when anything is left, or when memory grew by over 5 %.`;
const MAX_GROWTH = 0.05;
const PROGRESS_EVERY = 20;

export async function leakBench(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      conversations: { type: 'string', default: '200' },
      killed: { type: 'string', default: '20' },
      'warm-up': { type: 'string', default: '40' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(`${USAGE}\n`);
    return;
  }
  const wish = {
    visits: Number(values.conversations),
    killed: Number(values.killed),
    warmUp: Number(values['warm-up']),
  };
  const result = await runVisits(wish, (done) => {
    if (!values.json && done % PROGRESS_EVERY === 0) process.stdout.write(`${done} conversations\n`);
  });
  const { before, after, left } = result;
  const growth = after.memory.treeMb / before.memory.treeMb - 1;
  if (values.json) {
    process.stdout.write(`${JSON.stringify({ ...result, growth })}\n`);
  } else {
    printTable('Memory (MB), with all processes', [
      { when: `after ${wish.warmUp}`, ...before.memory },
      { when: `after ${wish.visits} more`, ...after.memory },
    ]);
    printTable(
      'Held while no conversation is open',
      Object.keys(after.counts).map((what) => ({ what, before: before.counts[what] ?? 0, after: after.counts[what] })),
    );
    for (const sentence of left) process.stdout.write(`LEFT ${sentence}\n`);
  }
  if (left.length > 0 || growth > MAX_GROWTH) {
    process.stderr.write(`Something was left: ${left.join('; ')}; memory grew by ${(100 * growth).toFixed(1)} %.\n`);
    process.exitCode = 1;
  }
}
