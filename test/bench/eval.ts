// npm run eval: how well the lips follow the voice, on clips and people that the motion model was not trained on. The student
// is measured as it is served: the shipped motion.onnx in the streaming window, one sample, no lag. Truth, teacher and
// baselines come from models/training/evaluate.py, which needs the data (VAKTRA_DATA) and tracks it on demand.

import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadConfig, PROJECT_ROOT } from '../../server/config.ts';
import { loadMotionModel, type MotionModel } from '../../server/motion/index.ts';
import { motionModelOptions } from '../../server/session/index.ts';
import type { ConversationState } from '../../server/types.ts';
import { correlation, mean, spread } from './statistics.ts';
import { printTable } from './table.ts';

const USAGE = `VAKTRA_DATA=/path/to/data npm run eval -- [--part test] [--lip-temperature T] [--json]

  --part             test (default) or tune: which 40 held-out clips; settings are chosen on tune only
  --lip-temperature  chance in the lips, 0 to 1; default as served (config motion.lipTemperature)
  --json             print JSON instead of tables`;

/** The bar for one sample of the 2-step student on held-out clips, speech frames, no lag. */
const TARGET = { speech: 0.78, spreadLow: 0.8, spreadHigh: 1.25 };
const TRAINING = join(PROJECT_ROOT, 'models/training');
/** Windows as a conversation makes them: two short ones, then long ones. */
const FIRST_WINDOWS = [2, 2];
const LONG_WINDOW = 4;
const MAX_LAG_FRAMES = 3;

interface Clip {
  name: string;
  group: 'grid' | 'talking';
  /** Tracked lip opening per frame, in eye-corner distances. */
  opening: number[];
  spoken: boolean[];
  seen: boolean[];
  /** Drawn lip opening per frame of each method. */
  methods: Record<string, number[]>;
}

interface Score {
  clips: string;
  method: string;
  /** Pearson's r over all frames that the tracker saw, and over those in which somebody speaks; clips pooled. */
  whole: number;
  speech: number;
  /** Mean over clips of each clip's own r on speech frames: no credit for knowing who opens the mouth wide. */
  perClip: number;
  /** Standard deviation of the drawn opening over the real one's, on speech frames. */
  spread: number;
  /** Delay in frames at which r would be largest; served is 0. */
  bestLag: number;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      part: { type: 'string', default: 'test' },
      'lip-temperature': { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(`${USAGE}\n`);
    return;
  }
  const { motion } = loadConfig();
  const model = await loadMotionModel(motionModelOptions(loadConfig()));
  const lipTemperature = Number(values['lip-temperature'] ?? motion.lipTemperature);
  const { clips, teacherSteps } = await prepare(values.part);
  for (const [seed, clip] of clips.entries()) clip.methods.student = await rollOut(model, clip, seed, lipTemperature);

  const names = {
    student: `student, ${model.steps} steps, served`,
    teacher: `teacher, ${teacherSteps} steps`,
    linear: 'linear on log-mel',
    loudness: 'loudness',
  };
  const rows = (['grid', 'talking'] as const).flatMap((group) =>
    Object.entries(names)
      .filter(([method]) => clips.every(({ methods }) => methods[method]))
      .map(([method, name]) => score(group, method, name, clips)),
  );
  const [served] = rows as [Score];
  const passed =
    served.speech >= TARGET.speech && served.spread >= TARGET.spreadLow && served.spread <= TARGET.spreadHigh;
  if (values.json)
    process.stdout.write(`${JSON.stringify({ part: values.part, lipTemperature, passed, rows }, null, 2)}\n`);
  else {
    printTable(`Lip opening against the tracked truth (${values.part} clips; one sample, no lag)`, rows.map(shown));
    process.stdout.write(
      `\nGoal: speech >= ${TARGET.speech}, spread ${TARGET.spreadLow} to ${TARGET.spreadHigh}: ${passed ? 'reached' : 'missed'}\n`,
    );
  }
  process.exitCode = passed ? 0 : 1;
}

/** Runs the Python side; its messages go to standard error. */
async function prepare(part: string): Promise<{ clips: Clip[]; teacherSteps: number }> {
  const { status } = spawnSync('bash', [join(TRAINING, 'python.sh'), 'evaluate.py', '--part', part], {
    stdio: ['ignore', process.stderr.fd, process.stderr.fd],
  });
  if (status !== 0) throw new Error('models/training/evaluate.py failed: see above.');
  return JSON.parse(await readFile(join(TRAINING, 'cache/eval', `${part}.json`), 'utf8'));
}

/** The lip openings of one conversation that speaks the clip's sound. */
async function rollOut(model: MotionModel, clip: Clip, seed: number, lipTemperature: number): Promise<number[]> {
  const bytes = await readFile(join(TRAINING, 'cache/eval', `${clip.name}.f32`));
  const sound = Float32Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readFloatLE(4 * i));
  const stream = model.createStream({ seed, lipTemperature });
  stream.push(sound);
  const openings: number[] = [];
  while (openings.length < clip.opening.length) {
    const window = FIRST_WINDOWS[stream.nextFrame / 2] ?? LONG_WINDOW;
    // Past the clip's end the model hears silence.
    stream.push(new Float32Array(stream.missingSamples(window)));
    const states = new Array<ConversationState>(window).fill('speaking');
    for (const frame of await stream.next(states)) openings.push(model.lipOpening(frame.coefficients));
  }
  stream.close();
  return openings.slice(0, clip.opening.length);
}

function score(group: Clip['group'], method: string, name: string, all: readonly Clip[]): Score {
  const clips = all.filter((clip) => clip.group === group);
  const pairs = (clip: Clip, isCounted: (frame: number) => boolean, lag = 0) => {
    const frames = [...clip.opening.keys()].filter(
      (k) => k + lag >= 0 && k + lag < clip.opening.length && isCounted(k),
    );
    return [...frames].map(
      (k) => [(clip.methods[method] as number[])[k + lag] as number, clip.opening[k] as number] as const,
    );
  };
  const inSpeech = (clip: Clip, lag = 0) => pairs(clip, (k) => Boolean(clip.seen[k] && clip.spoken[k]), lag);
  const whole = clips.flatMap((clip) => pairs(clip, (k) => Boolean(clip.seen[k])));
  const speech = clips.flatMap((clip) => inSpeech(clip));
  const lags = Array.from({ length: 2 * MAX_LAG_FRAMES + 1 }, (_, i) => i - MAX_LAG_FRAMES);
  const atLag = (lag: number) => pearson(clips.flatMap((clip) => inSpeech(clip, lag)));
  return {
    clips: `${group} (${clips.length})`,
    method: name,
    whole: pearson(whole),
    speech: pearson(speech),
    perClip: mean(clips.map((clip) => pearson(inSpeech(clip)))),
    spread: spread(speech.map(([drawn]) => drawn)) / spread(speech.map(([, real]) => real)),
    bestLag: lags.reduce((best, lag) => (atLag(lag) > atLag(best) ? lag : best), 0),
  };
}

function pearson(pairs: readonly (readonly [drawn: number, real: number])[]): number {
  return correlation(
    pairs.map(([drawn]) => drawn),
    pairs.map(([, real]) => real),
  );
}

function shown({ clips, method, bestLag, ...figures }: Score): Record<string, string | number> {
  const rounded = Object.entries(figures).map(([name, value]) => [name, value.toFixed(3)]);
  return { clips, method, ...Object.fromEntries(rounded), bestLag };
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
