// Ends a script of ours with the reason alone: a stack trace helps nobody who sets up a machine.

/** @param {unknown} error */
export function fail(error) {
  console.error(`\n${error instanceof Error ? error.message : error}`);
  process.exit(1);
}
