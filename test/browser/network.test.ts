// Networks as visitors have them: one that is cut for a while, one that changes, one without UDP, one that needs a relay.
// Between a real browser and a whole server stands a network (network.ts) that does all that.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { openBrowser, playWithSound, type TestBrowser } from './harness.ts';
import { NETWORK_ADDRESS, type Network, openNetwork } from './network.ts';
import { startTurnServer, turnServerPath } from './turn-server.ts';
import { freeMediaPort, startServer, type TestServer } from './whole-server.ts';

const CUT_MS = 5000;
/** A machine that also runs other tests takes its time, most of all for the first conversation. */
const PATIENCE_MS = 80_000;
const LISTEN_MS = 40_000;
/** A machine that is too busy leaves pictures out: these few show that they come at all. */
const ENOUGH_PICTURES = 3;
/** RMS of full scale: far above an idle stream, far below a voice. */
const VOICE_RMS = 0.01;
const TURN_SECRET = 'shared by coturn and the server';
const turnPath = turnServerPath();

let server: TestServer;
let network: Network;
let browser: TestBrowser;
let turn: { close(): Promise<void> } | undefined;
let turns = 0;

beforeAll(async () => {
  const mediaPort = await freeMediaPort();
  const turnPort = mediaPort + 1;
  const relayPorts = [mediaPort + 10, mediaPort + 30] as const;
  server = await startServer({
    VAKTRA_MEDIA_BASE_PORT: String(mediaPort),
    VAKTRA_MEDIA_WORKERS: '1',
    VAKTRA_MEDIA_ANNOUNCED_ADDRESS: NETWORK_ADDRESS,
    VAKTRA_MEDIA_TURN_URLS: `turn:127.0.0.1:${turnPort}?transport=udp`,
    VAKTRA_MEDIA_TURN_SECRET: TURN_SECRET,
  });
  if (turnPath) turn = await startTurnServer(turnPath, { port: turnPort, secret: TURN_SECRET, relayPorts });
  network = await openNetwork(server.app.port, mediaPort, relayPorts);
  browser = await openBrowser();
});

afterEach(async () => {
  await browser.page.goto('about:blank');
  await Promise.all(server.app.host.all().map((conversation) => conversation.close()));
});

afterAll(async () => {
  await browser?.close();
  await network?.close();
  await turn?.close();
  await server?.close();
});

async function openPage(): Promise<Page> {
  const { page } = browser;
  await page.goto(network.url);
  await playWithSound(page, PATIENCE_MS);
  return page;
}

function onlyConversation() {
  const [conversation, ...others] = server.app.host.all();
  if (conversation === undefined || others.length > 0) throw new Error(`${others.length + 1} conversations are open`);
  return conversation;
}

