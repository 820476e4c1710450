// A real coturn on free ports, with the settings of config/coturn and what only a test needs: relaying to loopback.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const ADDRESS = '127.0.0.1';
const CONFIG = new URL('../../config/coturn/turnserver.conf', import.meta.url).pathname;
const PATIENCE_MS = 10_000;
const POLL_MS = 50;

/** Where Debian's package coturn has put it; undefined where it is not installed. */
export function turnServerPath(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders.map((folder) => join(folder, 'turnserver')).find(existsSync);
}

/** @param relayPorts that it relays from; first and last */
export async function startTurnServer(
  path: string,
  { port, secret, relayPorts }: { port: number; secret: string; relayPorts: readonly [number, number] },
): Promise<{ close(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'vaktra-turn-'));
  const child = spawn(
    path,
    [
      ...['-c', CONFIG, '--static-auth-secret', secret, '--listening-port', String(port)],
      ...['--listening-ip', ADDRESS, '--relay-ip', ADDRESS, '--allow-loopback-peers', '--no-tls', '--no-dtls'],
      ...['--min-port', String(relayPorts[0]), '--max-port', String(relayPorts[1])],
      ...['--allowed-peer-ip', '127.0.0.2', '--relay-threads', '1'],
      ...['--userdb', join(folder, 'users.db'), '--pidfile', join(folder, 'pid'), '--log-file', join(folder, 'log')],
    ],
    { stdio: 'ignore' },
  );
  await listening(child, port);
  return {
    async close() {
      const gone = child.exitCode === null ? once(child, 'exit') : undefined;
      child.kill('SIGKILL');
      await gone;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function listening(child: ChildProcess, port: number): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (await isFree(port)) {
    if (child.exitCode !== null) throw new Error(`coturn ended by itself with ${child.exitCode}.`);
    if (performance.now() > deadline) throw new Error('coturn does not listen.');
    await sleep(POLL_MS);
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, ADDRESS, () => probe.close(() => resolve(true)));
  });
}
