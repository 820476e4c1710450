// The kiosk as visitors and whoever looks after it use it: upright and across, by touch, with a server that goes and comes back.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { openBrowser, type TestBrowser } from './harness.ts';
import { startServer, type TestServer } from './whole-server.ts';

const UPRIGHT = { width: 1080, height: 1920 };
const ACROSS = { width: 1920, height: 1080 };
/** A machine that also runs other tests takes its time. */
const PATIENCE_MS = 60_000;
/** WCAG 2.2 asks for 44; fingers on a screen that stands ask for more. */
const LEAST_TOUCH_PX = 64;
/** Of an answer that takes ten seconds: so much that some of it was heard for certain when it is interrupted. */
const HEARD_MS = 3000;
/** Small pictures: this is not about their sharpness. */
const QUERY = 'portrait=mona-lisa&language=en&size=384&greet=0';

let server: TestServer;
let browser: TestBrowser;

beforeAll(async () => {
  server = await startServer();
}, 2 * PATIENCE_MS);

afterEach(async () => {
  await browser.close();
  await Promise.all(server.app.host.all().map((conversation) => conversation.close()));
});

afterAll(() => server.close());

async function openKiosk(viewport: { width: number; height: number }, query: string): Promise<Page> {
  browser = await openBrowser({ viewport, isMobile: true });
  await browser.page.goto(`${server.url}/kiosk/?${QUERY}&${query}`);
  await onScreen(browser.page, 'attract');
  await connected(browser.page);
  return browser.page;
}

const onScreen = (page: Page, screen: string) =>
  page.locator(`body[data-screen="${screen}"]`).waitFor({ timeout: PATIENCE_MS });
const connected = (page: Page) => page.locator('body[data-connection="connected"]').waitFor({ timeout: PATIENCE_MS });
const inState = (page: Page, state: string) =>
  page.locator(`body[data-state="${state}"]`).waitFor({ timeout: PATIENCE_MS });
const conversations = () => server.app.host.all().map(({ id }) => id);

/** Everything to touch that is on the screen and smaller than a finger needs, or reaches beyond the edge. */
function tooSmall(page: Page): Promise<string[]> {
  return page.evaluate((least) => {
    const seen = [...document.querySelectorAll('button')].filter((button) =>
      button.checkVisibility({ visibilityProperty: true }),
    );
    return seen.flatMap((button) => {
      const { left, top, right, bottom } = button.getBoundingClientRect();
      const isOutside = left < 0 || top < 0 || right > innerWidth || bottom > innerHeight;
      return isOutside || right - left < least || bottom - top < least ? [button.textContent] : [];
    });
  }, LEAST_TOUCH_PX);
}

/** What slides in takes half a second. */
async function expectLarge(page: Page): Promise<void> {
  await vi.waitFor(async () => expect(await tooSmall(page)).toEqual([]), { timeout: PATIENCE_MS });
}

/** Keeps all that the captions ever show: a busy machine shows a line for a moment. */
async function watchCaptions(page: Page): Promise<() => Promise<string>> {
  await page.evaluate(() => {
    const captions = document.querySelector('.captions');
    if (captions === null) throw new Error('The page has no captions.');
    const seen = { text: '' };
    Object.assign(window, { seen });
    new MutationObserver(() => {
      seen.text += ` ${captions.textContent}`;
    }).observe(captions, { childList: true });
  });
  return () => page.evaluate(() => (window as unknown as { seen: { text: string } }).seen.text);
}

const saidBy = (page: Page, who: string, text: string) =>
  page.locator(`.log li[data-who="${who}"]`, { hasText: text }).waitFor({ timeout: PATIENCE_MS });

