// The kiosk's page in a real browser, as these measurements use it.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';

const LOOK_INTERVAL_MS = 100;
/** New pictures on the screen that count as a living avatar. */
const PICTURES = 5;
const PATIENCE_MS = 60_000;

export async function openKiosk(page: Page, url: string): Promise<void> {
  // No greetings, no end by silence: what happens is what the measurement does.
  await page.goto(`${url}/kiosk/?language=en&name=bench&greet=0&silence=3600&size=384`);
  await page.evaluate(() => Object.assign(window, { isSamePage: true }));
  await untilAlive(page);
}

/** Milliseconds until the kiosk shows a living avatar again, or undefined after a minute. */
export async function untilAlive(page: Page): Promise<number | undefined> {
  const start = performance.now();
  const before = await picturesOf(page);
  while (performance.now() - start < PATIENCE_MS) {
    const { screen, connection } = await page.evaluate(() => ({ ...document.body.dataset }));
    const isShown = screen === 'attract' || screen === 'talk';
    if (isShown && connection === 'connected' && (await hasNewPictures(page, before))) return performance.now() - start;
    await sleep(LOOK_INTERVAL_MS);
  }
  return undefined;
}

/** A new stream begins to count anew. */
async function hasNewPictures(page: Page, before: number): Promise<boolean> {
  const now = await picturesOf(page);
  return now >= before + PICTURES || (now < before && now >= PICTURES);
}

function picturesOf(page: Page): Promise<number> {
  return page.evaluate(() => document.querySelector('video')?.getVideoPlaybackQuality().totalVideoFrames ?? 0);
}

/** Nobody loaded the page anew, and nothing did by itself. */
export function isSamePage(page: Page): Promise<boolean> {
  return page.evaluate(() => 'isSamePage' in window);
}

/** Somebody touches the screen, which begins a visit. */
export async function beginVisit(page: Page): Promise<void> {
  await page.locator('body[data-screen="attract"] .begin').click({ timeout: PATIENCE_MS });
  await page.locator('body[data-screen="talk"]').waitFor({ timeout: PATIENCE_MS });
}

/** Touches a question and waits until it is answered by voice. */
export async function askTopic(page: Page): Promise<void> {
  await page.locator('.topic').first().click({ timeout: PATIENCE_MS });
  await page.locator('.log li[data-who="visitor"]').first().waitFor({ timeout: PATIENCE_MS });
  await page.locator('body[data-state="speaking"]').waitFor({ timeout: PATIENCE_MS });
}

export async function finishVisit(page: Page): Promise<void> {
  await page.locator('.finish').click({ timeout: PATIENCE_MS });
  await page.locator('body[data-screen="attract"]').waitFor({ timeout: PATIENCE_MS });
}
