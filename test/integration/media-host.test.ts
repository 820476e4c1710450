// Rooms on real mediasoup workers: what is sent arrives and decodes, requests come back, and what dies is replaced.
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOpusEncoder, createVp8Decoder, createVp8Encoder } from '../../server/media/codec/index.ts';
import {
  type MediaHost,
  type MediaHostOptions,
  type MediaRoom,
  type Pacer,
  type SenderCounts,
  startMediaHost,
  startPacer,
} from '../../server/media/index.ts';
import { parseRtpPacket } from '../../server/media/rtp.ts';
import { parseVp8Payload } from '../../server/media/vp8-packetizer.ts';
import { mediasoupWorkerPath } from '../../server/worker-path.ts';

const WIDTH = 160;
const HEIGHT = 120;
const MAX_VIDEO_KBPS = 600;

const options: MediaHostOptions = {
  workers: 2,
  listenIp: '127.0.0.1',
  basePort: 0,
  workerBin: mediasoupWorkerPath(),
  logger: pino({ level: 'silent' }),
};

/** A port with free neighbours; another process may take it, which the test then reports. */
async function freePort(): Promise<number> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  await new Promise<void>((done) => socket.close(() => done()));
  return Math.min(port, 65_000);
}

/** A checkerboard whose phase is the picture's index, over noise that never lets a picture be empty. */
function testPicture(index: number): Uint8Array {
  const picture = new Uint8Array((WIDTH * HEIGHT * 3) / 2).fill(128);
  for (let i = 0; i < WIDTH * HEIGHT; i += 1) {
    const isBright = (((i % WIDTH) + index * 4) >> 4) % 2 === (Math.floor(i / WIDTH) >> 4) % 2;
    picture[i] = (isBright ? 180 : 60) + ((i * 7919) % 23);
  }
  return picture;
}

interface Received {
  kind: string;
  atMs: number;
  timestamp: number;
  sequence: number;
  marker: boolean;
  payload: Buffer;
}

let host: MediaHost;
let pacer: Pacer;

beforeAll(async () => {
  options.basePort = await freePort();
  host = await startMediaHost(options);
  pacer = startPacer();
});

afterAll(() => {
  pacer.close();
  host.close();
  host.close();
});

/** Sends test pictures and a hiss on demand, two pictures ahead, and collects what a viewer gets. */
async function sendTo(room: MediaRoom, pictures: number): Promise<{ received: Received[]; counts: SenderCounts }> {
  const received: Received[] = [];
  const sink = await room.openSink({
    onPacket(kind, packet) {
      const rtp = parseRtpPacket(packet);
      if (rtp === null) throw new Error('a viewer got what is no RTP');
      const { timestamp, sequence, marker, payload } = rtp;
      received.push({ kind, atMs: performance.now(), timestamp, sequence, marker, payload: Buffer.from(payload) });
    },
  });
  const opus = createOpusEncoder({ bitrateKbps: 32 });
  const vp8 = createVp8Encoder({ width: WIDTH, height: HEIGHT, bitrateKbps: 1500 });
  room.on('keyFrameRequested', () => vp8.requestKeyFrame());
  let made = 0;
  /** Before the end, where the clock stops for want of sound. */
  let stalls = 0;
  const make = (through: number): void => {
    for (; made <= through && made < pictures; made += 1) {
      for (const offset of [0, 960]) {
        sender.pushSound(
          made * 1920 + offset,
          opus.encode(Float32Array.from({ length: 960 }, () => Math.random() - 0.5)),
        );
      }
      const { data, key } = vp8.encode(testPicture(made));
      sender.pushPicture(made, data, key);
    }
  };
  // Both tracks wrap within the first pictures, sequence numbers too.
  const sound = { ...room.tracks.sound, firstTimestamp: 2 ** 32 - 5000, firstSequence: 65_530 };
  const track = { ...room.tracks.pictures, firstTimestamp: 2 ** 32 - 9000, firstSequence: 65_530 };
  let finish = (): void => undefined;
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const sender = pacer.openSender(
    { sound, pictures: track },
    {
      onPicturePassed(index) {
        make(index + 2);
        if (index < pictures - 1) return;
        stalls = sender.counts.stalls;
        finish();
      },
      onFailed(error) {
        throw error;
      },
    },
  );
  make(1);
  await finished;
  await sleep(100);
  sink.close();
  opus.close();
  vp8.close();
  return { received, counts: { ...sender.counts, stalls } };
}

