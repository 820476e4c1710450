// `npm run check`: types (tsc), form and faults (Biome), unused code (knip), size of the widget. Ends with one line that counts them.
import { spawnSync } from 'node:child_process';
import { fail } from './setup/fail.mjs';
import { PURPOSES, serverNode, setUp } from './setup/index.mjs';
import { inProject } from './setup/paths.mjs';

/** Each tool's own program file: `npx` would ask the registry for what is not there. */
const CHECKS = [
  { name: 'types', command: ['node_modules/typescript/bin/tsc', '--noEmit'] },
  { name: 'form', command: ['node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings'] },
  { name: 'unused code', command: ['node_modules/knip/bin/knip.js'] },
  { name: 'size', command: ['scripts/size.mjs'] },
];

try {
  await setUp(PURPOSES.check);
  const failed = CHECKS.filter(({ name, command: [program = '', ...args] }) => {
    console.log(`\n${name}: ${program.split('/').at(-1)} ${args.join(' ')}`);
    const { status } = spawnSync(serverNode(), [inProject(program), ...args], {
      cwd: inProject('.'),
      stdio: 'inherit',
    });
    return status !== 0;
  });
  if (failed.length > 0) console.log(`\nFailed: ${failed.map(({ name }) => name).join(', ')}.`);
  console.log(`${CHECKS.length - failed.length} passed, ${failed.length} failed`);
  process.exitCode = failed.length > 0 ? 1 : 0;
} catch (error) {
  fail(error);
}
