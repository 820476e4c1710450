// The step that gets mediasoup's worker, the program that sends the packets: downloaded where its makers' releases can
// be reached, else compiled. It goes into .cache/, which npm leaves alone; server/worker-path.ts finds it there.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { release } from 'node:os';
import { dirname, join } from 'node:path';
import { outputOf, runQuietly } from './command.mjs';
import { installDebian, workerBuildPackages } from './debian.mjs';
import { hashOfFiles } from './hash.mjs';
import { CACHE, inProject, readJson } from './paths.mjs';

const RECIPE = 'scripts/mediasoup-worker';
const RELEASES = 'https://github.com/versatica/mediasoup/releases/download';
/** 3 MB: a line that needs longer than this is as good as none, and compiling takes five to ten minutes. */
const DOWNLOAD_LIMIT_MS = 60_000;
/** What the worker answers when it is started by hand, without MEDIASOUP_VERSION (its main.cpp). */
const EXIT_WITHOUT_VERSION = 41;

/** @type {import('./progress.mjs').Step} */
export const workerStep = {
  title: "mediasoup's worker",
  isDone() {
    const path = process.env.MEDIASOUP_WORKER_BIN ?? workerPath();
    return isExecutable(path) && !isFromOtherRecipe() ? 'there' : null;
  },
  async run(say) {
    mkdirSync(dirname(workerPath()), { recursive: true });
    say('looking for a ready-made one');
    const refusal = await download();
    if (refusal === null) return 'downloaded';
    console.error(`\nNo ready-made worker (${refusal}): compiling one, which takes five to ten minutes on two cores.`);
    await installDebian(workerBuildPackages, say);
    await build(say);
    return 'compiled';
  },
};

/** The same path that server/worker-path.ts looks at; a test holds the two together. */
export function workerPath() {
  return join(CACHE, `mediasoup-worker-${version()}/mediasoup-worker`);
}

/** Only a compiled worker has a stamp: the recipe that it was compiled by, so that a mended recipe compiles anew. */
function isFromOtherRecipe() {
  return existsSync(stampPath()) && readFileSync(stampPath(), 'utf8') !== hashOfFiles([RECIPE]);
}

function stampPath() {
  return join(dirname(workerPath()), 'recipe');
}

/** @returns {Promise<string | null>} why it could not be had, or null */
async function download() {
  const name = `mediasoup-worker-${version()}-${process.platform}-${process.arch}-kernel${Number.parseInt(release(), 10)}.tgz`;
  const folder = `${dirname(workerPath())}.download`;
  try {
    const response = await fetch(`${RELEASES}/${version()}/${name}`, {
      signal: AbortSignal.timeout(DOWNLOAD_LIMIT_MS),
    });
    if (!response.ok) return `${name}: HTTP ${response.status}`;
    mkdirSync(folder, { recursive: true });
    const archive = join(folder, name);
    writeFileSync(archive, Buffer.from(await response.arrayBuffer()));
    if (outputOf(['tar', '-xzf', archive, '-C', folder]) === null) return `${name} is no archive`;
    const program = join(folder, 'mediasoup-worker');
    if (!starts(program)) return `${name} does not run on this machine`;
    renameSync(program, workerPath());
    rmSync(stampPath(), { force: true });
    return null;
  } catch (error) {
    // No network, no such host, too slow: whatever it is, compiling is the answer.
    return error instanceof Error ? String(error.cause ?? error.message) : String(error);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {(text: string) => void} say */
async function build(say) {
  let step = '';
  const recipe = hashOfFiles([RECIPE]);
  const source = inProject('node_modules/mediasoup/worker');
  await runQuietly('worker-build', ['bash', inProject(`${RECIPE}/build.sh`), source, workerPath()], {
    onLine(line) {
      // "== compiling the worker" from the script, "[17/225] ..." from ninja.
      if (line.startsWith('== ')) step = line.slice(3);
      const count = /^\[(\d+)\/(\d+)\]/.exec(line);
      say(count === null ? step : `${step}, ${count[1]} of ${count[2]}`);
    },
  });
  if (!starts(workerPath())) {
    rmSync(workerPath());
    throw new Error(`The worker was compiled but does not start: see ${CACHE}/worker-build.log.`);
  }
  writeFileSync(stampPath(), recipe);
}

/** @param {string} program */
function starts(program) {
  return spawnSync(program, [], { stdio: 'ignore' }).status === EXIT_WITHOUT_VERSION;
}

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    // Not there, or not a program: both mean that there is work to do.
    return false;
  }
}

function version() {
  return readJson('node_modules/mediasoup/package.json').version;
}
