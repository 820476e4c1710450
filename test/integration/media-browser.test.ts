// A room and a real browser: Chromium connects over ICE and DTLS, shows the pictures and hears the sound that were sent, and
// its microphone comes out of the room as packets that decode.
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMicrophoneReceiver, createOpusEncoder, createVp8Encoder } from '../../server/media/codec/index.ts';
import { type MediaHost, type MediaRoom, type Pacer, startMediaHost, startPacer } from '../../server/media/index.ts';
import { mediasoupWorkerPath } from '../../server/worker-path.ts';
import { openBrowser, type TestBrowser } from '../browser/harness.ts';
import type { Seen } from './media-viewer.ts';

const SIZE = 256;
const MICROPHONE_HZ = 700;
const MAX_VIDEO_KBPS = 600;
/** Longer than the test, since the fake microphone starts with the browser. */
const MICROPHONE_SECONDS = 60;

declare const viewer: { watch(): Promise<void>; speak(): Promise<void>; look(): Promise<Seen>; leave(): void };

const folder = mkdtempSync(join(tmpdir(), 'vaktra-media-browser-'));
let host: MediaHost;
let pacer: Pacer;
let room: MediaRoom;
let server: Server;
let browser: TestBrowser;
const events: string[] = [];
const microphonePackets: Buffer[] = [];
let stopSending = (): void => undefined;

beforeAll(async () => {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port: basePort } = socket.address();
  await new Promise<void>((done) => socket.close(() => done()));
  host = await startMediaHost({
    workers: 1,
    listenIp: '127.0.0.1',
    basePort,
    workerBin: mediasoupWorkerPath(),
    logger: pino({ level: 'silent' }),
  });
  pacer = startPacer();
  room = await host.createRoom(MAX_VIDEO_KBPS);
  for (const name of ['viewerConnected', 'viewerDisconnected', 'microphoneStarted', 'keyFrameRequested'] as const) {
    room.on(name, () => events.push(name));
  }
  room.on('microphonePacket', (packet) => microphonePackets.push(packet));
  server = await servePage();
  browser = await openBrowser({ microphoneWav: writeTone() });
  await browser.page.exposeFunction('callRoom', (method: keyof MediaRoom, ...values: never[]) => {
    const member: unknown = room[method];
    return typeof member === 'function' ? Reflect.apply(member, room, values) : member;
  });
  await browser.page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  stopSending = sendPattern();
}, 60_000);

afterAll(async () => {
  stopSending();
  await browser?.close();
  pacer?.close();
  host?.close();
  server?.close();
  rmSync(folder, { recursive: true });
});

/** The left part's brightness of picture k: a saw of 25 steps. */
const brightnessOf = (index: number): number => 40 + (index % 25) * 7;

/** Pictures whose brightness counts, and a hiss. Returns what ends it. */
function sendPattern(): () => void {
  const opus = createOpusEncoder({ bitrateKbps: 32 });
  const vp8 = createVp8Encoder({ width: SIZE, height: SIZE, bitrateKbps: 500 });
  room.on('keyFrameRequested', () => vp8.requestKeyFrame());
  const sender = pacer.openSender(room.tracks, {
    onPicturePassed: (index) => make(index + 2),
    onFailed(error) {
      throw error;
    },
  });
  function make(index: number): void {
    for (const offset of [0, 960]) {
      sender.pushSound(
        index * 1920 + offset,
        opus.encode(Float32Array.from({ length: 960 }, () => Math.random() - 0.5)),
      );
    }
    const i420 = new Uint8Array((SIZE * SIZE * 3) / 2).fill(128).fill(brightnessOf(index), 0, SIZE * SIZE);
    const { data, key } = vp8.encode(i420);
    sender.pushPicture(index, data, key);
  }
  make(0);
  make(1);
  return () => {
    sender.close();
    opus.close();
    vp8.close();
  };
}

async function servePage(): Promise<Server> {
  const built = await build({
    configFile: false,
    logLevel: 'error',
    build: {
      write: false,
      lib: { entry: join(import.meta.dirname, 'media-viewer.ts'), formats: ['iife'], name: 'page', fileName: 'page' },
    },
  });
  const [output] = Array.isArray(built) ? built : [built];
  if (output === undefined || !('output' in output)) throw new Error('the page was not built');
  const { code } = output.output[0];
  const page = createServer((request, response) => {
    const isScript = request.url === '/page.js';
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
    response.end(
      isScript ? code : '<!doctype html><link rel="icon" href="data:,"><body><script src="/page.js"></script>',
    );
  });
  page.listen(0, '127.0.0.1');
  await once(page, 'listening');
  return page;
}

