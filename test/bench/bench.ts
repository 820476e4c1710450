// npm run bench: what a picture costs by stage, how many conversations this machine carries, and what each takes in memory.
// The pictures are counted where a viewer would get them. Run it while the machine rests.

import { parseArgs } from 'node:util';
import { loadConfig } from '../../server/config.ts';
import { runTool } from '../../server/tools/run-tool.ts';
import { speakText } from '../../server/tools/voice.ts';
import { startServer } from '../browser/whole-server.ts';
import { measureHeard } from './heard.ts';
import { kioskBench } from './kiosk/kiosk-bench.ts';
import { leakBench } from './leak/leak-bench.ts';
import { type LoadRow, runLoad } from './load-run.ts';
import { measureTree } from './process-tree.ts';
import { measureStages } from './stage-costs.ts';
import { printTable } from './table.ts';
import { turnBench } from './turn/turn-bench.ts';
import { widgetBench } from './widget-bench.ts';

const USAGE = `npm run bench -- kiosk: how a kiosk comes back by itself; see npm run bench -- kiosk --help
npm run bench -- leak: what conversations leave behind; see npm run bench -- leak --help
npm run bench -- turn: conversations by voice; see npm run bench -- turn --help
npm run bench -- widget: from the click on a website to the first picture; see npm run bench -- widget --help
npm run bench -- [--conversations 1,2,4,6,8] [--seconds 60] [--json]

  --conversations  how many at once, one run each; stops after the first run that repeats over 1 % of its pictures
  --seconds        length of each run
  --json           print JSON instead of tables`;

const DEFAULT_CONVERSATIONS = '1,2,4,6,8,10';
const DEFAULT_SECONDS = 60;
/** A run that repeats more than this is over what the machine carries. */
const MAX_REPEATED_SHARE = 0.01;
const TEXT =
  'The quick brown fox jumps over the lazy dog, and the people who watch it go by wonder why it never stops to rest. ' +
  'Please bring more paper and a big blue pen, before five families move from Boston to Vienna in the evening.';

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      conversations: { type: 'string', default: DEFAULT_CONVERSATIONS },
      seconds: { type: 'string', default: String(DEFAULT_SECONDS) },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(`${USAGE}\n`);
    return;
  }
  const counts = values.conversations.split(',').map(Number);
  const seconds = Number(values.seconds);
  const voice = await speakText(TEXT);
  const stages = await measureStages(loadConfig(), voice);
  if (!values.json) printTable('Cost of a picture, one thread (CPU ms)', [stages]);

  const server = await startServer({ VAKTRA_CONVERSATIONS_MAX: String(Math.max(...counts) + 1) });
  try {
    const heard = await measureHeard(server, voice);
    if (!values.json)
      printTable('Heard in a browser: from pushed audio to its sound, from interrupt to silence', [heard]);
    const idleMemoryMb = Math.round(measureTree().memoryMb);
    const load: LoadRow[] = [];
    for (const count of counts) {
      const row = await runLoad(server.app.host, count, seconds, voice);
      load.push(row);
      if (!values.json) process.stdout.write(`${JSON.stringify(row)}\n`);
      if (row.repeatedPercent > MAX_REPEATED_SHARE * 100) break;
    }
    if (values.json) {
      process.stdout.write(`${JSON.stringify({ stages, heard, idleMemoryMb, load })}\n`);
    } else {
      process.stdout.write(`memory without conversations: ${idleMemoryMb} MB\n`);
      printTable(`Conversations at once, speaking, ${seconds} s each`, load);
    }
  } finally {
    await server.close();
  }
}

const [mode, ...args] = process.argv.slice(2);
const modes: Record<string, (args: string[]) => Promise<void>> = {
  kiosk: kioskBench,
  leak: leakBench,
  turn: turnBench,
  widget: widgetBench,
};
const chosen = modes[mode ?? ''];
await runTool(chosen ? () => chosen(args) : main);
