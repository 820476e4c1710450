// Runs other programs: in the foreground, or quietly with a log that is shown when they fail.
import { spawn, spawnSync } from 'node:child_process';
import { createWriteStream, mkdirSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { CACHE, ROOT } from './paths.mjs';

const LINES_SHOWN_ON_FAILURE = 30;
const SHELL_SIGNAL_OFFSET = 128;

/**
 * Runs a program whose output goes to .cache/NAME.log.
 *
 * @param {string} name of the log
 * @param {string[]} command program and arguments
 * @param {{ env?: Record<string, string>, onLine?: (line: string) => void }} [options]
 */
export async function runQuietly(name, [program = '', ...args], { env = {}, onLine } = {}) {
  mkdirSync(CACHE, { recursive: true });
  const logPath = join(CACHE, `${name}.log`);
  const log = createWriteStream(logPath);
  const child = spawn(program, args, {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const output of [child.stdout, child.stderr]) {
    output.on('data', (chunk) => {
      log.write(chunk);
      for (const line of String(chunk).split('\n')) if (line.trim() !== '') onLine?.(line.trim());
    });
  }
  const code = await exitCode(child);
  await new Promise((resolve) => log.end(resolve));
  if (code !== 0) {
    const tail = readFileSync(logPath, 'utf8').trimEnd().split('\n').slice(-LINES_SHOWN_ON_FAILURE).join('\n');
    throw new Error(`${program} ${args.join(' ')} ended with code ${code}. The end of ${logPath}:\n${tail}`);
  }
}

/**
 * Runs a program in the foreground until it ends and passes signals on. Resolves to its exit code.
 *
 * @param {string[]} command program and arguments
 * @param {Record<string, string>} [env] added to this process's own
 */
export async function runInForeground([program = '', ...args], env = {}) {
  const child = spawn(program, args, { stdio: 'inherit', env: { ...process.env, ...env } });
  for (const signal of /** @type {const} */ (['SIGTERM', 'SIGHUP', 'SIGINT'])) {
    process.on(signal, () => {
      // Ctrl-C reaches the child from the terminal itself; a second one would tell it to stop without draining.
      if (signal === 'SIGINT' && process.stdin.isTTY) return;
      child.kill(signal);
    });
  }
  return exitCode(child);
}

/** What a program prints, or null when it is missing or fails.
 *
 * @param {string[]} command program and arguments
 */
export function outputOf([program = '', ...args]) {
  const { status, stdout } = spawnSync(program, args, { encoding: 'utf8' });
  return status === 0 ? stdout : null;
}

/** As a shell counts: 128 + the signal's number for a program that a signal ended.
 *
 * @param {import('node:child_process').ChildProcess} child
 * @returns {Promise<number>}
 */
function exitCode(child) {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      resolve(code ?? SHELL_SIGNAL_OFFSET + constants.signals[/** @type {NodeJS.Signals} */ (signal)]);
    });
  });
}
