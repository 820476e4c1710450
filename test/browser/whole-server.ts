// A whole server with real models, on free ports, for tests.
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { type App, type AppOptions, startApp } from '../../server/app.ts';
import { loadConfig } from '../../server/config.ts';

/** Media ports are tried from here on; each media worker takes one. */
const FIRST_MEDIA_PORT = 41_000;
const MEDIA_PORT_STEP = 64;
const LAST_MEDIA_PORT = 60_000;

export interface TestServer {
  app: App;
  url: string;
  close(): Promise<void>;
}

/**
 * A whole server on free ports with the shipped settings.
 *
 * @param settings environment variables as in docs, for example { VAKTRA_MOTION_STEPS: '4' }
 */
export async function startServer(
  settings: Record<string, string> = {},
  options: AppOptions = {},
): Promise<TestServer> {
  const data = await mkdtemp(join(tmpdir(), 'vaktra-data-'));
  const config = loadConfig({
    env: {
      VAKTRA_HTTP_PORT: '0',
      VAKTRA_MEDIA_LISTEN_IP: '127.0.0.1',
      VAKTRA_DATA_DIRECTORY: data,
      // Not a voice that this machine happens to have.
      VAKTRA_SPEECH_ENGINE: 'espeak',
      VAKTRA_MEDIA_BASE_PORT: String(await freeMediaPort()),
      ...settings,
    },
  });
  const app = await startApp(config, { logger: pino({ level: process.env.VAKTRA_TEST_LOG ?? 'silent' }), ...options });
  return {
    app,
    url: `http://127.0.0.1:${app.port}`,
    async close() {
      await app.close();
      await rm(data, { recursive: true, force: true });
    },
  };
}

/** A port with room for the media workers above it. */
export async function freeMediaPort(): Promise<number> {
  const span = (LAST_MEDIA_PORT - FIRST_MEDIA_PORT) / MEDIA_PORT_STEP;
  // Test processes start apart from each other, so that they rarely try the same port at the same time.
  const first = process.pid % span;
  for (let step = 0; step < span; step++) {
    const port = FIRST_MEDIA_PORT + Math.floor((first + step) % span) * MEDIA_PORT_STEP;
    if (await isFree(port)) return port;
  }
  throw new Error('No free port for media was found.');
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}