describe('upright', () => {
  it('invites, answers what is touched, is interrupted by a touch, speaks another language, and forgets all of it', async () => {
    const page = await openKiosk(UPRIGHT, 'silence=15&heading=City%20Library');
    expect(await page.locator('.label').textContent()).toContain('AI avatar');
    await expectLarge(page);
    const [first] = conversations();
    const captions = await watchCaptions(page);

    // Anywhere on the screen.
    await page.touchscreen.tap(200, 700);
    await onScreen(page, 'talk');
    await saidBy(page, 'avatar', 'What would you like to know?');
    await expectLarge(page);

    await page.locator('.topic', { hasText: 'What is Vaktra?' }).tap();
    await saidBy(page, 'visitor', 'What is Vaktra?');
    await inState(page, 'speaking');
    await vi.waitFor(async () => expect(await captions()).toMatch(/voice|person/), { timeout: PATIENCE_MS });
    await sleep(HEARD_MS);
    // On the picture.
    await page.touchscreen.tap(540, 500);
    await inState(page, 'idle');
    await saidBy(page, 'avatar', 'Vaktra');

    await page.locator('.microphone').tap();
    await page.getByText('There is no microphone here.').waitFor({ timeout: PATIENCE_MS });

    await page.locator('.language').tap();
    await expectLarge(page);
    await page.getByRole('button', { name: 'Deutsch' }).tap();
    await page.getByText('Zum Sprechen halten').waitFor({ timeout: PATIENCE_MS });
    await page.locator('.topic', { hasText: 'Was ist Vaktra?' }).waitFor({ timeout: PATIENCE_MS });

    // Nobody is there any more.
    await page.getByText('Sind Sie noch da?').waitFor({ timeout: PATIENCE_MS });
    await onScreen(page, 'attract');
    expect(await page.locator('.log li').count()).toBe(0);
    expect(await page.locator('html').getAttribute('lang')).toBe('en');
    await connected(page);
    await vi.waitFor(() => expect(conversations()).toHaveLength(1), { timeout: PATIENCE_MS });
    expect(conversations()).not.toContain(first);
    expect(browser.faults).toEqual([]);
  });
});

describe('across', () => {
  it('shows its still picture while the server is away, comes back by itself, and is looked after from afar', async () => {
    const page = await openKiosk(ACROSS, 'name=lobby');
    await page.evaluate(() => Object.assign(window, { isSamePage: true }));
    await page.touchscreen.tap(960, 500);
    await onScreen(page, 'talk');
    await expectLarge(page);
    // By now the picture has been kept on the device.
    await page.locator('.poster[src^="data:image/jpeg"]').waitFor({ state: 'attached', timeout: PATIENCE_MS });

    const { port } = server.app;
    await server.close();
    await onScreen(page, 'offline');
    await page.getByText('Back in a moment').waitFor({ timeout: PATIENCE_MS });
    await page.locator('.poster[src^="data:image/jpeg"]').waitFor({ timeout: PATIENCE_MS });

    server = await startServer({ VAKTRA_HTTP_PORT: String(port) });
    await onScreen(page, 'talk');
    await connected(page);
    await saidBy(page, 'avatar', 'I was away for a moment.');
    expect(await page.evaluate(() => 'isSamePage' in window)).toBe(true);

    for (let touch = 0; touch < 5; touch++) await page.locator('.corner').tap();
    const status = page.getByRole('dialog', { name: 'Status' });
    await status.getByText('udp').waitFor({ timeout: PATIENCE_MS });
    expect(await status.textContent()).toMatch(
      /Namelobby.*Connectionconnected.*Visits1Recoveries1, the slowest took \d/s,
    );
    await expectLarge(page);
    await status.getByRole('button', { name: 'Close' }).tap();

    const list = async () => (await (await fetch(`${server.url}/v1/kiosks`)).json()) as { kiosks: object[] };
    await vi.waitFor(
      async () =>
        expect((await list()).kiosks).toEqual([
          expect.objectContaining({ name: 'lobby', is_online: true, screen: 'talk', recoveries: 1, visits: 1 }),
        ]),
      { timeout: PATIENCE_MS },
    );
    const restart = await fetch(`${server.url}/v1/kiosks/lobby/restart`, { method: 'POST' });
    expect(restart.status).toBe(204);
    await page.waitForFunction(() => !('isSamePage' in window), undefined, { timeout: PATIENCE_MS });
    await onScreen(page, 'attract');
    await connected(page);
  });
});
