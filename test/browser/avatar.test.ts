// What a visitor really sees and hears: the pictures that the browser decoded are read out with their RTP times, a face
// tracker looks at each, and its lips are held against the motion that was commanded for that very picture.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { LiveConversation } from '../../server/session/index.ts';
import { correlation, mean, spread } from '../bench/statistics.ts';
import { openSpeech, spoken } from '../integration/speech-voices.ts';
import { openBrowser, playWithSound, type TestBrowser } from './harness.ts';
import { keepFrames, type ReceivedFrame, takeFrames, trackLips } from './received-frames.ts';
import { writeWav } from './wav.ts';
import { startServer, type TestServer } from './whole-server.ts';

const SENTENCE = 'My name is Vaktra. Please bring a big map of Bombay, and we will open every window before five.';
/** Of the shipped portraits the one whose mouth the tracker reads best: in Mona Lisa's shades it sees a third of an opening. */
const PORTRAIT = 'Self-Portrait in a Straw Hat';
const TICKS_PER_PICTURE = 3600;
/** A face tracker on a decoded picture of a painting: what the drawn opening must reach against the commanded one. */
const MIN_CORRELATION = 0.7;
const MIN_SPREAD = 0.55;
/**
 * The tracker that runs in Node is an older one: of the spread that MediaPipe's newest reads off four filmed talkers
 * (150 pictures) it reads 0.59 to 0.95, 0.77 on average. Of the portrait here, its mouth drawn by rule, the newest reads 0.96; painted,
 * with teeth and soft edges, 0.76 (`npm run eval:picture -- --only lips`), and the older one loses as much.
 */
const TRACKER_GAIN = 0.8;
/** A look takes the tracker a third of a second; every second picture tells as much. */
const LOOKED_AT_EACH = 2;
const SETTLE_MS = 1500;
const PATIENCE_MS = 30_000;

let server: TestServer;
let browser: TestBrowser;
let folder: string;
let conversation: LiveConversation;
/** Length of the voice that the fake microphone plays. */
let voiceMs: number;
/** Commanded opening of the lips by picture, and whether the avatar spoke in it. */
const commanded = new Map<number, { opening: number; speaking: boolean }>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vaktra-avatar-'));
  const speech = await openSpeech();
  const { pcm, rateHz } = await spoken(speech, SENTENCE, { rateHz: 48_000 });
  await speech.close();
  voiceMs = (pcm.length * 1000) / rateHz;
  const wav = join(folder, 'voice.wav');
  await writeWav(wav, pcm, rateHz);

  server = await startServer({}, { diagnostics: { traceMotion: true } });
  browser = await openBrowser({ microphoneWav: wav });
  await browser.page.goto(server.url);
  await playWithSound(browser.page);
  await browser.page.getByText(PORTRAIT).click();
  conversation = await vi.waitFor(
    () => {
      const [open, another] = server.app.host.all();
      if (!open || another || !open.portrait.title.includes(PORTRAIT))
        throw new Error('The portrait is not on stage yet.');
      return open;
    },
    { timeout: PATIENCE_MS },
  );
  await playWithSound(browser.page);
  conversation.on('motion', ({ index, drawn }) => {
    commanded.set(index, { opening: drawn.lip_opening, speaking: drawn.state === 'speaking' });
  });
  await sleep(SETTLE_MS);
});

afterAll(async () => {
  await browser.close();
  await server.close();
  await rm(folder, { recursive: true });
});

interface SeenPicture {
  index: number;
  commanded: number;
  speaking: boolean;
  drawn: number;
  jpeg: Buffer;
}

/** Of the received pictures those that are looked at, each with the motion commanded for it and the lips found in it. */
async function look(frames: ReceivedFrame[]): Promise<SeenPicture[]> {
  const seen: SeenPicture[] = [];
  for (const [k, { rtpTimestamp, jpeg }] of frames.entries()) {
    if (k % LOOKED_AT_EACH !== 0) continue;
    const index = ((rtpTimestamp - conversation.firstPictureTimestamp) >>> 0) / TICKS_PER_PICTURE;
    const order = commanded.get(index);
    const drawn = await trackLips(jpeg);
    if (order && drawn !== undefined)
      seen.push({ index, commanded: order.opening, speaking: order.speaking, drawn, jpeg });
  }
  return seen;
}

async function speechEnds(): Promise<void> {
  await new Promise((resolve) => conversation.once('speechEnded', resolve));
  await sleep(SETTLE_MS);
}

