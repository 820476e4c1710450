// The step that installs what signs rendered files (C2PA), as locked in scripts/setup/provenance, into a folder of its own: 96 MB, fetched
// only where files are to be signed.
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runQuietly } from './command.mjs';
import { npmProgram } from './packages.mjs';
import { CACHE, inProject, serverNode } from './paths.mjs';

const FOLDER = join(CACHE, 'provenance');
const LISTS = ['package.json', 'package-lock.json'];
const BINARY = join(FOLDER, 'node_modules/@contentauth/c2pa-node/dist/index.node');

/** @param {string} name */
const locked = (name) => inProject(`scripts/setup/provenance/${name}`);

/** @type {import('./progress.mjs').Step} */
export const provenanceStep = {
  title: 'signing of files',
  isDone() {
    const isSame = LISTS.every((name) => {
      const there = join(FOLDER, name);
      return existsSync(there) && readFileSync(there, 'utf8') === readFileSync(locked(name), 'utf8');
    });
    return isSame && existsSync(BINARY) ? 'there' : null;
  },
  async run(say) {
    say('fetching c2pa-node');
    mkdirSync(FOLDER, { recursive: true });
    for (const name of LISTS) copyFileSync(locked(name), join(FOLDER, name));
    const options = ['--prefix', FOLDER, '--ignore-scripts', '--no-audit', '--no-fund'];
    await runQuietly('npm-provenance', [serverNode(), npmProgram(), 'ci', ...options]);
    if (!existsSync(BINARY)) throw new Error('There is no c2pa-node for this kind of machine.');
    return 'installed';
  },
};