/** The avatar says something: pictures that are new and sound that is loud must arrive where the page plays them. */
async function expectSpeech(page: Page): Promise<void> {
  turns += 1;
  const eventId = `after-${turns}`;
  const ended = new Promise((resolve) => onlyConversation().on('speechEnded', resolve));
  await onlyConversation().speak({ eventId, text: 'Here I am again.' });
  const wanted = { threshold: VOICE_RMS, listenMs: LISTEN_MS, enough: ENOUGH_PICTURES };
  const played = page.evaluate(async ({ threshold, listenMs, enough }) => {
    const video = document.querySelector('video');
    if (!(video?.srcObject instanceof MediaStream)) throw new Error('The page plays no stream.');
    const context = new AudioContext();
    const analyser = new AnalyserNode(context, { fftSize: 512 });
    context.createMediaStreamSource(video.srcObject).connect(analyser);
    const samples = new Float32Array(512);
    let isLoud = false;
    let pictures = 0;
    const count = (): void => {
      pictures += 1;
      video.requestVideoFrameCallback(count);
    };
    video.requestVideoFrameCallback(count);
    const end = performance.now() + listenMs;
    while (performance.now() < end && !(isLoud && pictures >= enough)) {
      analyser.getFloatTimeDomainData(samples);
      isLoud ||= Math.sqrt(samples.reduce((sum, one) => sum + one * one, 0) / samples.length) > threshold;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await context.close();
    return { isLoud, pictures };
  }, wanted);
  await ended;
  expect(await played).toMatchObject({ isLoud: true });
  expect((await played).pictures).toBeGreaterThanOrEqual(ENOUGH_PICTURES);
}

describe('a network that is cut', () => {
  it('for five seconds: the same conversation goes on, in sound and picture, and nothing that was said is lost', async () => {
    network.allow({ udp: true, tcp: true, relay: false });
    const page = await openPage();
    const conversation = onlyConversation();
    const restartIce = vi.spyOn(conversation, 'restartIce');
    await expectSpeech(page);
    expect(network.passed.udp).toBeGreaterThan(0);
    const saidBefore = [...conversation.transcript];
    expect(saidBefore.length).toBeGreaterThan(0);
    network.cut();
    const cut = sleep(CUT_MS);
    await page.locator('body[data-connection="reconnecting"]').waitFor({ timeout: PATIENCE_MS });
    await cut;
    network.mend();
    await page.locator('body[data-connection="connected"]').waitFor({ timeout: PATIENCE_MS });
    await expectSpeech(page);
    expect(onlyConversation().id).toBe(conversation.id);
    expect(restartIce).toHaveBeenCalled();
    expect(conversation.transcript.slice(0, saidBefore.length)).toEqual(saidBefore);
  });

  it('and comes back as another one: connections are gone, and packets come from another port', async () => {
    network.allow({ udp: true, tcp: true, relay: false });
    const page = await openPage();
    const { id } = onlyConversation();
    network.cut();
    network.move();
    await page.locator('body[data-connection="reconnecting"]').waitFor({ timeout: PATIENCE_MS });
    network.mend();
    await page.locator('body[data-connection="connected"]').waitFor({ timeout: PATIENCE_MS });
    await expectSpeech(page);
    expect(onlyConversation().id).toBe(id);
  });
});

describe('a network that keeps something back', () => {
  it('without UDP: sound and picture come by TCP', async () => {
    network.allow({ udp: false, tcp: true, relay: false });
    await expectSpeech(await openPage());
    expect(network.passed.udp).toBe(0);
    expect(network.passed.tcp).toBeGreaterThan(0);
  });

  it.skipIf(turnPath === undefined)(
    'without either: a TURN server relays, with the password that the server gave (skipped where coturn is not installed)',
    async () => {
      network.allow({ udp: false, tcp: false, relay: true });
      await expectSpeech(await openPage());
      expect(network.passed).toMatchObject({ udp: 0, tcp: 0 });
      expect(network.passed.relay).toBeGreaterThan(0);
    },
  );
});

describe('the check page', () => {
  async function check(): Promise<Page> {
    const { page } = browser;
    await page.goto(`${network.url}/check/`);
    await page.locator('body[data-state="done"]').waitFor({ timeout: PATIENCE_MS });
    return page;
  }

  const outcomes = (page: Page): Promise<Record<string, string>> =>
    page
      .locator('#findings li')
      .evaluateAll((rows) =>
        Object.fromEntries(rows.map(({ dataset }) => [dataset.step ?? '', dataset.outcome ?? ''])),
      );

  it('tries every way for real, says that all work, and leaves no conversation behind', async () => {
    network.allow({ udp: true, tcp: true, relay: true });
    const page = await check();
    const relay = turnPath === undefined ? 'fails' : 'works';
    expect(await outcomes(page)).toMatchObject({
      secure: 'works',
      server: 'works',
      socket: 'works',
      udp: 'works',
      tcp: 'works',
      relay,
    });
    for (const way of ['udp', 'tcp'] as const) expect(network.passed[way], way).toBeGreaterThan(0);
    if (turnPath) expect(network.passed.relay).toBeGreaterThan(0);
    const report = await page.locator('#report').inputValue();
    expect(report).toMatch(/by UDP: works .* ms there and back \| udp, from a \w+ address to 127\.0\.0\.2:/);
    expect(await page.locator('#verdict').getAttribute('data-mood')).not.toBe('bad');
    await vi.waitFor(() => expect(server.app.host.size).toBe(0), { timeout: PATIENCE_MS });
  });

  it('behind a firewall says which way fails, and what to do', async () => {
    network.allow({ udp: false, tcp: true, relay: false });
    const page = await check();
    expect(await outcomes(page)).toMatchObject({ socket: 'works', udp: 'fails', tcp: 'works', relay: 'fails' });
    expect(await page.locator('#verdict-title').textContent()).toMatch(/cannot speak|by TCP/);
    await vi.waitFor(() => expect(server.app.host.size).toBe(0), { timeout: PATIENCE_MS });
  });
});
