// The studio against a whole server, as whoever makes an avatar uses it: a picture, what the check finds, consent, preview, taking
// back in the middle of a conversation, and erasing. Desktop and phone, light and dark.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type BrowserOptions, openBrowser, type TestBrowser } from './harness.ts';
import { startServer, type TestServer } from './whole-server.ts';

const PORTRAITS = new URL('../../config/portraits/', import.meta.url).pathname;
/** Where pictures of the page are left for people to look at; nowhere without it. */
const SHOTS = process.env.VAKTRA_TEST_SHOTS;
/** A machine that also runs other tests takes its time. */
const PATIENCE_MS = 60_000;

let server: TestServer;
let browser: TestBrowser | undefined;

beforeAll(async () => {
  server = await startServer();
}, PATIENCE_MS);

afterEach(async () => {
  const faults = browser?.faults ?? [];
  await browser?.close();
  browser = undefined;
  await Promise.all(server.app.host.all().map((conversation) => conversation.close()));
  for (const { id } of await avatars()) await fetch(`${server.url}/v1/avatars/${id}`, { method: 'DELETE' });
  // Refusals of the server are answers, which browsers count among errors; the page itself has none.
  expect(faults.filter((fault) => !fault.startsWith('Failed to load resource'))).toEqual([]);
});

afterAll(() => server.close());

interface Listed {
  id: string;
  name: string;
  consent: string;
}

async function avatars(): Promise<Listed[]> {
  const { avatars } = (await (await fetch(`${server.url}/v1/avatars`)).json()) as { avatars: Listed[] };
  return avatars;
}

async function openStudio(options: BrowserOptions = {}): Promise<Page> {
  browser = await openBrowser(options);
  browser.page.setDefaultTimeout(PATIENCE_MS);
  await browser.page.goto(`${server.url}/studio`);
  await browser.page.locator('body:not([data-view="empty"])').waitFor();
  return browser.page;
}

async function look(page: Page, name: string): Promise<void> {
  if (SHOTS === undefined) return;
  await mkdir(SHOTS, { recursive: true });
  await page.screenshot({ path: join(SHOTS, `studio-${name}.png`), fullPage: true });
}

async function upload(page: Page, file: string | Buffer, kind: 'A painting' | 'A photo of a person, who has to agree') {
  const picture =
    typeof file === 'string' ? join(PORTRAITS, file) : { name: 'p.png', mimeType: 'image/png', buffer: file };
  await page.getByLabel('Picture: choose a file').setInputFiles(picture);
  await page.locator('#new-name').fill('A lady');
  await page.getByLabel(kind).check();
  await page.getByRole('button', { name: 'Check the picture' }).click();
}

async function recordPainting(page: Page): Promise<void> {
  await page.getByLabel('Nobody has to: public domain').check();
  await page.getByLabel('Whose work is it?').fill('Alfred Edward Chalon');
  await page.getByLabel('What may it be used for?').fill('a test');
  await page.getByLabel('Who records this?').fill('the test');
  await page.getByLabel('Source: museum, book or address').fill('Science Museum, London');
  await page.getByRole('button', { name: 'Record the consent' }).click();
  await page.locator('#consent-standing[data-standing="valid"]').waitFor();
}

/** Nothing is wider than the screen. */
async function expectFits(page: Page): Promise<void> {
  const [inner, wide] = await page.evaluate(() => [innerWidth, document.documentElement.scrollWidth]);
  expect(wide).toBeLessThanOrEqual(inner ?? 0);
}

