// The widget on somebody else's website, in a real browser: a page of another origin under a strict Content-Security-Policy whose own
// styles are rude, and a server that is away.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { openBrowser, type TestBrowser } from './harness.ts';
import { startServer, type TestServer } from './whole-server.ts';

const PATIENCE_MS = 60_000;

let server: TestServer;
let website: Server;
let origin: string;
/** What stands in the website's page; each test sets its own. */
let body: (serverUrl: string) => string;
let browser: TestBrowser | undefined;

beforeAll(async () => {
  website = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html; charset=utf-8');
    const { url } = server;
    const socket = url.replace('http', 'ws');
    response.setHeader(
      'content-security-policy',
      `default-src 'none'; script-src ${url}; connect-src ${url} ${socket}; img-src ${url}; media-src blob:; style-src 'nonce-rude'`,
    );
    response.end(`<!doctype html><html lang="en"><title>Shop</title>
      <style nonce="rude">* { font-size: 40px !important; display: block !important; color: red !important; }</style>
      <h1>Shop</h1>${body(url)}</html>`);
  });
  await new Promise<void>((listening) => website.listen(0, '127.0.0.1', listening));
  origin = `http://127.0.0.1:${(website.address() as AddressInfo).port}`;
  server = await startServer({ VAKTRA_HTTP_ORIGINS: origin });
}, PATIENCE_MS);

afterEach(async () => {
  await browser?.close();
  browser = undefined;
});

afterAll(async () => {
  website.closeAllConnections();
  website.close();
  await server.close();
});

const widgetAt = (url: string, attributes = '') =>
  `<script type="module" src="${url}/widget.js"></script><vaktra-avatar portrait="mona-lisa" ${attributes}></vaktra-avatar>`;

/** The site's page with what its widgets tell, as `window.told`. */
async function visit(): Promise<TestBrowser> {
  const opened = await openBrowser({ viewport: { width: 1000, height: 760 } });
  browser = opened;
  await opened.page.addInitScript(() => {
    const told: string[] = [];
    Object.assign(window, { told });
    for (const type of ['connected', 'disconnected', 'state', 'speech.ended', 'error']) {
      document.addEventListener(type, () => told.push(type), true);
    }
  });
  await opened.page.goto(origin);
  return opened;
}

it(
  'opens at a click, shows a moving picture, answers what is written, and is made small',
  async () => {
    body = (url) => widgetAt(url);
    const { page, faults } = await visit();
    const widget = page.locator('vaktra-avatar');
    await widget.locator('.launcher').click();
    await page.waitForFunction(() => {
      const video = document.querySelector('vaktra-avatar')?.shadowRoot?.querySelector('video');
      return video != null && video.videoWidth > 0 && video.currentTime > 1;
    });
    const message = widget.locator('input.message');
    await message.fill('Do I need a GPU?');
    await message.press('Enter');
    await expect
      .poll(() => widget.locator('ol').textContent(), { timeout: PATIENCE_MS })
      .toContain('ordinary processor');
    expect(faults).toEqual([]);
    // The host page's rude styles end at the shadow root.
    const colour = await message.evaluate((input) => getComputedStyle(input).color);
    expect(colour).not.toBe('rgb(255, 0, 0)');
    await page.evaluate(() => document.querySelector('vaktra-avatar')?.minimise());
    await expect.poll(() => message.isVisible()).toBe(false);
    expect(server.app.host.size).toBe(1);
    await page.evaluate(() => document.querySelector('vaktra-avatar')?.disconnect());
    await expect.poll(() => server.app.host.size, { timeout: PATIENCE_MS }).toBe(0);
  },
  PATIENCE_MS,
);

it(
  'stands twice on a page, and is taken off and put back',
  async () => {
    body = (url) => `${widgetAt(url, 'id="one"')}<vaktra-avatar id="two" portrait="ada-lovelace"></vaktra-avatar>`;
    const { page, faults } = await visit();
    await page.evaluate(() => {
      const one = document.getElementById('one') as HTMLElement;
      one.remove();
      document.body.append(one);
    });
    await page.evaluate(() => (document.getElementById('one') as HTMLElementTagNameMap['vaktra-avatar']).connect());
    await page.evaluate(() => (document.getElementById('two') as HTMLElementTagNameMap['vaktra-avatar']).connect());
    await expect.poll(() => server.app.host.size, { timeout: PATIENCE_MS }).toBe(2);
    await page.evaluate(() => document.getElementById('one')?.remove());
    await expect.poll(() => server.app.host.size, { timeout: PATIENCE_MS }).toBe(1);
    await page.evaluate(() => document.getElementById('two')?.remove());
    await expect.poll(() => server.app.host.size, { timeout: PATIENCE_MS }).toBe(0);
    expect(faults).toEqual([]);
  },
  PATIENCE_MS,
);

it(
  'says so where its server is away, and the page lives on',
  async () => {
    body = (url) => widgetAt(url, 'server="http://127.0.0.1:9/"');
    const { page } = await visit();
    const widget = page.locator('vaktra-avatar');
    await widget.locator('.launcher').click();
    await expect.poll(() => widget.locator('.notice').textContent(), { timeout: PATIENCE_MS }).not.toBe('');
    expect(await page.evaluate(() => (window as unknown as { told: string[] }).told)).toContain('error');
    expect(await page.locator('h1').textContent()).toBe('Shop');
  },
  PATIENCE_MS,
);
