// `npm run render` and the like: makes ready what is missing, then runs a tool with the arguments given.
//
//   node scripts/run.mjs server/tools/render.ts --portrait ...

import { runInForeground } from './setup/command.mjs';
import { fail } from './setup/fail.mjs';
import { PURPOSES, serverNode, setUp } from './setup/index.mjs';
import { inProject } from './setup/paths.mjs';

try {
  const [tool, ...args] = process.argv.slice(2);
  if (tool === undefined) throw new Error('Usage: node scripts/run.mjs TOOL [arguments]');
  await setUp(PURPOSES.start);
  process.exitCode = await runInForeground([serverNode(), inProject(tool), ...args]);
} catch (error) {
  fail(error);
}
