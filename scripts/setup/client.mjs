// The step that builds the page with Vite, when its sources have changed since the last time.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runQuietly } from './command.mjs';
import { inProject, serverNode } from './paths.mjs';

const SOURCES = ['client', 'package-lock.json'];
const STAMP = 'dist/client.stamp';

/** @type {import('./progress.mjs').Step} */
export const clientStep = {
  title: 'page',
  isDone() {
    const built = existsSync(inProject('dist/client/index.html')) && existsSync(inProject(STAMP));
    return built && readFileSync(inProject(STAMP), 'utf8') === hashOfSources() ? 'there' : null;
  },
  async run(say) {
    say('building');
    // Before the build: what is changed during it is then built the next time.
    const hash = hashOfSources();
    const vite = inProject('node_modules/vite/bin/vite.js');
    await runQuietly('client-build', [serverNode(), vite, 'build', inProject('client')]);
    writeFileSync(inProject(STAMP), hash);
    return 'built';
  },
};

function hashOfSources() {
  const hash = createHash('sha256');
  for (const path of SOURCES.flatMap((source) => filesBelow(inProject(source)))) {
    hash.update(path).update('\0').update(readFileSync(path)).update('\0');
  }
  return hash.digest('hex');
}

/**
 * @param {string} path
 * @returns {string[]}
 */
function filesBelow(path) {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => filesBelow(join(path, name)));
}
