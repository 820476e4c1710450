// The mood on the face: heard in the voice as in training, given by the caller, moved without a jump.
import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { probabilities } from '../../server/motion/mood/classifier.ts';
import { type Classifier, classifierSchema, EXPRESSION_ROWS, FaceMood } from '../../server/motion/mood/index.ts';
import { RunningSums, StepCounter } from '../../server/motion/mood/voice-figures.ts';
import { STEP_SAMPLES, VoiceEar } from '../../server/motion/mood/voice-frame.ts';
import { EMOTIONS, type Mood } from '../../server/types.ts';

interface Golden {
  pcm16: string;
  activeFrames: number;
  figures: number[];
  baseline: number[];
  probabilities: number[];
}

const FRAME_SAMPLES = 640;
const LAYOUT = { pitch: 24, gazeY: 31, blinks: 32, expressions: 34 };
const DRAWN = 42;

let golden: Golden;
let classifier: Classifier;
let voice: Float32Array;

beforeAll(async () => {
  const read = async (path: string) => JSON.parse(await readFile(new URL(`../../${path}`, import.meta.url), 'utf8'));
  golden = (await read('test/golden/mood.json')) as Golden;
  classifier = classifierSchema.parse(await read('models/mood.json'));
  const pcm = Buffer.from(golden.pcm16, 'base64');
  voice = Float32Array.from({ length: pcm.length / 2 }, (_, i) => pcm.readInt16LE(2 * i) / 32768);
});

function hear(sound: Float32Array) {
  const ear = new VoiceEar();
  const counter = new StepCounter();
  const utterance = new RunningSums(classifier.halfLifeFrames.utterance);
  const whole = new RunningSums(classifier.halfLifeFrames.voice);
  let active = 0;
  for (let start = 0; start + STEP_SAMPLES <= sound.length; start += STEP_SAMPLES) {
    const row = counter.count(ear.hear(sound.subarray(start, start + STEP_SAMPLES)));
    if (!row) continue;
    active += 1;
    utterance.add(row);
    whole.add(row);
  }
  return { active, utterance, whole };
}

function largestDifference(found: ArrayLike<number>, expected: readonly number[]): number {
  expect(found.length).toBe(expected.length);
  return Math.max(...expected.map((value, i) => Math.abs(value - (found[i] as number))));
}

describe('the mood of a voice', () => {
  it('is computed from the same figures as in training', () => {
    const { active, utterance, whole } = hear(voice);
    expect(active).toBe(golden.activeFrames);
    expect(largestDifference(utterance.figures(), golden.figures)).toBeLessThan(1e-6);
    expect(largestDifference(whole.figures(), golden.baseline)).toBeLessThan(1e-6);
    expect(largestDifference(probabilities(classifier, utterance, whole), golden.probabilities)).toBeLessThan(1e-6);
  });

  it('is the same 20 dB louder and 20 dB softer', () => {
    const { utterance, whole } = hear(voice);
    const asItIs = probabilities(classifier, utterance, whole);
    const peak = voice.reduce((highest, value) => Math.max(highest, Math.abs(value)), 0);
    for (const gain of [0.1, 1 / peak]) {
      const heard = hear(voice.map((value) => value * gain));
      expect(largestDifference(probabilities(classifier, heard.utterance, heard.whole), asItIs)).toBeLessThan(0.01);
    }
  });
});

function faceMood(fromVoice = true): FaceMood {
  return new FaceMood({ classifier, layout: LAYOUT, fromVoice, voiceStrength: 1 });
}

/** Frames of a face that the model left at rest. */
function play(mood: FaceMood, frames: number, sound?: (frame: number) => Float32Array | undefined, browRaise = 0) {
  return Array.from({ length: frames }, (_, frame) => {
    const coefficients = new Float32Array(DRAWN);
    mood.add(coefficients, sound?.(frame), browRaise);
    return coefficients;
  });
}

function row(frame: Float32Array | undefined, name: (typeof EXPRESSION_ROWS)[number]): number {
  return frame?.[LAYOUT.expressions + EXPRESSION_ROWS.indexOf(name)] ?? Number.NaN;
}

