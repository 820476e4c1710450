// The motion stream as a conversation uses it, with the shipped model.
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBehaviour } from '../../server/motion/behaviour/index.ts';
import { loadMotionModel, type MotionModel } from '../../server/motion/index.ts';
import { normal } from '../../server/noise.ts';
import { FRAME_RATE_HZ, MODEL_SAMPLES_PER_FRAME, type MotionFrame } from '../../server/types.ts';
import { LOOK_AHEAD_SAMPLES, play, type Stretch, voice } from '../bench/motion-played.ts';
import { correlation } from '../bench/statistics.ts';

const MODELS = new URL('../../models/', import.meta.url).pathname;
const FACE = 24;
/** Lip opening in eye-corner distances: a shut mouth, and one that speaks. */
const SHUT = 0.03;
const OPEN = 0.06;

let model: MotionModel;
let folder: string;

beforeAll(async () => {
  model = await loadMotionModel({ modelPath: join(MODELS, 'motion.onnx') });
  folder = await mkdtemp(join(tmpdir(), 'vaktra-motion-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe.each([1, 2, 3, 4])('%i steps', (steps) => {
  it('open the mouth in a voice and shut it in silence, much as the shipped number does', async () => {
    const chosen = await loadMotionModel({ modelPath: join(MODELS, 'motion.onnx'), steps });
    expect(chosen.steps).toBe(steps);
    const openings = async (one: MotionModel) => {
      const found: number[] = [];
      const stretches: Stretch[] = [
        { state: 'speaking', frames: 40, sound: voice },
        { state: 'idle', frames: 40 },
      ];
      await play(one.createStream({ seed: 5 }), stretches, ({ coefficients }) => {
        found.push(one.lipOpening(coefficients));
      });
      return found;
    };
    const [made, shipped] = [await openings(chosen), await openings(model)];
    expect(Math.max(...made.slice(0, 40))).toBeGreaterThan(OPEN);
    expect(Math.max(...made.slice(60))).toBeLessThan(SHUT);
    expect(correlation(made, shipped)).toBeGreaterThan(0.9);
  });
});

describe('the mouth', () => {
  it('opens in a voice and is shut in the silence after it', async () => {
    const openings: number[] = [];
    const stretches: Stretch[] = [
      { state: 'speaking', frames: 100, sound: voice },
      { state: 'idle', frames: 100 },
    ];
    await play(model.createStream({ seed: 7 }), stretches, (frame) =>
      openings.push(model.lipOpening(frame.coefficients)),
    );
    expect(Math.max(...openings.slice(0, 100))).toBeGreaterThan(OPEN);
    expect(Math.max(...openings.slice(112))).toBeLessThan(SHUT);
  });

  it('stays shut in steady noise', async () => {
    const openings: number[] = [];
    const hiss = (first: number, frames: number) =>
      Float32Array.from({ length: frames * MODEL_SAMPLES_PER_FRAME }, (_, i) => 0.003 * normal(3, first * 640 + i, 0));
    await play(model.createStream({ seed: 8 }), [{ state: 'idle', frames: 100, sound: hiss }], (frame) =>
      openings.push(model.lipOpening(frame.coefficients)),
    );
    expect(Math.max(...openings.slice(25))).toBeLessThan(SHUT);
  });

  it('is shut within five frames of an interrupt, in frames made before it too', async () => {
    const stream = model.createStream({ seed: 9 });
    const frames: MotionFrame[] = [];
    stream.push(voice(0, 42));
    for (let window = 0; window < 10; window++)
      frames.push(...(await stream.next(['speaking', 'speaking', 'speaking', 'speaking'])));
    const widest = frames.reduce((best, frame) =>
      model.lipOpening(frame.coefficients) > model.lipOpening(best.coefficients) ? frame : best,
    );
    const at = widest.index;
    expect(at).toBeLessThan(35);
    stream.interrupt(at);
    const drawn = frames.map((frame) => stream.finish(frame));
    expect(drawn[at - 1]).toBe(frames[at - 1]);
    expect(model.lipOpening((drawn[at + 4] as MotionFrame).coefficients)).toBeLessThan(0.01);
    for (const frame of drawn.slice(at + 4)) expect(model.lipOpening(frame.coefficients)).toBeLessThan(SHUT);
  });

  it('speaks again soon after an interrupt', async () => {
    const stream = model.createStream({ seed: 9 });
    const openings: number[] = [];
    const see = (frame: MotionFrame) => openings.push(model.lipOpening(frame.coefficients));
    await play(stream, [{ state: 'speaking', frames: 40, sound: voice }], see);
    stream.interrupt(40);
    for (let window = 0; window < 10; window++) {
      stream.push(voice(stream.nextFrame, 4));
      for (const frame of await stream.next(['speaking', 'speaking', 'speaking', 'speaking']))
        see(stream.finish(frame));
    }
    expect(Math.max(...openings.slice(60))).toBeGreaterThan(OPEN);
  });
});

describe('ten minutes', () => {
  const MINUTES_10 = 10 * 60 * FRAME_RATE_HZ;

  it('of talk and silence in turn drift nowhere and keep the head alive', async () => {
    const spoken = voice(0, 148);
    const again = (first: number, frames: number) => {
      const start = ((first % 300) - 152) * MODEL_SAMPLES_PER_FRAME;
      return spoken.subarray(start, start + frames * MODEL_SAMPLES_PER_FRAME);
    };
    const turn: Stretch[] = [
      { state: 'listening', frames: 100 },
      { state: 'thinking', frames: 52 },
      { state: 'speaking', frames: 148, sound: again },
    ];
    const stretches = Array.from({ length: MINUTES_10 / 300 }, () => turn).flat();
    const motion: Float32Array[] = [];
    await play(model.createStream({ seed: 11 }), stretches, (frame) => motion.push(frame.coefficients));
    expect(motion).toHaveLength(MINUTES_10);
    for (let i = 0; i < 34; i++) {
      const values = motion.map((frame) => frame[i] as number);
      expect(values.every(Number.isFinite)).toBe(true);
      if (i < FACE) expect(Math.max(...values.map(Math.abs))).toBeLessThan(8);
      const spread = deviation(values);
      const firstMinutes = mean(values.slice(0, MINUTES_10 / 4));
      const lastMinutes = mean(values.slice(-MINUTES_10 / 4));
      expect(Math.abs(lastMinutes - firstMinutes) / spread, `drift of coefficient ${i}`).toBeLessThan(0.5);
    }
    const yaw = motion.map((frame) => frame[25] as number);
    expect(deviation(yaw)).toBeGreaterThan(0.008);
    expect(Math.max(...yaw.map(Math.abs))).toBeLessThan(0.35);
  }, 60_000);

  it('of behaviour blink at a human rate and look away and back', () => {
    const behaviour = createBehaviour(5);
    const cues = Array.from({ length: MINUTES_10 }, () => behaviour.next('idle'));
    const blinks = cues.filter(({ blink }, i) => blink > 0.5 && (cues[i - 1]?.blink ?? 0) <= 0.5).length;
    expect(blinks / 10).toBeGreaterThan(8);
    expect(blinks / 10).toBeLessThan(25);
    expect(Math.abs(mean(cues.map(({ gazeX }) => gazeX)))).toBeLessThan(0.02);
    expect(Math.max(...cues.map(({ gazeX }) => Math.abs(gazeX)))).toBeGreaterThan(0.05);
  });
});

describe('two conversations', () => {
  it('with different seeds move their heads differently, with the same seed alike', async () => {
    const yaws = async (seed: number) => {
      const yaw: number[] = [];
      await play(model.createStream({ seed }), [{ state: 'speaking', frames: 100, sound: voice }], ({ coefficients }) =>
        yaw.push(coefficients[25] as number),
      );
      return yaw;
    };
    const [one, again, other] = [await yaws(1), await yaws(1), await yaws(2)];
    expect(again).toEqual(one);
    expect(mean(one.map((value, i) => Math.abs(value - (other[i] as number))))).toBeGreaterThan(0.001);
  });
});

describe('what cannot be used', () => {
  it.each([Number.NaN, Number.POSITIVE_INFINITY])('sound with %d is refused and the stream goes on', async (value) => {
    const stream = model.createStream({ seed: 1 });
    expect(() => stream.push(Float32Array.of(0, value))).toThrowError(
      expect.objectContaining({ code: 'invalid_sample' }),
    );
    stream.push(new Float32Array(4 * MODEL_SAMPLES_PER_FRAME + LOOK_AHEAD_SAMPLES));
    expect(await stream.next(['idle', 'idle', 'idle', 'idle'])).toHaveLength(4);
  });

  it('sound beyond full scale is clipped, and the face stays a face', async () => {
    const loud = (first: number, frames: number) => voice(first, frames, 50);
    await play(
      model.createStream({ seed: 1 }),
      [{ state: 'speaking', frames: 100, sound: loud }],
      ({ coefficients }) => {
        for (const value of coefficients) expect(Math.abs(value)).toBeLessThan(8);
      },
    );
  });

  it('a window without its sound is refused with the number of samples that are missing', async () => {
    const stream = model.createStream({ seed: 1 });
    stream.push(new Float32Array(2000));
    await expect(stream.next(['idle', 'idle'])).rejects.toMatchObject({
      code: 'invalid_sample',
      message: expect.stringContaining(' 560 more samples'),
    });
  });

  it('a window of three frames is refused', async () => {
    const stream = model.createStream({ seed: 1 });
    stream.push(new Float32Array(16_000));
    await expect(stream.next(['idle', 'idle', 'idle'])).rejects.toMatchObject({ code: 'invalid_sample' });
  });

  it('a closed stream is refused, and closing twice is harmless', async () => {
    const stream = model.createStream({ seed: 1 });
    stream.close();
    stream.close();
    expect(() => stream.push(new Float32Array(1))).toThrowError(
      expect.objectContaining({ code: 'conversation_closed' }),
    );
  });

  it('a number of steps without a graph names those that there are', async () => {
    await expect(loadMotionModel({ modelPath: join(MODELS, 'motion.onnx'), steps: 7 })).rejects.toMatchObject({
      code: 'config_invalid',
      message: expect.stringContaining('1, 2, 3, 4'),
    });
  });

  it('a missing model names its path', async () => {
    await expect(loadMotionModel({ modelPath: join(folder, 'motion.onnx') })).rejects.toMatchObject({
      code: 'model_missing',
    });
  });

  it("a model that is not the manifest's is refused", async () => {
    await copyFile(join(MODELS, 'manifest.json'), join(folder, 'manifest.json'));
    await writeFile(join(folder, 'motion.onnx'), 'not a model');
    await expect(loadMotionModel({ modelPath: join(folder, 'motion.onnx') })).rejects.toMatchObject({
      code: 'model_damaged',
    });
  });
});

function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function deviation(values: number[]): number {
  const centre = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - centre) ** 2)));
}
