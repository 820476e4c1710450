// npm run bench -- kiosk: whether a kiosk comes back by itself, how soon, and what many visits leave in memory.
import { parseArgs } from 'node:util';
import { openBrowser } from '../../browser/harness.ts';
import { NETWORK_ADDRESS, openNetwork } from '../../browser/network.ts';
import { quantile } from '../statistics.ts';
import { printTable } from '../table.ts';
import { type Break, cutNetwork, killServer } from './breaks.ts';
import { openKiosk } from './kiosk-page.ts';
import { measureVisits } from './memory.ts';
import { ServerProcess } from './server-process.ts';

const USAGE = `npm run bench -- kiosk [--kills 20] [--cuts 20] [--sessions 0] [--json]

  --kills     how often the server is killed and started again
  --cuts      how often the network swallows everything, for 1 to 25 seconds
  --sessions  how many visits, one after the other, with the memory of page and server
  --json      print JSON instead of tables`;

/** A kiosk that takes longer needs somebody to look after it. */
const LIMIT_MS = 10_000;
const SCREEN = { width: 1080, height: 1920 };
/** No TURN server is part of this. */
const NO_RELAY = [0, 0] as const;

export async function kioskBench(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      kills: { type: 'string', default: '20' },
      cuts: { type: 'string', default: '20' },
      sessions: { type: 'string', default: '0' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(`${USAGE}\n`);
    return;
  }
  const server = await ServerProcess.start({ VAKTRA_MEDIA_ANNOUNCED_ADDRESS: NETWORK_ADDRESS });
  const network = await openNetwork(server.httpPort, server.mediaPort, NO_RELAY);
  const browser = await openBrowser({ viewport: SCREEN });
  const show = (row: object): void => {
    if (!values.json) process.stdout.write(`${JSON.stringify(row)}\n`);
  };
  try {
    const { page } = browser;
    await openKiosk(page, network.url);
    const breaks: Break[] = [];
    const keep = (one: Break): void => {
      breaks.push(one);
      show(one);
    };
    for (let index = 0; index < Number(values.cuts); index++) keep(await cutNetwork(page, network, index));
    for (let index = 0; index < Number(values.kills); index++) keep(await killServer(page, server, index));
    const memory = await measureVisits(page, server, Number(values.sessions), show);
    const recoveries = (['cut', 'kill'] as const)
      .map((kind) => summarise(kind, breaks))
      .filter(({ breaks }) => breaks > 0);
    if (values.json) process.stdout.write(`${JSON.stringify({ recoveries, breaks, memory })}\n`);
    else if (recoveries.length > 0)
      printTable('Recoveries by itself, from the return of server or network', recoveries);
    if (!values.json && memory.length > 0) printTable('Memory after visits', memory);
  } finally {
    await browser.close();
    await network.close();
    await server.close();
  }
}

function summarise(kind: Break['kind'], all: readonly Break[]) {
  const breaks = all.filter((one) => one.kind === kind);
  const times = breaks.flatMap(({ recoveryMs }) => recoveryMs ?? []);
  const seconds = (ms: number): number => Math.round(ms / 10) / 100;
  return {
    kind,
    breaks: breaks.length,
    recovered: times.length,
    within10Seconds: times.filter((ms) => ms <= LIMIT_MS).length,
    medianSeconds: seconds(quantile(times, 0.5)),
    slowestSeconds: seconds(quantile(times, 1)),
  };
}
