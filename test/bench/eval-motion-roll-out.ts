// Rolls the motion model out over sounds, as a conversation does, as fast as it goes, and writes the motion: the part of
// `npm run eval:motion` that runs the served code. models/training/evaluation/roll.py calls it and reads what it wrote.
//
//   node test/bench/eval-motion-roll-out.ts PLAN.json      prints {coefficients, frames, milliseconds, firstMilliseconds, cacheBytes}

import { closeSync, openSync, readFileSync, readSync, writeSync } from 'node:fs';
import { z } from 'zod';
import { loadConfig } from '../../server/config.ts';
import { AT_REST, createBehaviour } from '../../server/motion/behaviour/index.ts';
import { type Behaviour, loadMotionModel, type MotionModel } from '../../server/motion/index.ts';
import { normal } from '../../server/noise.ts';
import { motionModelOptions } from '../../server/session/index.ts';
import { type ConversationState, MODEL_RATE_HZ } from '../../server/types.ts';
import { median } from './statistics.ts';

/** Windows as a conversation makes them: two short ones, then long ones. */
const SHORT_WINDOW = 2;
const SHORT_WINDOWS = 2;
const LONG_WINDOW = 4;
/** Sound is read in pieces of this length, so that hours of it need no memory. */
const READ_SAMPLES = 10 * MODEL_RATE_HZ;
/** Timings leave out the first frames of the run, in which code is compiled and caches are filled. */
const WARM_UP_FRAMES = 200;

const jobSchema = z.object({
  seed: z.number().int(),
  /** Stretches of the sound file, in the order in which they are heard: first sample and how many. */
  sound: z.array(z.tuple([z.number().int(), z.number().int()])),
  /** The states and how many frames each lasts; their sum is the job's length. Past the sound's end the model hears silence. */
  states: z.array(z.tuple([z.enum(['idle', 'listening', 'thinking', 'speaking']), z.number().int().positive()])),
  /** First row of the cues' file, where blinks and gaze are given instead of drawn, and nothing is added to the model's head. */
  cues: z.number().int().optional(),
  /** Frame from which on chance, the behaviour's included, is that of a conversation which begins there. */
  restart: z.number().int().optional(),
});
const planSchema = z.object({
  /** motion.onnx with its manifest beside it; left out: as served. */
  model: z.string().optional(),
  steps: z.number().int().optional(),
  lipTemperature: z.number().optional(),
  /** Files of float32: sound at 16 kHz; cues [rows, 3] blink, gaze x, gaze y; the motion that is written, [frames, coefficients]. */
  sound: z.string(),
  cues: z.string().optional(),
  motion: z.string(),
  jobs: z.array(jobSchema),
});
type Job = z.infer<typeof jobSchema>;

async function main(): Promise<void> {
  const path = process.argv[2];
  if (path === undefined) throw new Error('Usage: node test/bench/eval-motion-roll-out.ts PLAN.json');
  const plan = planSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  const config = loadConfig();
  const options = motionModelOptions(config);
  const model = await loadMotionModel({
    ...options,
    modelPath: plan.model ?? options.modelPath,
    ...(plan.steps === undefined ? {} : { steps: plan.steps }),
  });
  const lipTemperature = plan.lipTemperature ?? config.motion.lipTemperature;
  const cues = plan.cues === undefined ? undefined : floats(readFileSync(plan.cues));
  const sound = openSync(plan.sound, 'r');
  const target = openSync(plan.motion, 'w');
  const told = { coefficients: 0, frames: 0, milliseconds: 0, firstMilliseconds: 0, cacheBytes: 0 };
  let timedFrames = 0;
  const firstWindows: number[] = [];
  for (const job of plan.jobs) {
    let isFirst = true;
    for await (const made of rollOut(model, job, sound, lipTemperature, cues)) {
      told.coefficients = made.coefficients;
      told.frames += made.frames;
      told.cacheBytes = made.cacheBytes;
      if (isFirst) firstWindows.push(made.milliseconds);
      isFirst = false;
      if (told.frames > WARM_UP_FRAMES) {
        told.milliseconds += made.milliseconds;
        timedFrames += made.frames;
      }
      writeSync(target, made.bytes);
    }
  }
  closeSync(sound);
  closeSync(target);
  told.milliseconds /= timedFrames;
  told.firstMilliseconds = median(firstWindows);
  process.stdout.write(`${JSON.stringify(told)}\n`);
}

