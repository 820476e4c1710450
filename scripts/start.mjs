// `npm start`: makes ready what is missing, then runs the server in the foreground until a signal ends it.

import { runInForeground } from './setup/command.mjs';
import { fail } from './setup/fail.mjs';
import { PURPOSES, serverNode, setUp } from './setup/index.mjs';
import { inProject } from './setup/paths.mjs';

try {
  await setUp(PURPOSES.start);
  process.exitCode = await runInForeground([serverNode(), inProject('server/main.ts'), ...process.argv.slice(2)]);
} catch (error) {
  fail(error);
}
