// npm run soak: one conversation with a real browser for as long as asked. Measures how far picture and sound are apart
// where they are played, what was repeated or dropped, and whether the server's memory grows.

import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { runTool } from '../../server/tools/run-tool.ts';
import { FRAME_RATE_HZ } from '../../server/types.ts';
import { openBrowser, playWithSound } from '../browser/harness.ts';
import { startServer } from '../browser/whole-server.ts';
import { observePlayed, offsetsOf, takePlayed } from './played-offset.ts';
import { measureTree } from './process-tree.ts';
import { median, quantile, slope } from './statistics.ts';
import { printTable } from './table.ts';

const USAGE = `npm run soak -- --minutes 10 [--json]`;
const DEFAULT_MINUTES = 10;
/** Caches, compiled code and the browser's jitter buffer settle in this time. */
const WARM_UP_MS = 15_000;
const INTERVAL_MS = 10_000;
const MS_PER_MINUTE = 60_000;
const SECONDS_PER_MINUTE = 60;
const SPARE_IDLE_SECONDS = 300;
const MS_PER_HOUR = 3_600_000;
const PICTURE_MS = 1000 / FRAME_RATE_HZ;

interface Interval {
  minute: number;
  offsetMs: number;
  memoryMb: number;
  shown: number;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string', default: String(DEFAULT_MINUTES) },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(`${USAGE}\n`);
    return;
  }
  const minutes = Number(values.minutes);
  // The page asks for nothing in all that time, which is what the idle limit is there for.
  const idleSeconds = String(Math.ceil(minutes * SECONDS_PER_MINUTE) + SPARE_IDLE_SECONDS);
  const settings = { VAKTRA_CONVERSATIONS_IDLE_SECONDS: idleSeconds };
  const server = await startServer(settings, { diagnostics: { testPattern: true } });
  const browser = await openBrowser();
  try {
    const { page } = browser;
    await page.goto(server.url);
    await playWithSound(page);
    await observePlayed(page);
    await sleep(WARM_UP_MS);
    await takePlayed(page);

    const intervals: Interval[] = [];
    const offsets: { atMs: number; offsetMs: number }[] = [];
    const start = performance.now();
    while (performance.now() - start < minutes * MS_PER_MINUTE) {
      await sleep(INTERVAL_MS);
      const played = await takePlayed(page);
      const found = offsetsOf(played, PICTURE_MS);
      offsets.push(...found);
      const interval: Interval = {
        minute: round((performance.now() - start) / MS_PER_MINUTE),
        offsetMs: round(median(found.map(({ offsetMs }) => offsetMs))),
        memoryMb: Math.round(process.memoryUsage.rss() / 1_048_576),
        shown: played.pictures.length,
      };
      intervals.push(interval);
      if (!values.json) process.stdout.write(`${JSON.stringify(interval)}\n`);
    }

    const [conversation] = server.app.host.all();
    const stats = conversation?.stats();
    const seconds = (performance.now() - start) / 1000;
    const summary = {
      minutes: round(seconds / 60),
      clicks: offsets.length,
      offsetMedianMs: round(median(offsets.map(({ offsetMs }) => offsetMs))),
      offset5PercentMs: round(
        quantile(
          offsets.map(({ offsetMs }) => offsetMs),
          0.05,
        ),
      ),
      offset95PercentMs: round(
        quantile(
          offsets.map(({ offsetMs }) => offsetMs),
          0.95,
        ),
      ),
      offsetTrendMsPerHour: round(slope(offsets.map(({ atMs, offsetMs }) => [atMs, offsetMs])) * MS_PER_HOUR),
      picturesShownPercent: round(
        (100 * intervals.reduce((sum, { shown }) => sum + shown, 0)) / (seconds * FRAME_RATE_HZ),
      ),
      picturesRepeated: stats?.picturesRepeated ?? 0,
      clockStalls: stats?.clockStalls ?? 0,
      memoryStartMb: intervals[0]?.memoryMb ?? 0,
      memoryEndMb: intervals.at(-1)?.memoryMb ?? 0,
      memoryTreeMb: Math.round(measureTree().memoryMb),
    };
    if (values.json) process.stdout.write(`${JSON.stringify({ summary, intervals })}\n`);
    else printTable('Picture later than sound, as played', [summary]);
  } finally {
    await browser.close();
    await server.close();
  }
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

await runTool(main);