interface Made {
  bytes: Uint8Array;
  frames: number;
  coefficients: number;
  /** Of the model's run, and what is drawn by chance beside it. */
  milliseconds: number;
  cacheBytes: number;
}

/** The conversation's frames, window by window. */
async function* rollOut(
  model: MotionModel,
  job: Job,
  sound: number,
  lipTemperature: number,
  cues: Float32Array | undefined,
): AsyncGenerator<Made> {
  const { seed, restart } = job;
  const stream = model.createStream({
    seed,
    lipTemperature,
    behaviour: behaviourOf(job, cues),
    ...(restart !== undefined && {
      noise: (frame, channel) => normal(seed, frame >= restart ? frame - restart : frame, channel),
    }),
  });
  const pieces = soundOf(job, sound);
  const total = job.states.reduce((sum, [, count]) => sum + count, 0);
  const states = statesOf(job);
  for (let done = 0; done < total; ) {
    const window = done < SHORT_WINDOW * SHORT_WINDOWS ? SHORT_WINDOW : LONG_WINDOW;
    while (stream.missingSamples(window) > 0) stream.push(pieces.next().value ?? new Float32Array(READ_SAMPLES));
    const told = Array.from({ length: window }, () => states.next().value ?? 'idle');
    const before = performance.now();
    const made = await stream.next(told);
    const milliseconds = performance.now() - before;
    const frames = made.slice(0, total - done).map((frame) => stream.finish(frame).coefficients);
    const coefficients = frames[0]?.length ?? 0;
    const bytes = Buffer.concat(frames.map(bytesOf));
    done += frames.length;
    yield { bytes, frames: frames.length, coefficients, milliseconds, cacheBytes: stream.cacheBytes };
  }
  stream.close();
}

function behaviourOf({ seed, cues: firstRow, restart }: Job, cues: Float32Array | undefined): Behaviour {
  if (firstRow !== undefined && cues) return givenCues(cues, firstRow);
  return restart === undefined ? createBehaviour(seed) : restarted(seed, restart);
}

/** Blinks and gaze from the cues' file; the head is the model's alone. */
function givenCues(cues: Float32Array, firstRow: number): Behaviour {
  let at = 3 * firstRow;
  return {
    next() {
      const [blink = 0, gazeX = 0, gazeY = 0] = cues.subarray(at, at + 3);
      at += 3;
      return { ...AT_REST, blink, gazeX, gazeY };
    },
  };
}

function restarted(seed: number, restart: number): Behaviour {
  const [before, after] = [createBehaviour(seed), createBehaviour(seed)];
  let frame = 0;
  return { next: (...now) => (frame++ < restart ? before : after).next(...now) };
}

function* statesOf({ states }: Job): Generator<ConversationState> {
  for (const [state, count] of states) for (let i = 0; i < count; i++) yield state;
}

function* soundOf(job: Job, file: number): Generator<Float32Array> {
  const size = Float32Array.BYTES_PER_ELEMENT;
  for (const [first, count] of job.sound) {
    for (let at = 0; at < count; at += READ_SAMPLES) {
      const bytes = Buffer.alloc(size * Math.min(READ_SAMPLES, count - at));
      readSync(file, bytes, 0, bytes.length, size * (first + at));
      yield floats(bytes);
    }
  }
}

/** Both sides run on the same machine, so floats are in its own order of bytes. */
function floats(bytes: Buffer): Float32Array {
  return new Float32Array(new Uint8Array(bytes).buffer);
}

function bytesOf(values: Float32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

await main();
