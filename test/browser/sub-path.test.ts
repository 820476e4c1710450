// Everything behind a reverse proxy that puts it under a path: the pages, their sockets, and the widget on another website.
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { openBrowser, type TestBrowser } from './harness.ts';
import { type ReverseProxy, startProxy } from './proxy.ts';
import { startWebsite, type Website } from './website.ts';
import { startServer, type TestServer } from './whole-server.ts';

/** A machine that also runs other tests takes its time. */
const PATIENCE_MS = 60_000;

let site: Website;
let server: TestServer;
let proxy: ReverseProxy;
let browser: TestBrowser;

beforeAll(async () => {
  site = await startWebsite();
  server = await startServer({ VAKTRA_HTTP_ORIGINS: site.origin });
  proxy = await startProxy(server.url, '/some/path');
  site.pages.set('/', {
    html: `<!doctype html><html lang="en"><title>Shop</title><script type="module" src="${proxy.url}/widget.js"></script>
      <vaktra-avatar portrait="mona-lisa"></vaktra-avatar></html>`,
  });
  browser = await openBrowser();
  browser.page.setDefaultTimeout(PATIENCE_MS);
}, PATIENCE_MS);

afterEach(async () => {
  await browser.page.goto('about:blank');
  await Promise.all(server.app.host.all().map((conversation) => conversation.close()));
});

afterAll(async () => {
  await browser.close();
  proxy.close();
  site.close();
  await server.close();
});

it(
  'the demo page plays',
  async () => {
    await browser.page.goto(proxy.url);
    await browser.page.locator('#stage:is([data-phase="playing"], [data-phase="silent"])').waitFor();
    expect(browser.faults.splice(0)).toEqual([]);
  },
  PATIENCE_MS,
);

it.each([
  ['studio', 'body:not([data-view="empty"])'],
  ['agent', '#sign-in'],
  ['kiosk', 'body[data-screen="attract"]'],
  ['check', 'body:not([data-state="running"])'],
])(
  'the page %s loads all that it needs, with and without a slash',
  async (page, arrived) => {
    for (const end of ['', '/']) {
      await browser.page.goto(`${proxy.url}/${page}${end}`);
      await browser.page.locator(arrived).waitFor();
    }
    expect(browser.faults.splice(0)).toEqual([]);
  },
  PATIENCE_MS,
);

it(
  'the widget finds its server by the path of its script',
  async () => {
    await browser.page.goto(site.origin);
    await browser.page.locator('vaktra-avatar .launcher').click();
    await browser.page.locator('vaktra-avatar .panel[data-connection="connected"]').waitFor();
    expect(browser.faults.splice(0)).toEqual([]);
  },
  PATIENCE_MS,
);
