// npm run bench -- turn: how a conversation by voice feels, measured in a real browser before a whole server on this machine.

import { parseArgs } from 'node:util';
import { printTable } from '../table.ts';
import { atLeast, atMost, type Bar, judge } from './bars.ts';
import { ECHO_DECIBELS, hearItself, speakOver } from './over-voice.ts';
import { openStage } from './stage.ts';
import { measureTurns, summaryOf } from './turns.ts';
import { visitorSounds } from './visitor-sounds.ts';

const USAGE = `npm run bench -- turn [--turns 50] [--over 20] [--echo-minutes 0] [--strict]

  --turns         questions that are asked by voice, each answer cut by an interrupt
  --over          interruptions, and sounds of listeners, over the avatar's voice: how many of each; at most 20
  --echo-minutes  how long the avatar hears itself at ${ECHO_DECIBELS} dB
  --strict        fails where a bar is missed`;

const DEFAULT_TURNS = 50;
const DEFAULT_OVER = 20;
/** Of interruptions at least this share ends the answer, of listeners' sounds at most this. */
const INTERRUPTIONS_SHARE = 19 / 20;
const BACKCHANNELS_SHARE = 1 / 20;

export async function turnBench(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      turns: { type: 'string', default: String(DEFAULT_TURNS) },
      over: { type: 'string', default: String(DEFAULT_OVER) },
      'echo-minutes': { type: 'string', default: '0' },
      strict: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(`${USAGE}\n`);
    return;
  }
  const { questions, interruptions, backchannels } = await visitorSounds();
  const over = Number(values.over);
  const [turns, echoMinutes] = [Number(values.turns), Number(values['echo-minutes'])];
  const stage = await openStage([...questions, ...interruptions, ...backchannels]);
  const bars: Bar[] = [];
  try {
    if (turns > 0) {
      const { times, wrong, faults, asked } = await measureTurns(stage, questions, turns);
      const summary = summaryOf(times);
      printTable(`${asked} questions by voice (ms)`, summary);
      for (const line of [...wrong, ...faults]) process.stdout.write(`${line}\n`);
      const of = (name: string) =>
        summary.find(({ part }) => part === name) ?? { medianMs: Number.NaN, p95Ms: Number.NaN };
      bars.push(
        atMost('last sample asked -> answer heard, median', 800, of('answer').medianMs, 'ms'),
        atMost('last sample asked -> answer heard, p95', 1200, of('answer').p95Ms, 'ms'),
        atMost('interrupt -> last sample sent, p95', 150, of('stopped').p95Ms, 'ms'),
        atMost('interrupt -> silence heard, p95', 300, of('silent').p95Ms, 'ms'),
        atLeast('right answers', asked, asked - wrong.length, `of ${asked}`),
      );
    }
    if (over > 0) {
      const real = await speakOver(stage, interruptions.slice(0, over));
      printTable('Interruptions over the voice', real);
      const listened = await speakOver(stage, backchannels.slice(0, over));
      printTable("Listeners' sounds over the voice", listened);
      const ended = (rows: typeof real) => rows.filter(({ ended }) => ended).length;
      bars.push(
        atLeast(
          'interruptions that end the answer',
          Math.ceil(INTERRUPTIONS_SHARE * real.length),
          ended(real),
          `of ${real.length}`,
        ),
        atMost(
          "listeners' sounds that end it",
          Math.floor(BACKCHANNELS_SHARE * listened.length),
          ended(listened),
          `of ${listened.length}`,
        ),
      );
    }
    if (echoMinutes > 0) {
      const rows = await hearItself(stage, echoMinutes);
      printTable(`The avatar hears itself at ${ECHO_DECIBELS} dB`, rows);
      const count = rows.reduce((sum, { interrupted }) => sum + interrupted, 0);
      bars.push(atMost(`interrupts itself in ${echoMinutes} minutes`, 0, count, 'times'));
    }
  } finally {
    await stage.close();
  }
  judge(bars, values.strict);
}
