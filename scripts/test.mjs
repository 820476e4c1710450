// `npm test`: makes ready what the tests need, runs all of them, and ends with one line that counts them.
//
//   npm test                                all
//   npm test -- test/unit/clock.test.ts     what Vitest is given
import { existsSync, rmSync } from 'node:fs';
import { runInForeground } from './setup/command.mjs';
import { fail } from './setup/fail.mjs';
import { PURPOSES, serverNode, setUp } from './setup/index.mjs';
import { inProject, readJson } from './setup/paths.mjs';

const REPORT = '.cache/test-report.json';

try {
  await setUp(PURPOSES.test);
  rmSync(inProject(REPORT), { force: true });
  const vitest = inProject('node_modules/vitest/vitest.mjs');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${inProject(REPORT)}`];
  const code = await runInForeground([serverNode(), vitest, 'run', ...reporters, ...process.argv.slice(2)]);
  const { passed, failed, skipped } = count(code);
  console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
  process.exitCode = failed > 0 ? 1 : 0;
} catch (error) {
  fail(error);
}

/**
 * A file that does not load has no tests to count, and an error outside of any test belongs to none: each counts as one
 * failure, so that the line never says 0 failed of a run that failed.
 *
 * @param {number} exitCode Vitest's
 */
function count(exitCode) {
  if (!existsSync(inProject(REPORT))) return { passed: 0, failed: 1, skipped: 0 };
  const report = readJson(REPORT);
  const files = /** @type {{ status: string, assertionResults: { status: string }[] }[]} */ (report.testResults);
  const broken = files.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.every((test) => test.status !== 'failed'),
  );
  const failed = report.numFailedTests + broken.length;
  const didNotFit = failed === 0 && (exitCode !== 0 || report.numPassedTests === 0);
  return {
    passed: report.numPassedTests,
    failed: didNotFit ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}
