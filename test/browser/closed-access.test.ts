// A server that is not open to everybody, as visitors meet it: the page with a token in its address and without, the widget on a website
// whose own server gives tokens.
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { openBrowser, type TestBrowser } from './harness.ts';
import { startWebsite, type Website } from './website.ts';
import { startServer, type TestServer } from './whole-server.ts';

const KEY = 'key-of-the-shop-0123456789';
/** A machine that also runs other tests takes its time. */
const PATIENCE_MS = 60_000;

let server: TestServer;
let site: Website;
let browser: TestBrowser | undefined;

beforeAll(async () => {
  site = await startWebsite();
  server = await startServer({
    VAKTRA_ACCESS_API_KEYS: KEY,
    VAKTRA_HTTP_ORIGINS: site.origin,
    VAKTRA_SPEECH_RECOGNITION_ENGINE: 'none',
  });
}, 3 * PATIENCE_MS);

afterEach(async () => {
  await browser?.close();
  await Promise.all(server.app.host.all().map((conversation) => conversation.close()));
});

afterAll(async () => {
  site.close();
  await server.close();
});

async function tokenFor(origins: string[]): Promise<string> {
  const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' };
  const answer = await fetch(`${server.url}/v1/tokens`, { method: 'POST', headers, body: JSON.stringify({ origins }) });
  return answer.text();
}

it('the page opens with a token in its address, and says what is missing without', {
  timeout: 2 * PATIENCE_MS,
}, async () => {
  browser = await openBrowser();
  const { page, faults } = browser;
  await page.goto(`${server.url}/`, { waitUntil: 'commit' });
  await page.getByText('This server wants to know who asks').first().waitFor({ timeout: PATIENCE_MS });
  expect(server.app.host.size).toBe(0);
  faults.length = 0;
  const { token } = JSON.parse(await tokenFor([server.url])) as { token: string };
  await page.goto(`${server.url}/?token=${token}`, { waitUntil: 'commit' });
  await page.locator('body[data-connection="connected"]').waitFor({ timeout: PATIENCE_MS });
  expect(server.app.host.size).toBe(1);
  expect(faults).toEqual([]);
});

it("the widget opens by a token of its page's server", { timeout: 2 * PATIENCE_MS }, async () => {
  const html = await tokenFor([site.origin]);
  site.pages.set('/token', { html, headers: { 'content-type': 'application/json' } });
  const script = `<script type="module" src="${server.url}/widget.js"></script>`;
  site.pages.set('/', { html: `${script}<vaktra-avatar token-url="/token" mode="inline"></vaktra-avatar>` });
  browser = await openBrowser();
  const { page, faults } = browser;
  await page.goto(site.origin, { waitUntil: 'commit' });
  await page.waitForFunction(() => customElements.get('vaktra-avatar') !== undefined, undefined, {
    timeout: PATIENCE_MS,
  });
  await page.evaluate(
    () =>
      new Promise((resolve) => {
        const widget = document.querySelector('vaktra-avatar') as HTMLElement & { connect(): void };
        widget.addEventListener('connected', resolve);
        widget.connect();
      }),
  );
  expect(server.app.host.size).toBe(1);
  expect(faults).toEqual([]);
});