describe('the studio', () => {
  it(
    'takes a picture, shows what was found, asks for consent, speaks, and stops when the consent is taken back',
    async () => {
      const page = await openStudio();
      await look(page, 'new');
      await upload(page, 'ada-lovelace.jpg', 'A painting');
      await page.getByRole('heading', { name: 'A lady' }).waitFor();
      expect((await page.locator('#marks path').getAttribute('d'))?.length).toBeGreaterThan(5000);
      expect(await page.getByRole('button', { name: 'Speak' }).isDisabled()).toBe(true);
      await look(page, 'checked');
      await recordPainting(page);
      await page
        .getByLabel('What to say')
        .fill('Good evening. I am glad that somebody asked me before I was shown here.');
      await page.getByRole('button', { name: 'Speak' }).click();
      await page.locator('#stage[data-phase="playing"]').waitFor();
      await page.locator('body[data-state="speaking"]').waitFor();
      await look(page, 'speaking');
      await page.getByRole('button', { name: /^Take back/ }).click();
      await page.getByText('The consent to show this face was taken back').first().waitFor();
      await vi.waitFor(() => expect(server.app.host.size).toBe(0));
      await page.locator('#consent-standing[data-standing="revoked"]').waitFor();
      await page.getByText('Log of every use').click();
      await page.getByRole('cell', { name: 'Conversation ended' }).waitFor();
      await look(page, 'revoked');
    },
    3 * PATIENCE_MS,
  );

  it(
    'renames, keeps choices, takes a new picture that has to be agreed anew, and erases',
    async () => {
      const page = await openStudio();
      await upload(page, 'ada-lovelace.jpg', 'A painting');
      await page.getByRole('heading', { name: 'A lady' }).waitFor();
      await recordPainting(page);
      await page.getByLabel('Name', { exact: true }).locator('visible=true').fill('The countess');
      await page.getByRole('button', { name: 'Rename' }).click();
      await page.getByRole('heading', { name: 'The countess' }).waitFor();
      await page.getByLabel('Background').first().selectOption('blur');
      await page.getByText('Saved.').waitFor();
      await page.getByLabel('New picture.').setInputFiles(join(PORTRAITS, 'mona-lisa.jpg'));
      await page.locator('#consent-standing[data-standing="none"]').waitFor();
      await page.getByRole('button', { name: 'Erase this avatar' }).click();
      await page.getByRole('button', { name: 'Erase it' }).click();
      await page.locator('body[data-view="new"]').waitFor();
      expect(await avatars()).toEqual([]);
    },
    3 * PATIENCE_MS,
  );

  it(
    'says what is wrong with a picture, and keeps nothing of it',
    async () => {
      const page = await openStudio();
      const grey = await sharp({ create: { width: 600, height: 600, channels: 3, background: '#888888' } })
        .png()
        .toBuffer();
      await upload(page, grey, 'A painting');
      await page.getByRole('alert').getByText(/./).first().waitFor();
      expect(await page.locator('body').getAttribute('data-view')).toBe('new');
      expect(await avatars()).toEqual([]);
    },
    2 * PATIENCE_MS,
  );

  it(
    'asks for the sentence of a photo, and says that camera and microphone were refused',
    async () => {
      const page = await openStudio();
      await upload(page, 'ada-lovelace.jpg', 'A photo of a person, who has to agree');
      await page.getByRole('heading', { name: 'A lady' }).waitFor();
      await page.getByLabel('The person reads a sentence aloud').check();
      await page.getByLabel('Who is in the picture?').fill('Ada');
      await page.getByLabel('What may it be used for?').fill('a test');
      await page.getByLabel('Who records this?').fill('the test');
      await page.getByRole('button', { name: 'Get the sentence' }).click();
      const dialog = page.getByRole('dialog', { name: 'Read this aloud' });
      expect(await dialog.locator('blockquote').textContent()).toMatch(/my code is( [1-9]){6}$/);
      await look(page, 'sentence');
      await dialog.getByRole('button', { name: 'Open camera and microphone' }).click();
      await dialog.getByText(/^(No camera and microphone|The camera and microphone were not allowed)/).waitFor();
    },
    2 * PATIENCE_MS,
  );

  it(
    'fits a phone, in the dark',
    async () => {
      const page = await openStudio({ viewport: { width: 390, height: 844 }, colorScheme: 'dark', isMobile: true });
      await look(page, 'phone-new');
      await expectFits(page);
      await upload(page, 'ada-lovelace.jpg', 'A painting');
      await page.getByRole('heading', { name: 'A lady' }).waitFor();
      await expectFits(page);
      await look(page, 'phone-avatar');
    },
    2 * PATIENCE_MS,
  );
});
