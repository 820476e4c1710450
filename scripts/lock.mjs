// `npm run lock`: resolves package-lock.json on the server's Node. npm on an older one picks older versions without a word.
import { runInForeground } from './setup/command.mjs';
import { fail } from './setup/fail.mjs';
import { fetchServerNode, npmProgram } from './setup/packages.mjs';
import { findServerNode } from './setup/paths.mjs';

try {
  const node = findServerNode() ?? (await fetchServerNode(console.error));
  const install = ['install', '--package-lock-only', '--ignore-scripts', '--no-audit', '--no-fund'];
  process.exitCode = await runInForeground([node, npmProgram(), ...install]);
} catch (error) {
  fail(error);
}