describe('a room', () => {
  it('brings every packet to its viewers, in step, across a wrap, and the pictures decode', async () => {
    const room = await host.createRoom(MAX_VIDEO_KBPS);
    const { received, counts } = await sendTo(room, 50);
    const sound = received.filter(({ kind }) => kind === 'audio');
    const video = received.filter(({ kind }) => kind === 'video');
    expect(counts).toMatchObject({
      stalls: 0,
      picturesLate: 0,
      picturesRepeated: 0,
      soundPackets: 100,
      pictures: 50,
    });
    expect(sound.map(({ timestamp }) => timestamp)).toEqual(
      Array.from({ length: 100 }, (_, i) => (2 ** 32 - 5000 + i * 960) % 2 ** 32),
    );

    const pictures = Map.groupBy(video, ({ timestamp }) => timestamp);
    expect([...pictures.keys()]).toEqual(Array.from({ length: 50 }, (_, k) => (2 ** 32 - 9000 + k * 3600) % 2 ** 32));
    const sequences = video.map(({ sequence }) => sequence);
    expect(sequences.every((one, i) => i === 0 || one === ((sequences[i - 1] ?? 0) + 1) % 65_536)).toBe(true);
    expect(sequences.length).toBeGreaterThan(60);

    const decoder = createVp8Decoder();
    let index = 0;
    for (const packets of pictures.values()) {
      expect(packets.map(({ marker }) => marker)).toEqual(packets.map((_, i) => i === packets.length - 1));
      const shown = decoder.decode(
        Buffer.concat(packets.map(({ payload }) => parseVp8Payload(payload)?.data ?? Buffer.of())),
      );
      const brightness = (picture: Uint8Array | undefined): number => picture?.[WIDTH * 8 + 8] ?? -1;
      expect(Math.abs(brightness(shown?.i420) - brightness(testPicture(index)))).toBeLessThan(40);
      index += 1;
    }
    decoder.close();
    room.close();
  });

  it('hands sound and picture of the same samples over within a few milliseconds', async () => {
    const room = await host.createRoom(MAX_VIDEO_KBPS);
    const { received } = await sendTo(room, 30);
    const offsets: number[] = [];
    for (let k = 0; k < 30; k += 1) {
      const picture = received.find(
        ({ timestamp, marker }) => marker && timestamp === (2 ** 32 - 9000 + k * 3600) % 2 ** 32,
      );
      const sound = received.find(
        ({ timestamp, kind }) => kind === 'audio' && timestamp === (2 ** 32 - 5000 + k * 1920) % 2 ** 32,
      );
      offsets.push(Math.abs((picture?.atMs ?? Number.NaN) - (sound?.atMs ?? Number.NaN)));
    }
    offsets.sort((one, other) => one - other);
    expect(offsets[15]).toBeLessThan(3);
    expect(offsets[28]).toBeLessThan(15);
    room.close();
  });

  it('tells that a viewer lost the picture', async () => {
    const room = await host.createRoom(MAX_VIDEO_KBPS);
    let requests = 0;
    room.on('keyFrameRequested', () => {
      requests += 1;
    });
    const sink = await room.openSink({ onPacket: () => undefined });
    await sendTo(room, 10);
    // The worker asks at most once a second for the same stream.
    await sleep(1100);
    requests = 0;
    await sink.requestKeyFrame();
    await sleep(200);
    expect(requests).toBe(1);
    room.close();
  });

  it('describes a transport on the port of its worker, and both consumers, paused', async () => {
    const room = await host.createRoom(MAX_VIDEO_KBPS);
    const transport = await room.createTransport();
    expect(transport.iceCandidates.map(({ protocol }) => protocol).sort()).toEqual(['tcp', 'udp']);
    for (const { address, port } of transport.iceCandidates) {
      expect(address).toBe('127.0.0.1');
      expect([options.basePort, options.basePort + 1]).toContain(port);
    }
    const consumers = await room.consume(transport.id, room.rtpCapabilities);
    expect(consumers.map(({ kind }) => kind)).toEqual(['audio', 'video']);
    const [cname, other] = consumers.map(({ rtpParameters }) => rtpParameters.rtcp?.cname);
    expect(cname).toBe(other);
    expect(consumers[0]?.rtpParameters.codecs[0]).toMatchObject({
      mimeType: 'audio/opus',
      clockRate: 48_000,
      channels: 2,
    });
    await room.resumeConsumers(transport.id);
    const ice = await room.restartIce(transport.id);
    expect(ice.usernameFragment).not.toBe(transport.iceParameters.usernameFragment);
    room.close();
  });

  it('takes one microphone for each use; a second one replaces it', async () => {
    const room = await host.createRoom(MAX_VIDEO_KBPS);
    const { id } = await room.createTransport();
    const events: string[] = [];
    room.on('microphoneStarted', (_, use) => events.push(`started ${use}`));
    room.on('microphoneStopped', (_, use) => events.push(`stopped ${use}`));
    const parameters = (ssrc: number) => ({
      codecs: [{ mimeType: 'audio/opus' as const, payloadType: 111, clockRate: 48_000, channels: 2 }],
      encodings: [{ ssrc }],
      mid: `microphone-${ssrc}`,
    });
    await room.produceMicrophone(id, parameters(1111), 'speak');
    await room.produceMicrophone(id, parameters(2222), 'listen');
    await room.produceMicrophone(id, parameters(3333), 'speak');
    room.stopMicrophone('speak');
    room.stopMicrophone('speak');
    expect(events).toEqual(['started speak', 'started listen', 'stopped speak', 'started speak', 'stopped speak']);
    room.close();
  });

  it('refuses what mediasoup refuses with transport_failed, and goes on', async () => {
    const room = await host.createRoom(MAX_VIDEO_KBPS);
    const refused = { code: 'transport_failed' };
    const { id } = await room.createTransport();
    await expect(room.consume('no-such-transport', room.rtpCapabilities)).rejects.toMatchObject(refused);
    await expect(room.consume(id, { codecs: 'opus' } as never)).rejects.toMatchObject(refused);
    await expect(room.consume(id, { codecs: [] })).rejects.toMatchObject(refused);
    await expect(room.connectTransport(id, { role: 'banana', fingerprints: [] } as never)).rejects.toMatchObject(
      refused,
    );
    await expect(room.produceMicrophone(id, { codecs: [] } as never, 'speak')).rejects.toMatchObject(refused);
    const openMany = async (): Promise<void> => {
      for (let i = 0; i < 40; i += 1) await room.createTransport();
    };
    await expect(openMany()).rejects.toMatchObject(refused);
    room.closeTransport(id);
    await expect(room.consume(id, room.rtpCapabilities)).rejects.toMatchObject(refused);
    room.close();
  });

  it('is closed once, and answers conversation_closed afterwards', async () => {
    const room = await host.createRoom(MAX_VIDEO_KBPS);
    const { id } = await room.createTransport();
    let closings = 0;
    room.on('closed', () => {
      closings += 1;
    });
    const pending = room.createTransport();
    room.close();
    room.close();
    const closed = { code: 'conversation_closed' };
    await expect(pending).rejects.toMatchObject(closed);
    await expect(room.createTransport()).rejects.toMatchObject(closed);
    await expect(room.connectTransport(id, { fingerprints: [] })).rejects.toMatchObject(closed);
    expect(closings).toBe(1);
  });
});

