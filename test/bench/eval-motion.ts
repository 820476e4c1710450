// npm run eval:motion: how good the served motion is, beside what is asked of it. models/training/evaluation measures and
// prints; it calls eval-motion-roll-out.ts with this Node, so that the figures are those of the code that serves.

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../../server/config.ts';

const { status, error } = spawnSync(
  'bash',
  [join(PROJECT_ROOT, 'models/training/python.sh'), '-m', 'evaluation', ...process.argv.slice(2)],
  { stdio: 'inherit', env: { ...process.env, VAKTRA_NODE: process.execPath } },
);
if (error) process.stderr.write(`${error.message}\n`);
process.exitCode = status ?? 2;
