// The page against a whole server, as a visitor uses it: it opens, plays, speaks, listens, stops, and says what went wrong.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Locator, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { connect } from '../../client/sdk/index.ts';
import { VaktraError } from '../../server/errors.ts';
import { openSpeech, spoken } from '../integration/speech-voices.ts';
import { type BrowserOptions, openBrowser, type TestBrowser } from './harness.ts';
import { writeWav } from './wav.ts';
import { startServer, type TestServer } from './whole-server.ts';

const PORTRAITS = new URL('../../config/portraits/', import.meta.url).pathname;
const SENTENCE = 'Good evening, and welcome to the museum. I have been smiling for five hundred years.';
/** RMS of full scale: far above an idle stream, far below a voice. */
const VOICE_RMS = 0.01;
/** A machine that also runs other tests takes its time. */
const PATIENCE_MS = 30_000;

let server: TestServer;
let browser: TestBrowser | undefined;

beforeAll(async () => {
  server = await startServer({ VAKTRA_CONVERSATIONS_GRACE_SECONDS: '8' });
});

afterEach(async () => {
  const faults = browser?.faults ?? [];
  await browser?.close();
  browser = undefined;
  // A browser that is killed says no goodbye; the next test starts with an empty house.
  await Promise.all(server.app.host.all().map((conversation) => conversation.close()));
  // Nothing that the content security policy refuses, no exception, nothing that the page itself calls an error.
  expect(faults).toEqual([]);
});

afterAll(() => server.close());

async function openPage(options: BrowserOptions = {}, path = '/'): Promise<Page> {
  browser = await openBrowser(options);
  await browser.page.goto(server.url + path);
  return browser.page;
}

/** The page live and with its sound on, whatever the browser's autoplay policy made of the start. */
async function openLivePage(options: BrowserOptions = {}, path = '/'): Promise<Page> {
  const page = await openPage(options, path);
  await page.locator('body[data-connection="connected"]').waitFor({ timeout: PATIENCE_MS });
  await page.locator('#stage:is([data-phase="playing"], [data-phase="silent"])').waitFor({ timeout: PATIENCE_MS });
  const start = page.getByRole('button', { name: 'Start', exact: true });
  if (await start.isVisible()) await start.click();
  await listen(page);
  return page;
}

/** A few pixels inside the upper left corner, beside its rounding. */
async function cornerOf(locator: Locator): Promise<{ x: number; y: number; width: number; height: number }> {
  const box = await locator.boundingBox();
  if (box === null) throw new Error('It is not shown.');
  return { x: box.x + 20, y: box.y + 20, width: 12, height: 12 };
}

/** Keeps the loudest window (RMS) of the received sound since the last look, and when a window was last loud. */
async function listen(page: Page): Promise<void> {
  await page.evaluate((threshold) => {
    const video = document.querySelector('video');
    if (!(video?.srcObject instanceof MediaStream)) throw new Error('The page plays no stream.');
    const context = new AudioContext();
    const analyser = new AnalyserNode(context, { fftSize: 512 });
    context.createMediaStreamSource(video.srcObject).connect(analyser);
    const samples = new Float32Array(512);
    const heard = { loudest: 0, lastLoudMs: 0 };
    Object.assign(window, { heard });
    setInterval(() => {
      analyser.getFloatTimeDomainData(samples);
      const rms = Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
      heard.loudest = Math.max(heard.loudest, rms);
      if (rms > threshold) heard.lastLoudMs = performance.now();
    }, 5);
  }, VOICE_RMS);
}

function loudest(page: Page): Promise<number> {
  return page.evaluate(() => {
    const { heard } = window as unknown as { heard: { loudest: number } };
    const { loudest } = heard;
    heard.loudest = 0;
    return loudest;
  });
}

async function expectSound(page: Page): Promise<void> {
  await vi.waitFor(async () => expect(await loudest(page)).toBeGreaterThan(VOICE_RMS), { timeout: PATIENCE_MS });
}

async function speak(page: Page, text: string): Promise<void> {
  await page.getByLabel('What to say').fill(text);
  await page.keyboard.press('Enter');
}

/** Pictures shown so far. */
function pictures(page: Page): Promise<number> {
  return page.evaluate(() => document.querySelector('video')?.getVideoPlaybackQuality().totalVideoFrames ?? 0);
}

async function expectMoving(page: Page): Promise<void> {
  const before = await pictures(page);
  await vi.waitFor(async () => expect(await pictures(page)).toBeGreaterThan(before + 10), { timeout: PATIENCE_MS });
}