const voiceFrame = (frame: number) => {
  const start = (frame * FRAME_SAMPLES) % (voice.length - FRAME_SAMPLES);
  return voice.subarray(start, start + FRAME_SAMPLES);
};

describe('the mood on the face', () => {
  it('leaves the face alone when nobody gives one and nothing is heard', () => {
    for (const frame of play(faceMood(), 50)) expect([...frame]).toEqual(new Array(DRAWN).fill(0));
  });

  it('differs for each emotion, grows with its strength, and touches no coefficient of speech', () => {
    const faces = EMOTIONS.map((emotion) => {
      const [weak, strong] = [0.4, 0.8].map((strength) => {
        const mood = faceMood();
        mood.give({ emotion, strength });
        return play(mood, 60).at(-1) as Float32Array;
      }) as [Float32Array, Float32Array];
      expect([...strong.subarray(0, 24), ...strong.subarray(32, 34)]).toEqual(new Array(26).fill(0));
      const size = (face: Float32Array) => Math.hypot(...face.subarray(LAYOUT.expressions));
      if (emotion !== 'neutral') expect(size(strong) / size(weak)).toBeCloseTo(2, 3);
      return strong.subarray(LAYOUT.expressions);
    });
    for (const [i, face] of faces.entries()) {
      for (const other of faces.slice(i + 1)) {
        expect(Math.hypot(...face.map((value, k) => value - (other[k] as number)))).toBeGreaterThan(0.2);
      }
    }
  });

  it('changes without a jump: in speed at most 0.2 and in acceleration at most 0.08 of a row per frame', () => {
    const mood = faceMood();
    const frames: Float32Array[] = [];
    for (const emotion of ['surprised', 'angry', 'happy', 'sad', 'neutral'] as const) {
      mood.give({ emotion, strength: 1 });
      frames.push(...play(mood, 20));
    }
    let fastest = 0;
    let jerkiest = 0;
    for (let k = 2; k < frames.length; k++) {
      for (let i = LAYOUT.expressions; i < DRAWN; i++) {
        const [before, last, now] = [k - 2, k - 1, k].map((at) => frames[at]?.[i] as number) as [
          number,
          number,
          number,
        ];
        fastest = Math.max(fastest, Math.abs(now - last));
        jerkiest = Math.max(jerkiest, Math.abs(now - 2 * last + before));
      }
    }
    expect(row(frames[19], 'eye_wide')).toBeGreaterThan(0.4);
    expect(fastest).toBeLessThan(0.2);
    expect(jerkiest).toBeLessThan(0.08);
  });

  it('is moved by the voice: more of it while the voice sounds than in the pause after', () => {
    const mood = faceMood();
    mood.give({ emotion: 'happy', strength: 1 });
    const spoken = play(mood, 60, voiceFrame).slice(30);
    const paused = play(mood, 60).slice(50);
    const smile = (frames: Float32Array[]) =>
      frames.reduce((sum, frame) => sum + row(frame, 'smile'), 0) / frames.length;
    expect(smile(spoken)).toBeGreaterThan(1.15 * smile(paused));
    expect(smile(paused)).toBeGreaterThan(0.5);
  });

  it('is the given one whatever the voice sounds like, and nothing where neither is asked for', () => {
    const sad: Mood = { emotion: 'sad', strength: 1 };
    const given = faceMood();
    given.give(sad);
    const face = play(given, 80, voiceFrame).at(-1);
    expect(row(face, 'frown')).toBeGreaterThan(0.5);
    expect(row(face, 'smile')).toBeCloseTo(0, 5);
    const off = play(faceMood(false), 80, voiceFrame).at(-1) as Float32Array;
    expect(Math.hypot(...off.subarray(LAYOUT.expressions))).toBe(0);
  });

  it('raises the brows for a listener, and does not hold lids open that blink', () => {
    expect(row(play(faceMood(), 40, undefined, 1).at(-1), 'brow_inner_up')).toBeGreaterThan(0.5);
    const mood = faceMood();
    mood.give({ emotion: 'surprised', strength: 1 });
    play(mood, 40);
    const blinking = new Float32Array(DRAWN);
    blinking[LAYOUT.blinks] = 1;
    mood.add(blinking, undefined, 0);
    expect(row(blinking, 'eye_wide')).toBe(0);
  });
});