/** Is a burst of voice in the received track? Root mean square of full scale, the loudest of 20 ms windows. */
function loudestWhile(page: Page, ms: number): Promise<number> {
  return page.evaluate(async (duration) => {
    const stream = document.querySelector('video')?.srcObject;
    if (!(stream instanceof MediaStream)) throw new Error('The page plays no stream.');
    const context = new AudioContext();
    const analyser = new AnalyserNode(context, { fftSize: 1024 });
    context.createMediaStreamSource(stream).connect(analyser);
    const samples = new Float32Array(1024);
    let loudest = 0;
    const until = performance.now() + duration;
    while (performance.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      analyser.getFloatTimeDomainData(samples);
      loudest = Math.max(
        loudest,
        Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length),
      );
    }
    await context.close();
    return loudest;
  }, ms);
}

function expectLipsFollow(seen: SeenPicture[]): void {
  const spoken = seen.filter(({ speaking }) => speaking);
  expect(spoken.length).toBeGreaterThan(30);
  const drawn = spoken.map((picture) => picture.drawn);
  const wanted = spoken.map((picture) => picture.commanded);
  const r = correlation(drawn, wanted);
  const spreadRatio = spread(drawn) / TRACKER_GAIN / spread(wanted);
  console.info(`lips as received: ${spoken.length} pictures, r ${r.toFixed(3)}, spread ${spreadRatio.toFixed(2)}`);
  expect(r).toBeGreaterThan(MIN_CORRELATION);
  expect(spreadRatio).toBeGreaterThan(MIN_SPREAD);
}

describe('the avatar in the browser', () => {
  it('opens and closes its lips as the motion commands, while the text is heard', async () => {
    const { page } = browser;
    await keepFrames(page);
    await page.getByLabel('What to say').fill(SENTENCE);
    await page.keyboard.press('Enter');
    const [loudest] = await Promise.all([loudestWhile(page, 3000), speechEnds()]);
    const frames = await takeFrames(page);
    expect(loudest).toBeGreaterThan(0.01);
    const seen = await look(frames);
    // A face is found in nearly every picture, and every picture is one that was commanded.
    expect(seen.length).toBeGreaterThan((0.9 * frames.length) / LOOKED_AT_EACH);
    expectLipsFollow(seen);
    await keepSheet(seen, 'text');
  });

  it('keeps its lips closed in silence', async () => {
    const { page } = browser;
    await keepFrames(page);
    await sleep(3000);
    const seen = await look(await takeFrames(page));
    expect(seen.length).toBeGreaterThan(20);
    expect(mean(seen.map(({ drawn }) => drawn))).toBeLessThan(0.03);
  });

  it('speaks with the voice of the microphone', async () => {
    const { page } = browser;
    await keepFrames(page);
    await page.getByRole('button', { name: 'Use my voice' }).click();
    const loudest = await loudestWhile(page, voiceMs + SETTLE_MS);
    const frames = await takeFrames(page);
    await page.getByRole('button', { name: 'Stop my voice' }).click();
    expect(loudest).toBeGreaterThan(0.01);
    const seen = await look(frames);
    expectLipsFollow(seen);
    await keepSheet(seen, 'microphone');
  });

  it('carries the label in the decoded picture', async () => {
    const { page } = browser;
    const frame = await vi.waitFor(
      async () => {
        await keepFrames(page);
        await sleep(500);
        const [first] = await takeFrames(page);
        if (!first) throw new Error('No picture arrived.');
        return first;
      },
      { timeout: PATIENCE_MS, interval: 500 },
    );
    // Bright letters on a dark plate in the lower right corner: neither the painting nor a lost label has that contrast.
    const corner = await sharp(frame.jpeg)
      .extract({ left: 392, top: 488, width: 116, height: 20 })
      .greyscale()
      .raw()
      .toBuffer();
    const values = Array.from(corner);
    expect(values.filter((value) => value > 200).length / values.length).toBeGreaterThan(0.08);
    expect(values.filter((value) => value < 80).length / values.length).toBeGreaterThan(0.3);
  });
});

/** With VAKTRA_KEEP_FRAMES set to a folder, ten of the received pictures are kept there to be looked at. */
async function keepSheet(seen: SeenPicture[], name: string): Promise<void> {
  const target = process.env.VAKTRA_KEEP_FRAMES;
  if (target === undefined) return;
  const chosen = Array.from({ length: 10 }, (_, k) => seen[Math.floor((k * seen.length) / 10)]).filter(
    (one) => one !== undefined,
  );
  const composites = chosen.map(({ jpeg }, k) => ({ input: jpeg, left: (k % 5) * 512, top: Math.floor(k / 5) * 512 }));
  const sheet = sharp({ create: { width: 2560, height: 1024, channels: 3, background: 'black' } });
  await writeFile(join(target, `${name}.png`), await sheet.composite(composites).png().toBuffer());
}