const isSpeaking = (page: Page) => page.locator('body[data-state="speaking"]').waitFor({ timeout: PATIENCE_MS });
const isIdle = (page: Page) => page.locator('body[data-state="idle"]').waitFor({ timeout: PATIENCE_MS });

describe('the page', () => {
  it('shows the avatar in motion without sound until the visitor starts it', async () => {
    const page = await openPage();
    // Every look into the page counts as a visitor's gesture, so nothing may look before the autoplay was decided.
    await vi.waitFor(() => expect(server.app.host.all()[0]?.stats().picturesSent).toBeGreaterThan(50), {
      timeout: PATIENCE_MS,
    });
    await sleep(2000);
    const stage = page.locator('#stage');
    expect(await stage.getAttribute('data-phase')).toBe('silent');
    await expectMoving(page);
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    expect(await stage.getAttribute('data-phase')).toBe('playing');
    // The video element tells of its sound by an event, a moment after the click.
    await page.locator('video[data-sound="on"]').waitFor({ timeout: PATIENCE_MS });
  });

  it('shows the conversation of a bot, hears what that says, and leaves it running', async () => {
    const bot = await connect({ url: server.url, portrait: 'mona-lisa' });
    const { pathname, search } = new URL(bot.pageUrl);
    const page = await openLivePage({}, pathname + search);
    expect(await page.locator('#portrait-card').isVisible()).toBe(false);
    const speech = bot.speak('Good evening. A bot says this.');
    await expectSound(page);
    expect(await speech.ended).toMatchObject({ interrupted: false });
    await page.goto('about:blank');
    await sleep(1000);
    expect(server.app.host.all()).toHaveLength(1);
    await page.goto(bot.pageUrl);
    await page.locator('body[data-connection="connected"]').waitFor({ timeout: PATIENCE_MS });
    await bot.close();
    await page.getByRole('button', { name: 'Open one of your own' }).waitFor({ timeout: PATIENCE_MS });
  });

  it('speaks what was typed: sound, captions in step, figures', async () => {
    const page = await openLivePage();
    await expectMoving(page);
    await speak(page, SENTENCE);
    await isSpeaking(page);
    await expectSound(page);
    const captions = page.locator('#captions');
    await vi.waitFor(async () => expect(await captions.textContent()).toContain('evening'), { timeout: PATIENCE_MS });
    // A word is marked while the words behind it are still to come.
    await page.locator('#captions [data-word="now"] + [data-word="coming"]').first().waitFor({ timeout: PATIENCE_MS });
    await vi.waitFor(async () => expect(await captions.textContent()).toContain('hundred'), { timeout: PATIENCE_MS });
    await isIdle(page);
    expect(await page.locator('[data-figure="firstSound"]').textContent()).toMatch(/^\d+ ms$/);
    expect(await page.locator('[data-figure="roundTrip"]').textContent()).toMatch(/^\d+ ms$/);
    expect(await page.locator('[data-figure="pictures"]').textContent()).toMatch(/^[1-9]\d* \/s$/);
  });

  it('is silent soon after the interrupt, and speaks again', async () => {
    const page = await openLivePage();
    await speak(page, SENTENCE.repeat(3));
    await expectSound(page);
    const lastedMs = await page.evaluate(async () => {
      const { heard } = window as unknown as { heard: { lastLoudMs: number } };
      const pressedMs = performance.now();
      document.getElementById('interrupt')?.click();
      await new Promise((resolve) => setTimeout(resolve, 2000));
      return heard.lastLoudMs - pressedMs;
    });
    // The promise is 300 ms with the jitter buffer of a quiet machine; a busy one makes the browser hold back more.
    const buffered = await page.locator('[data-figure="jitterBuffer"]').textContent();
    expect(lastedMs).toBeLessThan(300 + 2 * Number.parseInt(buffered ?? '', 10));
    await isIdle(page);
    await loudest(page);
    await speak(page, 'Here I am again.');
    await expectSound(page);
  });

  it('gives a text back that was refused, and says why', async () => {
    const page = await openLivePage();
    const text = 'Too long. '.repeat(250).trim();
    await speak(page, text);
    await page.getByRole('alert').getByText(/2499/).waitFor({ timeout: PATIENCE_MS });
    expect(await page.getByLabel('What to say').inputValue()).toBe(text);
    // Long enough for a busy machine to see that it is being said.
    await speak(page, 'This one is short enough, and it lasts for some seconds all the same.');
    await isSpeaking(page);
    await page.keyboard.press('Escape');
    await isIdle(page);
  });

  it('goes on with its conversation when it is loaded anew, and ends it some time after the visitor left', async () => {
    const page = await openLivePage();
    const [conversation] = server.app.host.all();
    await page.getByLabel('Your question').fill('Do I need a GPU?');
    await page.keyboard.press('Enter');
    await page.getByText('ordinary processor').first().waitFor({ timeout: PATIENCE_MS });
    await page.reload();
    await page.getByText('Do I need a GPU?').waitFor({ timeout: PATIENCE_MS });
    expect(server.app.host.all().map(({ id }) => id)).toEqual([conversation?.id]);
    await page.goto('about:blank');
    await vi.waitFor(() => expect(server.app.host.size).toBe(0), { timeout: PATIENCE_MS });
  });

  it('puts another portrait on stage and ends the conversation with the first', async () => {
    const page = await openLivePage();
    const [first] = server.app.host.all();
    await page.getByText('Ada Lovelace').click();
    await vi.waitFor(
      () => {
        const open = server.app.host.all();
        expect(open.map(({ portrait }) => portrait.id)).toEqual(['ada-lovelace']);
        expect(open[0]?.id).not.toBe(first?.id);
      },
      { timeout: PATIENCE_MS },
    );
    await page.locator('#stage[data-phase="playing"]').waitFor({ timeout: PATIENCE_MS });
    await expectMoving(page);
    expect(await page.getByRole('radio', { name: /Ada Lovelace/ }).isChecked()).toBe(true);

    // The same person without what is around her: the corner of the picture is the page's own colour then.
    await page.getByLabel('Around the person').selectOption('transparent');
    await page.locator('#stage[data-cut-out="true"][data-phase="playing"]').waitFor({ timeout: PATIENCE_MS });
    const shot = { clip: await cornerOf(page.locator('#stage')) };
    await vi.waitFor(
      async () => {
        const { channels } = await sharp(await page.screenshot(shot)).stats();
        const paper = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
        expect(`rgb(${channels.map(({ mean }) => Math.round(mean)).join(', ')})`).toBe(paper);
      },
      { timeout: PATIENCE_MS, interval: 500 },
    );
    expect(server.app.host.all().map(({ video }) => video.matte)).toEqual(['below']);
  });

  it('speaks with the voice of the microphone', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'vaktra-page-'));
    const wav = join(folder, 'voice.wav');
    const speech = await openSpeech();
    const { pcm, rateHz } = await spoken(speech, SENTENCE, { rateHz: 48_000 });
    await speech.close();
    await writeWav(wav, pcm, rateHz);
    const page = await openLivePage({ microphoneWav: wav });
    const microphone = page.getByRole('button', { name: 'Use my voice' });
    await microphone.click();
    await isSpeaking(page);
    await expectSound(page);
    await page.getByRole('button', { name: 'Stop my voice' }).click();
    await microphone.waitFor();
    await isIdle(page);
    await rm(folder, { recursive: true });
  });
});

