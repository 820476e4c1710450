// `npm run sdk`: makes the client's package in dist/sdk.
import { runInForeground } from './setup/command.mjs';
import { fail } from './setup/fail.mjs';
import { PURPOSES, serverNode, setUp } from './setup/index.mjs';
import { inProject } from './setup/paths.mjs';

try {
  await setUp(PURPOSES.check);
  process.exitCode = await runInForeground([serverNode(), inProject('client/sdk/package/build.ts')]);
} catch (error) {
  fail(error);
}
