// npm run bench -- widget: how long after the click the widget on somebody's page shows its first moving picture, in a fresh browser each time.
import { parseArgs } from 'node:util';
import { openBrowser } from '../browser/harness.ts';
import { startWebsite } from '../browser/website.ts';
import { startServer } from '../browser/whole-server.ts';
import { median } from './statistics.ts';
import { printTable } from './table.ts';

const USAGE = `npm run bench -- widget [--times 10] [--json]

  --times  how many visits
  --json   print JSON instead of a table`;

const PATIENCE_MS = 60_000;

/** Milliseconds after the press of the button. */
interface Visit {
  /** The conversation stands: its id is known. */
  opened: number;
  /** The first picture is on the screen. */
  picture: number;
}

export async function widgetBench(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      times: { type: 'string', default: '10' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(`${USAGE}\n`);
    return;
  }
  const site = await startWebsite();
  const server = await startServer({ VAKTRA_HTTP_ORIGINS: site.origin });
  try {
    site.pages.set('/', {
      html: `<!doctype html><html lang="en"><title>Shop</title><script type="module" src="${server.url}/widget.js"></script>
        <vaktra-avatar portrait="mona-lisa"></vaktra-avatar></html>`,
    });
    const visits: Visit[] = [];
    for (let time = 0; time < Number(values.times); time++) {
      visits.push(await visit(site.origin));
      await Promise.all(server.app.host.all().map((conversation) => conversation.close()));
    }
    const row = {
      visits: visits.length,
      openedMedianMs: Math.round(median(visits.map(({ opened }) => opened))),
      pictureMedianMs: Math.round(median(visits.map(({ picture }) => picture))),
      pictureWorstMs: Math.round(Math.max(...visits.map(({ picture }) => picture))),
    };
    if (values.json) process.stdout.write(`${JSON.stringify({ ...row, all: visits })}\n`);
    else printTable('The widget: from the click to the first picture', [row]);
  } finally {
    site.close();
    await server.close();
  }
}

async function visit(address: string): Promise<Visit> {
  const browser = await openBrowser();
  try {
    const { page } = browser;
    page.setDefaultTimeout(PATIENCE_MS);
    await page.addInitScript(watch);
    await page.goto(address, { waitUntil: 'networkidle' });
    await page.locator('vaktra-avatar .launcher').click();
    const seen = await page.waitForFunction(() => (window as unknown as { visit?: Visit }).visit);
    return (await seen.jsonValue()) as Visit;
  } finally {
    await browser.close();
  }
}

/** Runs in the page: leaves its times as `window.visit`. */
function watch(): void {
  let pressed = 0;
  let opened = 0;
  document.addEventListener(
    'pointerdown',
    ({ timeStamp }) => {
      pressed = timeStamp;
      look();
    },
    { once: true, capture: true },
  );
  document.addEventListener('connected', () => (opened = performance.now() - pressed), true);
  const look = (): void => {
    const video = document.querySelector('vaktra-avatar')?.shadowRoot?.querySelector('video');
    if (video == null) requestAnimationFrame(look);
    else
      video.requestVideoFrameCallback((_now, { expectedDisplayTime }) => {
        Object.assign(window, { visit: { opened, picture: expectedDisplayTime - pressed } });
      });
  };
}
