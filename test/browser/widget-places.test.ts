// The widget where things are not as one would wish: inside a frame, without leave for the microphone or for sound, without WebRTC or
// WebGL, by keyboard alone, after a reload. Whatever does not work has its words, and writing always works.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FrameLocator, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser, type TestBrowser } from './harness.ts';
import { writeWav } from './wav.ts';
import { startWebsite, type Website } from './website.ts';
import { startServer, type TestServer } from './whole-server.ts';

/** A machine that also runs other tests takes its time. */
const PATIENCE_MS = 60_000;
/** Less than a test may take, so that what failed is named. */
const STEP_MS = 45_000;
const MICROPHONE_RATE_HZ = 48_000;
const SILENCE_SECONDS = 60;

let folder: string;
let site: Website;
/** Shows the other site's page in a frame. */
let framing: Website;
let server: TestServer;
let browser: TestBrowser;
let page: Page;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vaktra-widget-'));
  const microphoneWav = join(folder, 'silence.wav');
  await writeWav(microphoneWav, new Float32Array(SILENCE_SECONDS * MICROPHONE_RATE_HZ), MICROPHONE_RATE_HZ);
  [site, framing] = await Promise.all([startWebsite(), startWebsite()]);
  server = await startServer({ VAKTRA_HTTP_ORIGINS: site.origin });
  site.pages.set('/', { html: host('') });
  site.pages.set('/transparent', { html: host('background="transparent"') });
  site.pages.set('/eager', {
    html: `${host('')}<script>
      const widget = document.querySelector('vaktra-avatar');
      customElements.whenDefined('vaktra-avatar').then(() => widget.connect());
      setInterval(() => {
        const veil = widget.shadowRoot?.querySelector('.panel')?.dataset.veil;
        if (veil === 'silent') console.log(veil);
      }, 100);</script>`,
  });
  framing.pages.set('/bare', {
    html: `<!doctype html><iframe src="${site.origin}" width="900" height="700"></iframe>`,
  });
  framing.pages.set('/allowed', {
    html: `<!doctype html><iframe src="${site.origin}" width="900" height="700" allow="microphone; autoplay"></iframe>`,
  });
  browser = await openBrowser({ microphoneWav, viewport: { width: 1000, height: 760 } });
}, PATIENCE_MS);

afterEach(async () => {
  await page.close();
  await Promise.all(server.app.host.all().map((conversation) => conversation.close()));
});

afterAll(async () => {
  await browser.close();
  await server.close();
  framing.close();
  site.close();
  await rm(folder, { recursive: true });
});

const host = (attributes: string) => `<!doctype html><html lang="en"><title>Shop</title>
  <h1>Shop</h1><a href="#before">Before</a>
  <vaktra-avatar portrait="mona-lisa" ${attributes}></vaktra-avatar><a href="#after">After</a>
  <script type="module" src="${server.url}/widget.js"></script></html>`;

async function visit(address: string, prepare?: () => void): Promise<void> {
  page = await browser.page.context().newPage();
  page.setDefaultTimeout(STEP_MS);
  if (prepare) await page.addInitScript(prepare);
  await page.goto(address);
}

async function open(place: Page | FrameLocator = page): Promise<Locator> {
  const widget = place.locator('vaktra-avatar');
  await widget.locator('.launcher').click();
  await widget.locator('.panel[data-connection="connected"]').waitFor();
  return widget;
}

async function expectAnswer(widget: Locator): Promise<void> {
  await widget.locator('input.message').fill('Do I need a GPU?');
  await widget.locator('input.message').press('Enter');
  await widget.getByText('ordinary processor').first().waitFor();
}

describe('inside a frame of another site', () => {
  it(
    'plays, and says where the microphone is not allowed that one can write',
    async () => {
      await visit(`${framing.origin}/bare`);
      const widget = await open(page.frameLocator('iframe'));
      await widget.locator('.panel[data-veil="none"]').waitFor();
      await widget.getByRole('button', { name: 'Hold to talk' }).click();
      await widget.getByText('The microphone was not allowed.').waitFor();
      await expectAnswer(widget);
    },
    2 * PATIENCE_MS,
  );

  it(
    'listens where the frame has leave for the microphone',
    async () => {
      await visit(`${framing.origin}/allowed`);
      const widget = await open(page.frameLocator('iframe'));
      const talk = widget.getByRole('button', { name: 'Hold to talk' });
      await talk.press('Enter');
      await widget.getByText('Listening. Let go to send.').waitFor();
      await widget.locator('.panel[data-state="listening"]').waitFor();
      await talk.press('Enter');
      expect(await talk.getAttribute('aria-pressed')).toBe('false');
    },
    2 * PATIENCE_MS,
  );
});

