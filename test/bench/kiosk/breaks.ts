// Breaks that a kiosk has to get over by itself: a server that is killed and started again, and a network that swallows everything.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import type { Network } from '../../browser/network.ts';
import { beginVisit, isSamePage, untilAlive } from './kiosk-page.ts';
import type { ServerProcess } from './server-process.ts';

/** Between two breaks. */
const REST_MS = 1000;
/** Lengths of the cuts in turn: shorter than anybody notices, up to longer than the server waits for an answer. */
const CUTS_MS = [1000, 3000, 6000, 10_000, 15_000, 25_000];

export interface Break {
  kind: 'kill' | 'cut';
  /** In the middle of a visit, or while the kiosk invites. */
  during: 'attract' | 'talk';
  /** How long server or network were away. */
  awayMs: number;
  /** From their return until the avatar moves on the screen; undefined where it did not within a minute. */
  recoveryMs: number | undefined;
}

export async function killServer(page: Page, server: ServerProcess, index: number): Promise<Break> {
  const during = await enter(page, index);
  const start = performance.now();
  await server.kill();
  await server.start();
  const awayMs = performance.now() - start;
  return { kind: 'kill', during, awayMs, recoveryMs: await recovered(page) };
}

export async function cutNetwork(page: Page, network: Network, index: number): Promise<Break> {
  const during = await enter(page, index);
  const awayMs = CUTS_MS[index % CUTS_MS.length] ?? 0;
  network.cut();
  await sleep(awayMs);
  network.mend();
  return { kind: 'cut', during, awayMs, recoveryMs: await recovered(page) };
}

/** Every other break comes in the middle of a visit. */
async function enter(page: Page, index: number): Promise<'attract' | 'talk'> {
  await sleep(REST_MS);
  const screen = await page.evaluate(() => document.body.dataset.screen);
  if (index % 2 === 1 && screen === 'attract') await beginVisit(page);
  if (index % 2 === 0 && screen === 'talk') await page.locator('.finish').click();
  await untilAlive(page);
  return index % 2 === 1 ? 'talk' : 'attract';
}

async function recovered(page: Page): Promise<number | undefined> {
  const ms = await untilAlive(page);
  return (await isSamePage(page)) ? ms : undefined;
}
