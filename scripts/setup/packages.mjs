// The step that installs the npm packages, exactly as locked, with all install scripts off: native parts come ready
// inside the packages, and what their scripts would fetch is either not needed or fetched by a step of its own.
import { existsSync } from 'node:fs';
import { runQuietly } from './command.mjs';
import { inProject, readJson, serverNode } from './paths.mjs';

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
    const locked = lockedPackages();
    const isInstalled = locked.every(({ path, version, optional }) => {
      const found = installedVersions()?.get(path);
      return found === version || (optional && found === undefined);
    });
    if (!isInstalled) return null;
    serverNode();
    return `${installedVersions()?.size} there`;
  },
  async run(say) {
    const paths = lockedPackages().map(({ path }) => inProject(`${path}/package.json`));
    const timer = setInterval(() => {
      say(`${paths.filter((path) => existsSync(path)).length} of at most ${paths.length}`);
    }, COUNT_EVERY_MS);
    try {
      await runQuietly('npm-ci', ['npm', 'ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
        env: QUIET_INSTALL_SCRIPTS,
      });
    } finally {
      clearInterval(timer);
    }
    cache = undefined;
    serverNode();
    return `${installedVersions()?.size} installed`;
  },
};

/** What the lock file wants; optional ones are for other kinds of machine, or may be left out. */
function lockedPackages() {
  return Object.entries(readJson('package-lock.json').packages)
    .filter(([path]) => path !== '')
    .map(([path, { version, optional, devOptional }]) => ({
      path,
      version,
      optional: Boolean(optional ?? devOptional),
    }));
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
