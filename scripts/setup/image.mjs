// Two steps that only an image needs: leaving out what it never runs, and the libraries of a worker that was compiled in
// another stage.
import { existsSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { outputOf, runQuietly } from './command.mjs';
import { debianStep } from './debian.mjs';
import { inProject } from './paths.mjs';
import { workerPath } from './worker.mjs';

/** @type {import('./progress.mjs').Step} */
export const slimStep = {
  title: 'leaving out what is not run',
  isDone: () => null,
  async run(say) {
    say('tools for development');
    await runQuietly('npm-prune', ['npm', 'prune', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund']);
    say('binaries for other machines');
    // bin/napi-v6/linux/x64 and so on: 220 MB that this machine cannot load.
    for (const binaries of foldersIn(inProject('node_modules/onnxruntime-node/bin'))) {
      for (const platform of foldersIn(binaries)) {
        const isOurs = platform.endsWith(`/${process.platform}`);
        if (!isOurs) rmSync(platform, { recursive: true });
        else
          for (const arch of foldersIn(platform))
            if (!arch.endsWith(`/${process.arch}`)) rmSync(arch, { recursive: true });
      }
    }
    writeFileSync(librariesPath(), workerLibraries().join('\n'));
    return 'done';
  },
};

/** @type {import('./progress.mjs').Step} */
export const workerLibrariesStep = {
  title: "libraries of mediasoup's worker",
  isDone: () => debianStep(noted()).isDone(),
  run: (say) => debianStep(noted()).run(say),
};

function noted() {
  return existsSync(librariesPath()) ? readFileSync(librariesPath(), 'utf8').split('\n').filter(Boolean) : [];
}

function librariesPath() {
  return join(dirname(workerPath()), 'debian-packages');
}

/** The Debian packages whose libraries the worker loads, as the dynamic linker finds them. */
function workerLibraries() {
  const files = [...(outputOf(['ldd', workerPath()]) ?? '').matchAll(/=> (\/\S+)/g)].map(([, path = '']) => path);
  return [...new Set(files.map(packageOf))].filter((name) => name !== undefined);
}

/** @param {string} library */
function packageOf(library) {
  // /lib is a link to /usr/lib, and dpkg knows some files by the one path, some by the other.
  const real = realpathSync(library);
  for (const path of [library, real, real.replace(/^\/usr/, '')]) {
    const owner = outputOf(['dpkg', '--search', path]);
    if (owner !== null) return owner.split(':')[0];
  }
  return undefined;
}

/** @param {string} folder */
function foldersIn(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(folder, entry.name));
}
