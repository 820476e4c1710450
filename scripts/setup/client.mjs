// The step that builds the pages and the widget with Vite, when its sources have changed since the last time.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { runQuietly } from './command.mjs';
import { hashOfFiles } from './hash.mjs';
import { inProject, serverNode } from './paths.mjs';

const SOURCES = ['client', 'package-lock.json'];
const STAMP = 'dist/client.stamp';

/** @type {import('./progress.mjs').Step} */
export const clientStep = {
  title: 'page',
  isDone() {
    const built = existsSync(inProject('dist/client/index.html')) && existsSync(inProject(STAMP));
    return built && readFileSync(inProject(STAMP), 'utf8') === hashOfFiles(SOURCES) ? 'there' : null;
  },
  async run(say) {
    say('building');
    // Before the build: what is changed during it is then built the next time.
    const hash = hashOfFiles(SOURCES);
    const vite = inProject('node_modules/vite/bin/vite.js');
    // The pages first: their build empties the folder.
    await runQuietly('client-build', [serverNode(), vite, 'build', inProject('client')]);
    await runQuietly('widget-build', [serverNode(), vite, 'build', inProject('client/widget')]);
    writeFileSync(inProject(STAMP), hash);
    return 'built';
  },
};
