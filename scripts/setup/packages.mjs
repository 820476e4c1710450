// The step that installs the npm packages, exactly as locked, with all install scripts off: native parts come ready
// inside the packages, and what their scripts would fetch is either not needed or fetched by a step of its own.
import { existsSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { outputOf, runQuietly } from './command.mjs';
import { CACHE, findServerNode, inProject, readJson, serverNode } from './paths.mjs';

/** Belt and braces beside .npmrc's ignore-scripts, for who installs with scripts on. */
const QUIET_INSTALL_SCRIPTS = {
  MEDIASOUP_WORKER_BIN: 'installed-by-a-step-of-its-own',
  ONNXRUNTIME_NODE_INSTALL: 'skip',
  SKIP_FFMPEG: 'true',
};
const COUNT_EVERY_MS = 500;

/** @type {import('./progress.mjs').Step} */
export const packagesStep = {
  title: 'npm packages',
  isDone() {
    const installed = installedVersions();
    const isComplete = lockedPackages().every(({ path, version, mayBeAbsent }) => {
      const found = installed?.get(path);
      return found === version || (mayBeAbsent && found === undefined);
    });
    if (!isComplete) return null;
    serverNode();
    return `${installed?.size} there`;
  },
  async run(say) {
    const node = findServerNode() ?? (await fetchServerNode(say));
    const folders = lockedPackages().map(({ path }) => inProject(`${path}/package.json`));
    const timer = setInterval(() => {
      say(`${folders.filter((path) => existsSync(path)).length} of at most ${folders.length}`);
    }, COUNT_EVERY_MS);
    const options = ['--ignore-scripts', '--no-audit', '--no-fund'];
    try {
      await runQuietly('npm-ci', [node, npmProgram(), 'ci', ...options], { env: QUIET_INSTALL_SCRIPTS });
    } finally {
      clearInterval(timer);
    }
    cache = undefined;
    serverNode();
    return `${installedVersions()?.size} installed`;
  },
};

/**
 * npm leaves out optional packages that want a newer Node than the one it runs on, without a word, and the binaries of
 * native parts are such packages. So it has to run on the server's Node, which is fetched first, by itself.
 *
 * @param {(text: string) => void} say
 */
export async function fetchServerNode(say) {
  const { optionalDependencies } = readJson('package.json');
  const name = `node-${process.platform}-${process.arch}`;
  const version = optionalDependencies[name];
  // Reports what to do on a kind of machine that npm has no Node for.
  if (version === undefined) return serverNode();
  say(`fetching Node ${version}`);
  const folder = join(CACHE, 'node');
  mkdirSync(folder, { recursive: true });
  // A package of its own, or npm would take the folder above for the project.
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  const install = ['install', `${name}@${version}`, '--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund'];
  await runQuietly('npm-node', [process.execPath, npmProgram(), ...install]);
  return join(folder, 'node_modules', name, 'bin/node');
}

/** npm's own program file, to be run by a Node of our choice: npm names it to its scripts, else it is in the path. */
export function npmProgram() {
  const caller = process.env.npm_execpath;
  // Other package managers set the variable, too, to themselves.
  const found = caller?.endsWith('npm-cli.js') ? caller : outputOf(['which', 'npm'])?.trim();
  if (found === undefined)
    throw new Error('There is no npm: install it (Debian: apt-get install npm), then run this again.');
  return realpathSync(found);
}

/**
 * What the lock file wants. An optional package may be absent when it is for another kind of machine, or for every kind
 * (then somebody left it out on purpose).
 */
function lockedPackages() {
  return Object.entries(readJson('package-lock.json').packages)
    .filter(([path]) => path !== '')
    .map(([path, { version, optional, os, cpu, libc }]) => {
      const isForUs =
        os?.includes(process.platform) !== false &&
        cpu?.includes(process.arch) !== false &&
        libc?.includes('glibc') !== false;
      const isForAll = os === undefined && cpu === undefined;
      return { path, version, mayBeAbsent: optional === true && (isForAll || !isForUs) };
    });
}

/** @type {Map<string, string> | undefined} */
let cache;

/** What npm says it has put into node_modules: path -> version. */
function installedVersions() {
  const path = 'node_modules/.package-lock.json';
  if (!existsSync(inProject(path))) return undefined;
  cache ??= new Map(Object.entries(readJson(path).packages).map(([name, { version }]) => [name, version]));
  return cache;
}