describe('by keyboard', () => {
  it(
    'is reached, opened, walked through in order and left by Escape',
    async () => {
      await visit(site.origin);
      const focused = () =>
        page.evaluate(() => {
          const inside = document.activeElement?.shadowRoot?.activeElement;
          return inside?.getAttribute('aria-label') ?? document.activeElement?.textContent ?? '';
        });
      await page.locator('vaktra-avatar .launcher').waitFor();
      await page.keyboard.press('Tab');
      expect(await focused()).toBe('Before');
      await page.keyboard.press('Tab');
      expect(await focused()).toBe('Talk to us');
      await page.keyboard.press('Enter');
      await page.locator('vaktra-avatar .panel[data-connection="connected"]').waitFor();
      expect(await focused()).toBe('Write a message');

      const backwards = ['Hold to talk'];
      const topics = await page.locator('vaktra-avatar .topic').count();
      await page.keyboard.press('Shift+Tab');
      expect(await focused()).toBe(backwards[0]);
      for (let step = 0; step < topics; step++) await page.keyboard.press('Shift+Tab');
      const above = ['Conversation', 'End the conversation', 'Minimise', 'Turn the sound off'];
      for (const name of above) {
        await page.keyboard.press('Shift+Tab');
        expect(await focused()).toBe(name);
      }

      await page.keyboard.press('Escape');
      expect(await focused()).toBe('Talk to us');
      expect(await page.locator('vaktra-avatar .panel').isVisible()).toBe(false);
      expect(server.app.host.size).toBe(1);
    },
    2 * PATIENCE_MS,
  );
});

describe('what the browser keeps back', () => {
  it(
    'sound before a gesture: one tap starts it',
    async () => {
      // With a microphone allowed, Chromium plays sound before any gesture.
      const other = await openBrowser();
      page = other.page;
      page.setDefaultTimeout(STEP_MS);
      // By the page's own script, which also tells: whatever a test looks for in a page counts as a gesture there.
      const silent = page.waitForEvent('console', (message) => message.text() === 'silent');
      await page.goto(`${site.origin}/eager`);
      await silent;
      const widget = page.locator('vaktra-avatar');
      const tap = widget.getByRole('button', { name: 'Tap for sound' });
      await tap.click();
      await widget.locator('.panel[data-veil="none"]').waitFor();
      expect(await widget.locator('video').evaluate((video: HTMLVideoElement) => video.muted)).toBe(false);
      await other.close();
    },
    2 * PATIENCE_MS,
  );

  it(
    'WebRTC: it says so, and answers in writing',
    async () => {
      await visit(site.origin, () => Reflect.deleteProperty(window, 'RTCPeerConnection'));
      const widget = page.locator('vaktra-avatar');
      await widget.locator('.launcher').click();
      await widget.getByText('Sound and picture cannot get through here.').waitFor();
      await expectAnswer(widget);
    },
    2 * PATIENCE_MS,
  );

  it(
    'WebGL: the page is not seen around the person, who is seen all the same',
    async () => {
      await visit(`${site.origin}/transparent`, () => {
        HTMLCanvasElement.prototype.getContext = () => null;
      });
      const widget = await open();
      await widget.locator('.panel[data-veil="none"]').waitFor();
      expect(await widget.locator('.panel').getAttribute('data-matte')).toBe('false');
      expect(await widget.locator('video').evaluate((video) => getComputedStyle(video).visibility)).toBe('visible');
    },
    2 * PATIENCE_MS,
  );
});

it(
  'goes on with its conversation when the page is loaded anew',
  async () => {
    await visit(site.origin);
    await expectAnswer(await open());
    const [before] = server.app.host.all().map(({ id }) => id);
    await page.reload();
    const widget = page.locator('vaktra-avatar');
    await widget.locator('.panel[data-connection="connected"]').waitFor();
    await widget.getByText('Do I need a GPU?').waitFor();
    expect(server.app.host.all().map(({ id }) => id)).toEqual([before]);
  },
  2 * PATIENCE_MS,
);

it(
  'does not move by itself where that was asked for',
  async () => {
    await visit(site.origin);
    await page.emulateMedia({ reducedMotion: 'reduce' });
    const widget = await open();
    const moving = await widget.locator('.panel, .launcher').evaluateAll((elements) =>
      elements.map((element) => {
        const { animationName, transitionDuration } = getComputedStyle(element);
        return `${animationName} ${transitionDuration}`;
      }),
    );
    expect(new Set(moving)).toEqual(new Set(['none 0s']));
  },
  2 * PATIENCE_MS,
);
