// What no voice is, and voices at impossible levels: the face stays a face, with the shipped model.
import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { AT_REST } from '../../server/motion/behaviour/index.ts';
import { loadMotionModel, type MotionModel } from '../../server/motion/index.ts';
import { normal } from '../../server/noise.ts';
import { type ConversationState, FRAME_RATE_HZ, MODEL_RATE_HZ, MODEL_SAMPLES_PER_FRAME } from '../../server/types.ts';
import { WIDEST_OPENING } from '../bench/filmed-man.ts';
import { play, silence, voice } from '../bench/motion-played.ts';
import { mean } from '../bench/statistics.ts';

const MODELS = new URL('../../models/', import.meta.url);
const COEFFICIENTS = 34;
/** Lip opening in eye-corner distances under which a mouth is shut. */
const SHUT = 0.03;
/** The mouth may still settle in the first second of a new sound. */
const SETTLED_FRAMES = FRAME_RATE_HZ;
/** A float32 may round over an edge that was written with four digits. */
const ROUNDING = 1e-6;

type Sound = (firstFrame: number, frames: number) => Float32Array;
interface Range {
  low: number[];
  high: number[];
}

let model: MotionModel;
let range: Range;
beforeAll(async () => {
  model = await loadMotionModel({ modelPath: new URL('motion.onnx', MODELS).pathname });
  const manifest = JSON.parse(await readFile(new URL('manifest.json', MODELS), 'utf8')) as { motion: { range: Range } };
  range = manifest.motion.range;
});

/** What the model makes of a sound, nothing added; each coefficient is checked against the training clips' range. */
async function openingsOf(sound: Sound, seconds: number, state: ConversationState = 'speaking'): Promise<number[]> {
  const stream = model.createStream({ seed: 3, behaviour: { next: () => AT_REST }, moodFromVoice: false });
  const openings: number[] = [];
  const outside = new Set<number>();
  await play(stream, [{ state, frames: seconds * FRAME_RATE_HZ, sound }], ({ coefficients }) => {
    for (let i = 0; i < COEFFICIENTS; i++) {
      const value = coefficients[i] as number;
      const [low, high] = [(range.low[i] as number) - ROUNDING, (range.high[i] as number) + ROUNDING];
      if (!(value >= low && value <= high)) outside.add(i);
    }
    openings.push(model.lipOpening(coefficients));
  });
  expect([...outside]).toEqual([]);
  expect(openings.every(Number.isFinite)).toBe(true);
  return openings;
}

/** A sound by its value at each sample since the start. */
function sampled(value: (sample: number) => number): Sound {
  return (firstFrame, frames) =>
    Float32Array.from({ length: frames * MODEL_SAMPLES_PER_FRAME }, (_, i) =>
      value(firstFrame * MODEL_SAMPLES_PER_FRAME + i),
    );
}

const noise = (level: number) => sampled((sample) => level * normal(5, sample, 0));
const tone = (hz: number) => sampled((sample) => 0.3 * Math.sin((2 * Math.PI * hz * sample) / MODEL_RATE_HZ));
const atLevel =
  (level: number): Sound =>
  (first, frames) =>
    voice(first, frames, level);

/** Mean movement from frame to frame. */
function movement(openings: readonly number[]): number {
  return mean(openings.slice(1).map((opening, k) => Math.abs(opening - (openings[k] as number))));
}

describe('sound that is no number', () => {
  it.each([Number.NaN, Number.NEGATIVE_INFINITY])(
    '(%d) is refused by its place, and the stream goes on',
    async (value) => {
      const stream = model.createStream({ seed: 1 });
      const heard = model.createStream({ seed: 1 });
      for (const one of [stream, heard]) one.push(voice(0, 3));
      expect(() => stream.push(Float32Array.of(0, value, 0))).toThrowError(
        expect.objectContaining({ code: 'invalid_sample', message: expect.stringContaining('Sample 1921') }),
      );
      for (const one of [stream, heard]) one.push(voice(3, 3));
      const [after, without] = [
        await stream.next(['speaking', 'speaking']),
        await heard.next(['speaking', 'speaking']),
      ];
      expect(after).toEqual(without);
    },
  );
});

describe('one sample', () => {
  it('at a time makes the same motion as all at once', async () => {
    const [bit, whole] = [model.createStream({ seed: 1 }), model.createStream({ seed: 1 })];
    const sound = voice(0, 6);
    for (const sample of sound) bit.push(Float32Array.of(sample));
    whole.push(sound);
    const states = ['speaking', 'speaking', 'speaking', 'speaking'] as const;
    expect(await bit.next(states)).toEqual(await whole.next(states));
  });

  it('alone makes no frame', () => {
    const stream = model.createStream({ seed: 1 });
    stream.push(Float32Array.of(1));
    expect(stream.missingSamples(2)).toBe(2 * MODEL_SAMPLES_PER_FRAME + 1280 - 1);
  });
});

describe('the mouth is shut', () => {
  it.each([
    ['silence', silence],
    ['a constant (DC) of 0.5', sampled(() => 0.5)],
    ['noise 60 dB under full scale', noise(0.001)],
    ['noise 40 dB under full scale', noise(0.01)],
  ] as const)('in %s', async (_what, sound) => {
    const openings = await openingsOf(sound, 8);
    expect(Math.max(...openings.slice(SETTLED_FRAMES))).toBeLessThan(SHUT);
  });

  it('in silence, and moves there by less than 5 % of what it does in speech', async () => {
    const speech = movement(await openingsOf(voice, 8));
    const quiet = movement((await openingsOf(silence, 8, 'idle')).slice(SETTLED_FRAMES));
    expect(quiet / speech).toBeLessThan(0.05);
  });
});

describe('the face stays a face', () => {
  it.each([
    ['a voice at a hundredth of its level', atLevel(0.004), 8],
    ['a voice that clips in every period', atLevel(50), 12],
    ['a minute of shouting', atLevel(1), 60],
    ['white noise at full scale', noise(1), 8],
    ['a tone of 100 Hz', tone(100), 8],
    ['a tone of 440 Hz', tone(440), 8],
    ['a tone of 1 kHz', tone(1000), 8],
    ['a tone of 4 kHz', tone(4000), 8],
    ['a switch between the rails', sampled((sample) => (Math.floor(sample / 40) % 2 === 0 ? 1 : -1)), 8],
  ] as const)('in %s', async (_what, sound, seconds) => {
    const openings = await openingsOf(sound, seconds);
    expect(Math.max(...openings)).toBeLessThan(WIDEST_OPENING);
  });

  it('and its lips follow a voice at full level', async () => {
    const openings = await openingsOf(atLevel(1), 8);
    const widest = Math.max(...openings.slice(SETTLED_FRAMES));
    expect(widest).toBeGreaterThan(2 * SHUT);
    expect(Math.min(...openings.slice(SETTLED_FRAMES))).toBeLessThan(widest / 2);
  });
});