describe('a picture of the visitor', () => {
  async function upload(page: Page, picture: string): Promise<void> {
    await page.getByRole('button', { name: 'Use your own picture' }).click();
    await page.getByLabel('Picture (JPEG, PNG or WebP)').setInputFiles(picture);
    await page.getByLabel(/Who agreed/).fill('Nobody: public domain');
    await page.getByLabel(/I confirm/).check();
    await page.getByRole('button', { name: 'Bring it to life' }).click();
  }

  it('comes alive, once somebody said who agreed', async () => {
    const page = await openLivePage();
    await page.getByRole('button', { name: 'Use your own picture' }).click();
    await page.getByRole('button', { name: 'Bring it to life' }).click();
    // The browser itself keeps a form back that has no picture, name and tick.
    expect(await page.getByRole('dialog').isVisible()).toBe(true);
    await page.getByRole('button', { name: 'Cancel' }).click();
    await upload(page, join(PORTRAITS, 'vigee-le-brun.jpg'));
    await vi.waitFor(() => expect(server.app.host.all().map(({ portrait }) => portrait.id)).toEqual(['upload']), {
      timeout: PATIENCE_MS,
    });
    await page.locator('#stage[data-phase="playing"]').waitFor({ timeout: PATIENCE_MS });
    await expectMoving(page);
  });

  it('with two people asks whose face is meant, and the chosen one comes alive', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'vaktra-page-'));
    const file = join(folder, 'two.jpg');
    const [a, b] = await Promise.all(
      ['mona-lisa.jpg', 'vigee-le-brun.jpg'].map((name) => sharp(join(PORTRAITS, name)).resize(600, 700).toBuffer()),
    );
    await sharp({ create: { width: 1200, height: 700, channels: 3, background: '#777' } })
      .composite([
        { input: a ?? '', left: 0, top: 0 },
        { input: b ?? '', left: 600, top: 0 },
      ])
      .jpeg()
      .toFile(file);
    const page = await openLivePage();
    await upload(page, file);
    await page.getByRole('button', { name: 'Face 2 of 2, from the left' }).click({ timeout: PATIENCE_MS });
    await vi.waitFor(() => expect(server.app.host.all().map(({ portrait }) => portrait.id)).toEqual(['upload']), {
      timeout: PATIENCE_MS,
    });
    expect(await page.getByRole('dialog').isVisible()).toBe(false);
    await rm(folder, { recursive: true });
    // The browser notes the answer 400; the page has dealt with it.
    browser?.faults.splice(0);
  });

  it('that is no picture is refused in words, and the avatar stays', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'vaktra-page-'));
    const file = join(folder, 'face.jpg');
    await writeFile(file, 'no picture at all');
    const page = await openLivePage();
    const before = server.app.host.all().map(({ id }) => id);
    await upload(page, file);
    await page.getByRole('alert').locator('.toast').first().waitFor({ timeout: PATIENCE_MS });
    expect(await page.getByRole('alert').textContent()).toMatch(/picture/i);
    expect(server.app.host.all().map(({ id }) => id)).toEqual(before);
    await expectMoving(page);
    await rm(folder, { recursive: true });
    // The browser logs every refused request by itself; it is the one that this test is about.
    browser?.faults.splice(0);
  });
});

