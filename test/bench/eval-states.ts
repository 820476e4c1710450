// npm run eval:states: how the served head and eyes move in each state, the shipped model and behaviour together: variance
// beside the filmed man's, and blinks. Behaviour's amplitudes are chosen by this table.

import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadConfig } from '../../server/config.ts';
import { loadMotionModel, type MotionModel } from '../../server/motion/index.ts';
import { motionModelOptions } from '../../server/session/index.ts';
import { type ConversationState, FRAME_RATE_HZ, MODEL_SAMPLES_PER_FRAME } from '../../server/types.ts';
import { CLIP_FRAMES, CLIP_VARIANCE, GAZE, HEAD } from './filmed-man.ts';
import { play, type Stretch, visitorInPhrases } from './motion-played.ts';
import { readSound } from './read-sound.ts';
import { mean, spread } from './statistics.ts';
import { printTable } from './table.ts';

const USAGE = `npm run eval:states -- --sounds FOLDER [--seeds N] [--json]

  --sounds  folder of sound or video files of 3 s, such as GRID's, of which the first 60 are spoken one after the other
  --seeds   conversations per state, default 4`;

const STATES: readonly ConversationState[] = ['speaking', 'idle', 'listening', 'thinking'];
const BLINK = 32;
const MAX_SOUNDS = 60;
/** Conversations last as long as all sounds in a row, in whole windows. */
const CLIP_WINDOW_FRAMES = 76;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      sounds: { type: 'string' },
      seeds: { type: 'string', default: '4' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help || values.sounds === undefined) {
    process.stdout.write(`${USAGE}\n`);
    return;
  }
  const sounds = await readSounds(values.sounds);
  const model = await loadMotionModel(motionModelOptions(loadConfig()));
  const rows: Record<string, string | number>[] = [];
  for (const state of STATES) rows.push(await measure(model, state, sounds, Number(values.seeds)));
  if (values.json) process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`);
  else printTable('Variance within 3 s over the filmed man, speaking: 0.75 to 1.25; blinks a minute: 8 to 25', rows);
}

async function readSounds(folder: string): Promise<Float32Array[]> {
  const names = (await readdir(folder)).toSorted().slice(0, MAX_SOUNDS);
  return Promise.all(
    names.map(async (name) => {
      const sound = new Float32Array(CLIP_WINDOW_FRAMES * MODEL_SAMPLES_PER_FRAME);
      sound.set((await readSound(join(folder, name))).subarray(0, sound.length));
      return sound;
    }),
  );
}

async function measure(model: MotionModel, state: ConversationState, sounds: Float32Array[], seeds: number) {
  const conversations: Float32Array[][] = [];
  for (let seed = 1; seed <= seeds; seed++) {
    const frames: Float32Array[] = [];
    await play(model.createStream({ seed }), stretchesOf(state, sounds), (frame) => frames.push(frame.coefficients));
    conversations.push(frames);
  }
  const ratio = ([name, row]: [string, number]) => {
    const real = CLIP_VARIANCE[name as keyof typeof CLIP_VARIANCE];
    return [name, (mean(conversations.map((frames) => clipVariance(frames, row))) / real).toFixed(2)];
  };
  const minutes = (conversations[0]?.length ?? 0) / FRAME_RATE_HZ / 60;
  const blinks = conversations.map((frames) => blinkCount(frames) / minutes);
  return {
    state,
    ...Object.fromEntries(Object.entries({ ...HEAD, ...GAZE }).map(ratio)),
    blinks: mean(blinks).toFixed(1),
    'least, most': `${Math.min(...blinks).toFixed(1)}, ${Math.max(...blinks).toFixed(1)}`,
  };
}

function stretchesOf(state: ConversationState, sounds: Float32Array[]): Stretch[] {
  return sounds.map((sound, clip) => ({
    state,
    frames: CLIP_WINDOW_FRAMES,
    ...(state === 'speaking' && {
      sound: (first: number, frames: number) => {
        const start = (first - clip * CLIP_WINDOW_FRAMES) * MODEL_SAMPLES_PER_FRAME;
        return sound.subarray(start, start + frames * MODEL_SAMPLES_PER_FRAME);
      },
    }),
    ...(state === 'listening' && { visitor: visitorInPhrases }),
  }));
}

function clipVariance(frames: readonly Float32Array[], row: number): number {
  const variances: number[] = [];
  for (let start = 0; start + CLIP_FRAMES <= frames.length; start += CLIP_FRAMES) {
    variances.push(spread(frames.slice(start, start + CLIP_FRAMES).map((frame) => frame[row] as number)) ** 2);
  }
  return mean(variances);
}

function blinkCount(frames: readonly Float32Array[]): number {
  const shut = (frame: Float32Array | undefined) => (frame?.[BLINK] ?? 0) > 0.5;
  return frames.filter((frame, k) => shut(frame) && !shut(frames[k - 1])).length;
}

await main();