function writeTone(): string {
  const rateHz = 48_000;
  const samples = rateHz * MICROPHONE_SECONDS;
  const wav = Buffer.alloc(44 + samples * 2);
  wav.write('RIFF', 0);
  wav.writeUInt32LE(wav.length - 8, 4);
  wav.write('WAVEfmt ', 8);
  for (const [value, at] of [
    [16, 16],
    [rateHz, 24],
    [rateHz * 2, 28],
    [samples * 2, 40],
  ] as const)
    wav.writeUInt32LE(value, at);
  for (const [value, at] of [
    [1, 20],
    [1, 22],
    [2, 32],
    [16, 34],
  ] as const)
    wav.writeUInt16LE(value, at);
  wav.write('data', 36);
  for (let i = 0; i < samples; i += 1) {
    wav.writeInt16LE(Math.round(12_000 * Math.sin((2 * Math.PI * MICROPHONE_HZ * i) / rateHz)), 44 + i * 2);
  }
  const path = join(folder, 'tone.wav');
  writeFileSync(path, wav);
  return path;
}

/** Share of the sound's energy that lies at `hz`. */
function shareAt(hz: number, samples: Float32Array): number {
  let cosine = 0;
  let sine = 0;
  let energy = 0;
  samples.forEach((value, i) => {
    cosine += value * Math.cos((2 * Math.PI * hz * i) / 48_000);
    sine += value * Math.sin((2 * Math.PI * hz * i) / 48_000);
    energy += value * value;
  });
  return (2 * (cosine ** 2 + sine ** 2)) / (samples.length * energy);
}

describe('a browser in a room', () => {
  it('shows the pictures that were sent, at their RTP times, and hears the sound', async () => {
    // Sound may begin after a gesture only.
    await browser.page.mouse.click(5, 5);
    await browser.page.evaluate(() => viewer.watch());
    await sleep(4000);
    const { pictures, soundEnergy } = await browser.page.evaluate(() => viewer.look());
    expect(events).toContain('viewerConnected');
    expect(events).toContain('keyFrameRequested');
    expect(room.viewerCount).toBe(1);
    expect(soundEnergy).toBeGreaterThan(0.01);
    expect(pictures.length).toBeGreaterThan(60);

    const { firstTimestamp } = room.tracks.pictures;
    let matching = 0;
    for (const { rtpTimestamp, brightness } of pictures) {
      const ticks = (rtpTimestamp - firstTimestamp + 2 ** 32) % 2 ** 32;
      expect(ticks % 3600).toBe(0);
      // Limited range in, full range out.
      const expected = ((brightnessOf(ticks / 3600) - 16) * 255) / 219;
      if (Math.abs(brightness - expected) < 6) matching += 1;
    }
    expect(matching / pictures.length).toBeGreaterThan(0.95);
    expect(browser.faults).toEqual([]);
  });

  it('sends its microphone, which comes out as sound without holes', async () => {
    await browser.page.evaluate(() => viewer.speak());
    await sleep(2500);
    expect(events).toContain('microphoneStarted');
    const receiver = createMicrophoneReceiver();
    const blocks = microphonePackets.flatMap((packet) => receiver.push(packet));
    expect(blocks.length).toBeGreaterThan(80);
    expect(receiver.counts).toMatchObject({ damaged: 0 });
    expect(receiver.counts.concealedSamples).toBeLessThan(5 * 960);
    const later = Float32Array.from(blocks.slice(-60).flatMap((block) => [...block]));
    expect(shareAt(MICROPHONE_HZ, later)).toBeGreaterThan(0.7);
    expect(shareAt(MICROPHONE_HZ + 200, later)).toBeLessThan(0.1);
    receiver.close();
  });

  it('is told to be gone when it leaves', async () => {
    await browser.page.evaluate(() => viewer.leave());
    for (let waited = 0; waited < 50 && !events.includes('viewerDisconnected'); waited += 1) await sleep(100);
    expect(events).toContain('viewerDisconnected');
  });
});