describe('a connection that breaks', () => {
  it('comes back to the same conversation', async () => {
    browser = await openBrowser();
    const { page } = browser;
    await page.addInitScript(() => {
      const Original = WebSocket;
      window.WebSocket = class extends Original {
        constructor(url: string | URL) {
          super(url);
          Object.assign(window, { lastSocket: this });
        }
      };
    });
    await page.goto(server.url);
    await page.locator('body[data-connection="connected"]').waitFor({ timeout: PATIENCE_MS });
    const before = server.app.host.all().map(({ id }) => id);
    await page.evaluate(() => (window as unknown as { lastSocket: WebSocket }).lastSocket.close());
    await page.locator('body[data-connection="reconnecting"]').waitFor({ timeout: PATIENCE_MS });
    await page.locator('body[data-connection="connected"]').waitFor({ timeout: PATIENCE_MS });
    expect(server.app.host.all().map(({ id }) => id)).toEqual(before);
    await speak(page, 'Still here.');
    await isSpeaking(page);
  });

  it('for good is said in words, and one button starts anew', async () => {
    const page = await openLivePage();
    const [conversation] = server.app.host.all();
    await conversation?.close(new VaktraError('conversation_failed', 'The painter fell off the ladder.'));
    await page.getByText('The painter fell off the ladder.').first().waitFor({ timeout: PATIENCE_MS });
    await page.getByRole('button', { name: 'Start again' }).click();
    await page.locator('body[data-connection="connected"]').waitFor({ timeout: PATIENCE_MS });
    await expectMoving(page);
  });
});

describe('on a phone', () => {
  it('nothing is cut off at the side, and everything has a name', async () => {
    const page = await openLivePage({ viewport: { width: 390, height: 844 }, isMobile: true });
    const widths = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
    expect(widths[0]).toBeLessThanOrEqual(390);
    expect(widths[1]).toBe(390);
    const nameless = await page
      .locator(':is(button, input, select, textarea, summary, a):visible')
      .evaluateAll((elements) =>
        elements
          .filter((element) => {
            const labels = element instanceof HTMLInputElement ? [...(element.labels ?? [])] : [];
            const named = element.getAttribute('aria-label') ?? element.textContent ?? '';
            const labelled = 'labels' in element && (element.labels as NodeList | null)?.length;
            return named.trim() === '' && labels.length === 0 && !labelled;
          })
          .map((element) => element.outerHTML),
      );
    expect(nameless).toEqual([]);
    await page.getByText('AI-generated').first().waitFor();
  });
});
