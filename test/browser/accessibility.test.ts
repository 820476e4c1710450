// axe over every page, on a desktop and on a phone, by day and by night: no violations of WCAG 2.2 AA or of axe's best practices.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type axe from 'axe-core';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser, type TestBrowser } from './harness.ts';
import { startWebsite, type Website } from './website.ts';
import { startServer, type TestServer } from './whole-server.ts';

/** A machine that also runs other tests takes its time. */
const PATIENCE_MS = 60_000;
const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** A page and how to get it to where it is worth looking at. */
interface Place {
  name: string;
  /** On Vaktra's server; none: the host page. */
  path?: string;
  arrive: (page: Page) => Promise<unknown>;
}

const PLACES: Place[] = [
  { name: 'the demo page', path: '/', arrive: (page) => page.locator('body[data-connection="connected"]').waitFor() },
  { name: 'the studio', path: '/studio', arrive: (page) => page.locator('body:not([data-view="empty"])').waitFor() },
  { name: 'the check page', path: '/check/', arrive: (page) => page.locator('body[data-state="done"]').waitFor() },
  { name: 'the desk, signing in', path: '/agent', arrive: (page) => page.locator('#sign-in').waitFor() },
  {
    name: 'the desk',
    path: '/agent',
    async arrive(page) {
      await page.getByLabel('Your name').fill('Ada');
      await page.getByRole('button', { name: 'Sit down at the desk' }).click();
      await page.locator('body[data-view="list"]').waitFor();
    },
  },
  { name: 'the kiosk', path: '/kiosk', arrive: (page) => page.locator('body[data-screen="attract"]').waitFor() },
  {
    name: 'the kiosk, in a visit',
    path: '/kiosk/?language=en&size=384&greet=0',

    async arrive(page) {
      await page.locator('body[data-screen="attract"]').waitFor();
      await page.locator('.begin').click();
      await page.locator('body[data-screen="talk"] .topic').first().waitFor();
    },
  },
  { name: 'the widget, closed', arrive: (page) => page.locator('vaktra-avatar .launcher').waitFor() },
  {
    name: 'the widget, open',

    async arrive(page) {
      await page.locator('vaktra-avatar .launcher').click();
      await page.locator('vaktra-avatar .panel[data-connection="connected"]').waitFor();
    },
  },
];

const SCREENS = [
  { width: 1280, height: 800, scheme: 'light' },
  { width: 1280, height: 800, scheme: 'dark' },
  { width: 390, height: 844, scheme: 'light' },
  { width: 390, height: 844, scheme: 'dark' },
] as const;

/** A host page as plain as can be. */
const hostPage = (url: string) => `<!doctype html><html lang="en"><head><title>Shop</title>
  <meta name="viewport" content="width=device-width, initial-scale=1"></head>
  <body><main><h1>Shop</h1><p>Prints and postcards.</p>
  <vaktra-avatar portrait="mona-lisa" heading="Lisa"></vaktra-avatar></main>
  <script type="module" src="${url}/widget.js"></script></body></html>`;

let site: Website;
let server: TestServer;
let browser: TestBrowser;
let axeSource: string;

beforeAll(async () => {
  axeSource = await readFile(AXE, 'utf8');
  site = await startWebsite();
  server = await startServer({ VAKTRA_HTTP_ORIGINS: site.origin });
  site.pages.set('/', { html: hostPage(server.url) });
  browser = await openBrowser();
  browser.page.setDefaultTimeout(PATIENCE_MS);
}, PATIENCE_MS);

afterAll(async () => {
  await browser.close();
  site.close();
  await server.close();
});

/** What axe finds, one line each: the rule and the elements. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axeSource);
  return page.evaluate(async () => {
    // Without preload axe asks for nothing over the network, which a page's policy might forbid.
    const { violations } = await (window as unknown as { axe: typeof axe }).axe.run({ preload: false });
    return violations.map(
      ({ id, nodes }) =>
        `${id}: ${nodes.map(({ target, any }) => `${target.join(' ')} (${any[0]?.message ?? ''})`).join(', ')}`,
    );
  });
}

describe.each(PLACES)('$name', ({ path, arrive }) => {
  it(
    'has no violations',
    async () => {
      const { page } = browser;
      const found: Record<string, string[]> = {};
      await page.emulateMedia({ reducedMotion: 'reduce' });
      await page.goto(path === undefined ? site.origin : server.url + path);
      await arrive(page);
      for (const { scheme, ...viewport } of SCREENS) {
        await page.emulateMedia({ colorScheme: scheme });
        await page.setViewportSize(viewport);
        const lines = await violations(page);
        if (lines.length > 0) found[`${viewport.width} ${scheme}`] = lines;
      }
      expect(found).toEqual({});
      await page.evaluate(() => sessionStorage.clear());
      await page.goto('about:blank');
    },
    PATIENCE_MS,
  );
});
