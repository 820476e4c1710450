// How every command of ours ends: an error as one line on standard error and exit code 1, without a stack.

import { toVaktraError } from '../errors.ts';

export async function runTool(main: () => Promise<void>): Promise<void> {
  try {
    await main();
  } catch (error) {
    const { code, message } = toVaktraError(error);
    process.stderr.write(`${code}: ${message}\n`);
    process.exitCode = 1;
  }
}
