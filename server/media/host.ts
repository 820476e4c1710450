// The media workers of this server: one mediasoup process per core, each with one WebRTC port, and the rooms on them.
// A worker that dies fails its own rooms and is replaced; the others go on.

import type { types as mediasoup } from 'mediasoup';
import { createWorker, setLogEventListeners } from 'mediasoup';
import type { Logger } from 'pino';
import { VaktraError } from '../errors.ts';
import type { MediaObserver } from './observer.ts';
import type { MediaRoom } from './room.ts';
import { createRoom } from './room.ts';

/** Where the operator changes the port; named in errors. */
const PORT_KEY = 'media.basePort';
/** Waits between attempts to replace a worker: a crash at once must not become a busy loop. */
const FIRST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 10_000;

export interface MediaHostOptions {
  /** Worker processes; one per core. */
  workers: number;
  /** Address to bind, for example 0.0.0.0. */
  listenIp: string;
  /** Address that browsers are told, when it is another one than `listenIp` (NAT, or listenIp 0.0.0.0). */
  announcedAddress?: string | undefined;
  /** Worker i listens on basePort + i, UDP and TCP. */
  basePort: number;
  /** Path of the mediasoup-worker binary. */
  workerBin: string;
  logger: Logger;
  /** Told about the ways to viewers. */
  observer?: MediaObserver;
}

export interface MediaHost {
  /**
   * A room on the worker with the fewest rooms.
   *
   * @param maxVideoKbps upper bound of the encoder's bitrate, in kbit/s
   * @throws VaktraError `conversation_failed` while no worker is up
   */
  createRoom(maxVideoKbps: number): Promise<MediaRoom>;
  readonly roomCount: number;
  /** Process ids of the workers that are up, for measuring. */
  readonly workerPids: number[];
  /** Closes all rooms and workers. Harmless twice. */
  close(): void;
}

interface Slot {
  port: number;
  /** Undefined while the worker is being replaced. */
  running: { worker: mediasoup.Worker; server: mediasoup.WebRtcServer } | undefined;
  rooms: Set<MediaRoom>;
  /** Rooms that are being made count too, or a burst would all land on one worker. */
  pendingRooms: number;
}

/**
 * Starts all workers; none is left behind when one fails.
 *
 * @throws VaktraError `worker_binary_missing`, `port_in_use`, `config_invalid` (an address that this machine does not have)
 */
export async function startMediaHost(options: MediaHostOptions): Promise<MediaHost> {
  const { logger } = options;
  // mediasoup's own words (a listener that threw, a message it does not know) belong into the log.
  setLogEventListeners({
    onwarn: (part, message) => logger.warn({ part }, message),
    onerror: (part, message, error) => logger.error({ part, err: error }, message),
  });
  const slots: Slot[] = Array.from({ length: options.workers }, (_, index) => ({
    port: options.basePort + index,
    running: undefined,
    rooms: new Set(),
    pendingRooms: 0,
  }));
  const retries = new Set<NodeJS.Timeout>();
  let isClosed = false;

  function close(): void {
    isClosed = true;
    for (const retry of retries) clearTimeout(retry);
    for (const slot of slots) {
      for (const room of slot.rooms) room.close();
      slot.running?.worker.close();
      slot.running = undefined;
    }
  }

  async function start(slot: Slot): Promise<void> {
    const running = await startWorker(options, slot.port);
    if (isClosed) {
      running.worker.close();
      return;
    }
    slot.running = running;
    const { worker } = running;
    worker.on('died', (error) => {
      logger.error({ pid: worker.pid, port: slot.port, rooms: slot.rooms.size, err: error }, 'media worker died');
      slot.running = undefined;
      restartLater(slot, FIRST_RETRY_MS);
    });
    logger.info({ pid: worker.pid, port: slot.port }, 'media worker started');
  }

  function restartLater(slot: Slot, delayMs: number): void {
    if (isClosed) return;
    const retry = setTimeout(() => {
      retries.delete(retry);
      start(slot).catch((error: unknown) => {
        logger.error({ port: slot.port, err: error }, 'media worker could not be replaced; trying again');
        restartLater(slot, Math.min(delayMs * 2, LONGEST_RETRY_MS));
      });
    }, delayMs);
    retries.add(retry);
  }

  // All of them, so that the first port is named when several are taken.
  const outcomes = await Promise.allSettled(slots.map(start));
  const failure = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failure !== undefined) {
    close();
    throw failure.reason;
  }

  return {
    async createRoom(maxVideoKbps) {
      const slot = leastLoaded(slots);
      slot.pendingRooms += 1;
      try {
        const room = await createRoom(slot.running.worker, slot.running.server, maxVideoKbps, options.observer);
        slot.rooms.add(room);
        room.once('closed', () => slot.rooms.delete(room));
        return room;
      } catch (error) {
        throw new VaktraError('conversation_failed', 'The media worker could not make a room: try again.', {
          cause: error,
        });
      } finally {
        slot.pendingRooms -= 1;
      }
    },
    get roomCount() {
      return slots.reduce((sum, slot) => sum + slot.rooms.size, 0);
    },
    get workerPids() {
      return slots.flatMap((slot) => slot.running?.worker.pid ?? []);
    },
    close,
  };
}

type RunningSlot = Slot & { running: NonNullable<Slot['running']> };

function leastLoaded(slots: readonly Slot[]): RunningSlot {
  const load = (slot: Slot): number => slot.rooms.size + slot.pendingRooms;
  const [first] = slots
    .filter((slot): slot is RunningSlot => slot.running !== undefined)
    .toSorted((one, other) => load(one) - load(other));
  if (first === undefined) {
    throw new VaktraError('conversation_failed', 'No media worker is up just now: try again in a second.');
  }
  return first;
}

async function startWorker(options: MediaHostOptions, port: number): Promise<RunningSlot['running']> {
  const { listenIp: ip, announcedAddress, workerBin } = options;
  const worker = await createWorker({ workerBin, logLevel: 'error' }).catch((error: unknown) => {
    throw new VaktraError(
      'worker_binary_missing',
      `mediasoup's worker did not start from ${workerBin}: run npm start, which fetches or builds it.`,
      { cause: error },
    );
  });
  try {
    const listenInfo = { ip, port, ...(announcedAddress === undefined ? {} : { announcedAddress }) };
    const server = await worker.createWebRtcServer({
      listenInfos: [
        { protocol: 'udp', ...listenInfo },
        { protocol: 'tcp', ...listenInfo },
      ],
    });
    return { worker, server };
  } catch (error) {
    worker.close();
    throw bindError(error, ip, port);
  }
}

function bindError(error: unknown, ip: string, port: number): VaktraError {
  const reason = error instanceof Error ? error.message : String(error);
  if (/address already in use/i.test(reason)) {
    const sentence = `Port ${port} (UDP and TCP, for media) is in use: stop what holds it or set ${PORT_KEY} to another port.`;
    return new VaktraError('port_in_use', sentence, { cause: error });
  }
  const sentence = `Media cannot listen on ${ip} port ${port} (${reason}): set media.listenIp and ${PORT_KEY}.`;
  return new VaktraError('config_invalid', sentence, { cause: error });
}
