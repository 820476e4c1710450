// A whole server as a process of its own, which can be killed as a power cut does and started again on the same ports.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PROJECT_ROOT } from '../../../server/config.ts';
import { freeMediaPort } from '../../browser/whole-server.ts';

const LOOK_INTERVAL_MS = 50;
/** Models are loaded from a disk that may be cold. */
const START_PATIENCE_MS = 300_000;

export class ServerProcess {
  readonly httpPort: number;
  readonly mediaPort: number;
  readonly #data: string;
  readonly #settings: Record<string, string>;
  #process: ChildProcess | undefined;

  private constructor(httpPort: number, mediaPort: number, data: string, settings: Record<string, string>) {
    this.httpPort = httpPort;
    this.mediaPort = mediaPort;
    this.#data = data;
    this.#settings = settings;
  }

  /** @param settings environment variables as in docs; the server runs when this resolves */
  static async start(settings: Record<string, string>): Promise<ServerProcess> {
    const data = await mkdtemp(join(tmpdir(), 'vaktra-kiosk-'));
    const server = new ServerProcess(await freePort(), await freeMediaPort(), data, settings);
    await server.start();
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${this.httpPort}`;
  }

  get pid(): number {
    return this.#process?.pid ?? 0;
  }

  /** Resolves as soon as the server takes conversations. */
  async start(): Promise<void> {
    const child = spawn(process.execPath, [join(PROJECT_ROOT, 'server/main.ts')], {
      cwd: PROJECT_ROOT,
      stdio: ['ignore', 'ignore', 'inherit'],
      env: {
        ...process.env,
        VAKTRA_LOG_LEVEL: 'fatal',
        VAKTRA_HTTP_PORT: String(this.httpPort),
        VAKTRA_MEDIA_LISTEN_IP: '127.0.0.1',
        VAKTRA_MEDIA_BASE_PORT: String(this.mediaPort),
        VAKTRA_MEDIA_WORKERS: '1',
        VAKTRA_DATA_DIRECTORY: this.#data,
        ...this.#settings,
      },
    });
    this.#process = child;
    const until = performance.now() + START_PATIENCE_MS;
    while (performance.now() < until && child.exitCode === null) {
      const answer = await fetch(`${this.url}/readyz`).catch(() => undefined);
      if (answer?.ok === true) return;
      await sleep(LOOK_INTERVAL_MS);
    }
    throw new Error(`The server did not start (exit code ${child.exitCode}).`);
  }

  /** Without a goodbye. */
  async kill(): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (child === undefined || child.exitCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  async close(): Promise<void> {
    await this.kill();
    await rm(this.#data, { recursive: true, force: true });
  }
}

async function freePort(): Promise<number> {
  const probe = createServer();
  probe.listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  await new Promise((closed) => probe.close(closed));
  if (typeof address !== 'object' || address === null) throw new Error('No free port was found.');
  return address.port;
}
