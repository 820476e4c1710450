// A visitor in a real browser before a whole server, for measuring turns.

import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import type { LiveConversation } from '../../../server/session/index.ts';
import { openBrowser, playWithSound } from '../../browser/harness.ts';
import { startServer } from '../../browser/whole-server.ts';
import { listenToPage, loadSound, replaceMicrophone } from '../page-sound.ts';
import type { VisitorSound } from './visitor-sounds.ts';

/** The browser's jitter buffer has found its length by then. */
const SETTLE_MS = 8000;
/** Longer than any run: the page asks for nothing while the avatar hears itself. */
const IDLE_SECONDS = '86400';

export interface Stage {
  page: Page;
  conversation: LiveConversation;
  close(): Promise<void>;
}

export async function openStage(sounds: readonly VisitorSound[]): Promise<Stage> {
  const server = await startServer({ VAKTRA_CONVERSATIONS_IDLE_SECONDS: IDLE_SECONDS });
  const browser = await openBrowser({ bypassCSP: true });
  const close = async () => {
    await browser.close();
    await server.close();
  };
  try {
    const { page } = browser;
    await replaceMicrophone(page);
    await page.goto(server.url);
    await playWithSound(page);
    await listenToPage(page);
    for (const { name, pcm } of sounds) await loadSound(page, name, pcm);
    await page.getByRole('button', { name: 'Talk' }).click();
    const [conversation] = server.app.host.all();
    if (!conversation) throw new Error('The page opened no conversation.');
    await sleep(SETTLE_MS);
    return { page, conversation, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Resolves to an event's value, or undefined after a while. */
export async function within<T>(event: Promise<T>, ms: number): Promise<T | undefined> {
  const waiting = new AbortController();
  const late = sleep(ms, undefined, { signal: waiting.signal }).catch(() => undefined);
  try {
    return await Promise.race([event, late]);
  } finally {
    waiting.abort();
  }
}

/** The avatar is silent and thinks of nothing. */
export async function atRest(conversation: LiveConversation): Promise<void> {
  while (conversation.stats().state !== 'idle') await once(conversation, 'state');
}
