// What a running server holds at the moment, counted from outside: mediasoup's objects on both sides of its channel, timers,
// sockets, file descriptors, conversations in the pipeline threads, memory. Two counts of an idle server must be the same.

import { createHook } from 'node:async_hooks';
import { readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type types as mediasoup, observer } from 'mediasoup';
import type { App } from '../../../server/app.ts';
import { measureTree } from '../process-tree.ts';

/** What the allocator and finalizers need to give memory back after a collection. */
const AFTER_COLLECTION_MS = 200;
const COLLECTIONS = 4;
/** In this time an idle pipeline thread must send nothing. */
const LISTEN_MS = 500;
/** Timers of the test runner itself, and of connections that a client keeps for its next request: they end by themselves. */
const NOT_OURS = /node_modules\/(vitest|@vitest|tinypool|undici)/;
const BYTES_PER_MB = 1_048_576;

/** Counts that must be the same before and after; `memory` that may differ a little. */
export interface Holdings {
  counts: Record<string, number>;
  memory: { treeMb: number; heapMb: number; externalMb: number };
  /** Where each timer of ours that still runs was started. */
  timers: string[];
}

/** Begins to count; make it before the server. */
export function watchHoldings(): { take(app: App): Promise<Holdings>; close(): void } {
  const objects = new Map<string, number>();
  const workers = new Set<mediasoup.Worker>();
  const servers = new Set<mediasoup.WebRtcServer>();
  const timers = new Map<number, string>();
  const add = (kind: string, change: number) => objects.set(kind, (objects.get(kind) ?? 0) + change);
  const count = (kind: string, one: { observer: { once(event: 'close', then: () => void): unknown } }) => {
    add(kind, 1);
    one.observer.once('close', () => add(kind, -1));
  };
  const onWorker = (worker: mediasoup.Worker) => {
    workers.add(worker);
    count('mediasoup workers', worker);
    worker.observer.once('close', () => workers.delete(worker));
    worker.observer.on('newwebrtcserver', (server) => servers.add(server));
    worker.observer.on('newrouter', (router) => {
      count('routers', router);
      router.observer.on('newtransport', (transport) => {
        count('transports', transport);
        transport.observer.on('newproducer', (producer) => count('producers', producer));
        transport.observer.on('newconsumer', (consumer) => count('consumers', consumer));
      });
    });
  };
  observer.on('newworker', onWorker);
  // Timers that keep no process alive are in no list of Node's own.
  const hook = createHook({
    init(id, type) {
      if (type === 'Timeout') timers.set(id, new Error('started here').stack ?? '');
    },
    destroy: (id) => void timers.delete(id),
  }).enable();

  return {
    async take(app) {
      await collectGarbage();
      const before = await app.census();
      await sleep(LISTEN_MS);
      const after = await app.census();
      const ours = [...timers.values()].filter((stack) => !NOT_OURS.test(stack)).map(startOf);
      const counts: Record<string, number> = {
        ...Object.fromEntries(objects),
        conversations: app.host.size,
        timers: ours.length,
        // By place, or one that ended would make up for one that is left.
        ...countBy(ours.map((place) => `timer ${place}`)),
        'lines to pipeline threads': sum(after.map(({ lines }) => lines)),
        'conversations in pipeline threads': sum(after.map(({ residents }) => residents)),
        // The answer to the first count is one.
        'messages of idle pipeline threads': Math.max(
          0,
          sum(after.map(({ messages }, k) => messages - (before[k]?.messages ?? 0) - 1)),
        ),
        'file descriptors': descriptorsOf(process.pid),
        ...countBy(process.getActiveResourcesInfo().filter((type) => type !== 'Timeout' && type !== 'Immediate')),
      };
      for (const worker of workers) {
        const { routerIds, channelMessageHandlers } = await worker.dump();
        raise(counts, 'routers in mediasoup', routerIds.length);
        raise(counts, 'channel handlers in mediasoup', channelMessageHandlers.channelRequestHandlers.length);
        raise(counts, 'file descriptors of mediasoup', descriptorsOf(worker.pid));
      }
      for (const server of servers) {
        const { webRtcTransportIds, localIceUsernameFragments, tupleHashes } = await server.dump();
        raise(counts, 'transports in mediasoup', webRtcTransportIds.length);
        raise(counts, 'ICE names in mediasoup', localIceUsernameFragments.length);
        raise(counts, 'addresses in mediasoup', tupleHashes.length);
      }
      const { heapUsed, external } = process.memoryUsage();
      return {
        counts,
        memory: {
          treeMb: round(measureTree().memoryMb),
          heapMb: round(heapUsed / BYTES_PER_MB),
          externalMb: round(external / BYTES_PER_MB),
        },
        timers: ours,
      };
    },
    close() {
      hook.disable();
      observer.off('newworker', onWorker);
    },
  };
}

/** What is there now and was not before, in words; empty where nothing was left behind. */
export function leftBehind(before: Holdings, after: Holdings): string[] {
  return Object.entries(after.counts).flatMap(([what, now]) => {
    if (what === 'timers') return [];
    const then = before.counts[what] ?? 0;
    return now > then ? [`${what}: ${then} before, ${now} after`] : [];
  });
}

async function collectGarbage(): Promise<void> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  for (let round = 0; round < COLLECTIONS; round++) {
    collect();
    await sleep(AFTER_COLLECTION_MS);
  }
}

function descriptorsOf(pid: number): number {
  // The listing of one's own folder needs one itself, each time the same.
  return readdirSync(`/proc/${pid}/fd`).length;
}

/** The first line of a stack that is neither Node's own nor the hook above. */
function startOf(stack: string): string {
  const lines = stack.split('\n').filter((line) => line.includes('file:') || line.includes('node_modules'));
  return (lines[1] ?? stack).trim();
}

function countBy(kinds: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const kind of kinds) raise(counts, kind, 1);
  return counts;
}

function raise(counts: Record<string, number>, what: string, by: number): void {
  counts[what] = (counts[what] ?? 0) + by;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
