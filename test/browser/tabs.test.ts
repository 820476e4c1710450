// One conversation in several tabs, and in a tab that the browser stopped: it stays one conversation, and goes on in all of them.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { openBrowser, playWithSound, type TestBrowser } from './harness.ts';
import { startServer, type TestServer } from './whole-server.ts';

const PATIENCE_MS = 60_000;
/** Browsers stop hidden tabs after minutes; what matters is that nothing runs in them for longer than any of our timers. */
const FROZEN_MS = 6000;
const QUESTION = 'What does it cost?';

let server: TestServer;
let browser: TestBrowser;

beforeAll(async () => {
  server = await startServer();
  browser = await openBrowser();
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
});

it('goes on in three tabs, when one is closed, and when one was stopped for a while', async () => {
  const { page } = browser;
  await page.goto(server.url);
  await playWithSound(page, PATIENCE_MS);
  const [conversation] = server.app.host.all();
  if (conversation === undefined) throw new Error('no conversation was opened');
  const guests: Page[] = [];
  for (let tab = 0; tab < 2; tab += 1) {
    const guest = await page.context().newPage();
    await guest.goto(`${server.url}/?session=${conversation.id}`);
    await playWithSound(guest, PATIENCE_MS);
    guests.push(guest);
  }
  const [asking, leaving] = guests as [Page, Page];
  expect(server.app.host.size).toBe(1);
  for (const tab of [page, ...guests]) await isMoving(tab);
  await asking.locator('#question').fill(QUESTION);
  await asking.locator('#ask-button').click();
  for (const tab of [page, ...guests])
    await tab.locator('#transcript').getByText(QUESTION).waitFor({ timeout: PATIENCE_MS });

  await leaving.close();
  await isMoving(asking);
  const devTools = await page.context().newCDPSession(page);
  await devTools.send('Page.setWebLifecycleState', { state: 'frozen' });
  await sleep(FROZEN_MS);
  await devTools.send('Page.setWebLifecycleState', { state: 'active' });
  await page.locator('body[data-connection="connected"]').waitFor({ timeout: PATIENCE_MS });
  await isMoving(page);
  expect(server.app.host.all().map(({ id }) => id)).toEqual([conversation.id]);
  expect(browser.faults).toEqual([]);
});

async function isMoving(tab: Page): Promise<void> {
  const pictures = (): Promise<number> =>
    tab.evaluate(() => document.querySelector('video')?.getVideoPlaybackQuality().totalVideoFrames ?? 0);
  const before = await pictures();
  // A new way begins to count anew.
  await vi.waitFor(async () => expect(Math.abs((await pictures()) - before)).toBeGreaterThan(3), {
    timeout: PATIENCE_MS,
    interval: 200,
  });
}
