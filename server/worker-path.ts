// Where mediasoup's worker program is. Set-up (scripts/setup/worker.mjs) puts it there; nothing is fetched or built here.
import { accessSync, constants, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_ROOT } from './config.ts';
import { VaktraError } from './errors.ts';

/**
 * Path to give to mediasoup's createWorker as `workerBin`.
 *
 * @param workerBin the setting media.workerBin; without one MEDIASOUP_WORKER_BIN, else where set-up puts it
 * @throws VaktraError `worker_binary_missing` when there is no program that may be run at that path
 */
export function mediasoupWorkerPath(workerBin: string | null = null): string {
  const path = workerBin ?? process.env.MEDIASOUP_WORKER_BIN ?? installedPath();
  try {
    accessSync(path, constants.X_OK);
  } catch (error) {
    throw new VaktraError(
      'worker_binary_missing',
      `mediasoup's worker is not at ${path}: run "node scripts/setup.mjs --only worker", or set media.workerBin.`,
      { cause: error },
    );
  }
  return path;
}

/** The version is in the path: a worker of another version does not understand the library's messages. */
function installedPath(): string {
  const manifest = readFileSync(join(PROJECT_ROOT, 'node_modules/mediasoup/package.json'), 'utf8');
  const { version } = JSON.parse(manifest) as { version: string };
  return join(PROJECT_ROOT, `.cache/mediasoup-worker-${version}/mediasoup-worker`);
}