describe('the host', () => {
  it('shares rooms out over its workers and keeps nothing of 50 that were opened and closed', async () => {
    const openAndClose = async (): Promise<void> => {
      const rooms = await Promise.all(Array.from({ length: 50 }, () => host.createRoom(MAX_VIDEO_KBPS)));
      for (const room of rooms) {
        const { id, iceCandidates } = await room.createTransport();
        ports.push(iceCandidates[0]?.port ?? 0);
        await room.consume(id, room.rtpCapabilities);
        await room.openSink({ onPacket: () => undefined });
      }
      expect(host.roomCount).toBe(50);
      for (const room of rooms) room.close();
      expect(host.roomCount).toBe(0);
      await sleep(200);
    };
    const ports: number[] = [];
    const memoryKb = (): number => host.workerPids.reduce((sum, pid) => sum + residentKb(pid), 0);
    const files = (): number => host.workerPids.reduce((sum, pid) => sum + readdirSync(`/proc/${pid}/fd`).length, 0);
    await openAndClose();
    expect(ports.filter((port) => port === options.basePort).length).toBe(25);
    const before = { memory: memoryKb(), files: files() };
    for (let round = 0; round < 3; round += 1) await openAndClose();
    expect(files()).toBe(before.files);
    expect(memoryKb() - before.memory).toBeLessThan(3000);
  });

  it('names the port that is in use and the setting, and leaves no worker behind', async () => {
    const refused = {
      code: 'port_in_use',
      message: expect.stringMatching(new RegExp(`${options.basePort}.*media\\.basePort`)),
    };
    await expect(startMediaHost(options)).rejects.toMatchObject(refused);
    // Only the second worker's port is taken, only for UDP.
    const port = (await freePort()) - 1;
    const socket = createSocket('udp4').bind(port + 1, '127.0.0.1');
    await once(socket, 'listening');
    const started = startMediaHost({ ...options, basePort: port });
    await expect(started).rejects.toMatchObject({
      code: 'port_in_use',
      message: expect.stringContaining(`${port + 1}`),
    });
    await new Promise<void>((done) => socket.close(() => done()));
    const again = await startMediaHost({ ...options, basePort: port });
    again.close();
  });

  it('says which setting is wrong for an address of another machine and a missing program', async () => {
    const elsewhere = startMediaHost({ ...options, listenIp: '192.0.2.7', basePort: await freePort() });
    await expect(elsewhere).rejects.toMatchObject({ code: 'config_invalid' });
    const missing = startMediaHost({ ...options, workerBin: '/no/such/worker', basePort: await freePort() });
    await expect(missing).rejects.toMatchObject({ code: 'worker_binary_missing' });
  });

  it('fails the rooms of a worker that dies, keeps the others, and replaces it on its port', async () => {
    const rooms = await Promise.all([host.createRoom(MAX_VIDEO_KBPS), host.createRoom(MAX_VIDEO_KBPS)]);
    const ports = await Promise.all(
      rooms.map(async (room) => (await room.createTransport()).iceCandidates[0]?.port ?? 0),
    );
    const [pid, otherPid] = host.workerPids;
    if (pid === undefined) throw new Error('no worker is up');
    const codes = new Map<MediaRoom, string>();
    for (const room of rooms) room.on('failed', ({ code }) => codes.set(room, code));
    const doomed = rooms[ports.indexOf(options.basePort)];
    const healthy = rooms[ports.indexOf(options.basePort + 1)];
    if (doomed === undefined || healthy === undefined) throw new Error(`both rooms are on port ${ports}`);
    const died = once(doomed, 'closed');
    process.kill(pid, 'SIGKILL');
    await died;
    expect([...codes.entries()]).toEqual([[doomed, 'conversation_failed']]);
    expect(healthy.isClosed).toBe(false);
    await healthy.createTransport();

    while (host.workerPids.length < 2) await sleep(20);
    expect(host.workerPids).not.toContain(pid);
    expect(host.workerPids).toContain(otherPid);
    const room = await host.createRoom(MAX_VIDEO_KBPS);
    const { iceCandidates } = await room.createTransport();
    expect(iceCandidates[0]?.port).toBe(options.basePort);
    await sendTo(room, 5);
    room.close();
    healthy.close();
  });
});

function residentKb(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
}
