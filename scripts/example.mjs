// `npm run example NAME`: runs examples/NAME/main.ts with the arguments given, on the Node that reads TypeScript.
import { readdirSync } from 'node:fs';
import { runInForeground } from './setup/command.mjs';
import { fail } from './setup/fail.mjs';
import { PURPOSES, serverNode, setUp } from './setup/index.mjs';
import { inProject } from './setup/paths.mjs';

try {
  const [name = '', ...args] = process.argv.slice(2);
  const names = readdirSync(inProject('examples')).filter((folder) => folder !== 'website');
  if (!names.includes(name)) throw new Error(`Usage: npm run example NAME, where NAME is one of ${names.join(', ')}`);
  await setUp(PURPOSES.check);
  process.exitCode = await runInForeground([serverNode(), inProject(`examples/${name}/main.ts`), ...args]);
} catch (error) {
  fail(error);
}
