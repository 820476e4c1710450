// The golden file holds training and serving together: models/training/motion/golden.py wrote sound, conditions and motion.
import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { AT_REST } from '../../server/motion/behaviour/index.ts';
import { type Behaviour, loadMotionModel, type MotionModel } from '../../server/motion/index.ts';
import { normal } from '../../server/noise.ts';
import type { ConversationState, MotionFrame } from '../../server/types.ts';

interface Golden {
  seed: number;
  lipTemperature: number;
  windows: number[];
  states: ConversationState[];
  cues: [number, number, number][];
  pcm16: string;
  motion: string;
  noise: number[][];
}

const TOLERANCE = 1e-3;

let golden: Golden;
let model: MotionModel;
let sound: Float32Array;
let expected: Float32Array;

beforeAll(async () => {
  golden = JSON.parse(await readFile(new URL('../golden/motion.json', import.meta.url), 'utf8')) as Golden;
  model = await loadMotionModel({ modelPath: new URL('../../models/motion.onnx', import.meta.url).pathname });
  const pcm = Buffer.from(golden.pcm16, 'base64');
  sound = Float32Array.from({ length: pcm.length / 2 }, (_, i) => pcm.readInt16LE(2 * i) / 32768);
  const motion = Buffer.from(golden.motion, 'base64');
  expected = Float32Array.from({ length: motion.length / 4 }, (_, i) => motion.readFloatLE(4 * i));
});

/** The golden file's cues, the head left to the model. */
function recordedBehaviour(): Behaviour {
  let frame = 0;
  return {
    next() {
      const [blink, gazeX, gazeY] = golden.cues[frame++] as [number, number, number];
      return { ...AT_REST, blink, gazeX, gazeY };
    },
  };
}

/** Rolls the golden conversation out; `cut` says how many samples are pushed next. */
async function rollOut(cut: () => number): Promise<MotionFrame[]> {
  const { seed, lipTemperature, windows, states } = golden;
  const stream = model.createStream({ seed, lipTemperature, behaviour: recordedBehaviour(), moodFromVoice: false });
  const frames: MotionFrame[] = [];
  let pushed = 0;
  for (const window of windows) {
    while (stream.missingSamples(window) > 0) {
      const end = Math.min(sound.length, pushed + cut());
      stream.push(sound.subarray(pushed, end));
      pushed = end;
    }
    frames.push(...(await stream.next(states.slice(frames.length, frames.length + window))));
  }
  stream.close();
  return frames;
}

function largestDifference(frames: MotionFrame[]): number {
  // Behind the model's 34 stands the mood, which training knows nothing of.
  const made = Float32Array.from(frames.flatMap(({ coefficients }) => [...coefficients.subarray(0, 34)]));
  expect(made.length).toBe(expected.length);
  return made.reduce((worst, value, i) => Math.max(worst, Math.abs(value - (expected[i] as number))), 0);
}

describe('the motion as it was made in training', () => {
  it('comes out of the server when all sound is pushed at once', async () => {
    const frames = await rollOut(() => sound.length);
    expect(frames.map(({ index }) => index)).toEqual(golden.states.map((_, i) => i));
    expect(largestDifference(frames)).toBeLessThan(TOLERANCE);
  });

  it.each([1, 2, 3])('comes out when the sound is cut into random chunks (cut %i)', async (seed) => {
    let draws = 0;
    const frames = await rollOut(() => 1 + Math.floor(Math.abs(normal(seed, draws++, 0)) * 700));
    expect(largestDifference(frames)).toBeLessThan(TOLERANCE);
  });

  it('comes out while another conversation of the thread runs between its windows', async () => {
    const [first, second] = await Promise.all([rollOut(() => 640), rollOut(() => 977)]);
    expect(largestDifference(first)).toBeLessThan(TOLERANCE);
    expect(largestDifference(second)).toBeLessThan(TOLERANCE);
  });

  it('is drawn from the same noise, also after an hour of counting', () => {
    for (const [row, frame] of [0, 1, 90_000_000].entries()) {
      for (const [channel, value] of (golden.noise[row] as number[]).entries()) {
        expect(normal(golden.seed, frame, channel)).toBeCloseTo(value, 5);
      }
    }
  });
});
