// Reads models/manifest.json and the files that it names, and refuses what does not fit this code.

import { dirname, join } from 'node:path';
import { z } from 'zod';
import { VaktraError } from '../errors.ts';
import { modelFileSchema, readManifest, readModelFile } from '../runtime/index.ts';
import { LANDMARK_COUNT } from '../types.ts';
import type { CoefficientRange } from './clamp.ts';
import {
  COEFFICIENT_COUNT,
  CONDITION_COUNT,
  DRAWN_COUNT,
  EXPRESSION_COUNT,
  LOOK_AHEAD_MS,
  POSE_COUNT,
} from './layout.ts';
import { type Classifier, classifierSchema, EXPRESSION_ROWS } from './mood/index.ts';

const coefficientsSchema = z.array(z.number()).length(COEFFICIENT_COUNT);
const manifestSchema = z.object({
  motion: z.object({
    model: modelFileSchema,
    /** Graphs for other numbers of steps; their weights are read out of the model's file. */
    otherSteps: z.record(z.string(), modelFileSchema),
    basis: modelFileSchema,
    neutral: modelFileSchema,
    coefficients: z.array(z.string()).length(COEFFICIENT_COUNT),
    /** Lowest and highest value of each coefficient in the training clips, with a small margin. */
    range: z
      .object({ low: coefficientsSchema, high: coefficientsSchema })
      .refine(({ low, high }) => low.every((value, i) => value < (high[i] as number)), 'low must be under high'),
    conditions: z.array(z.string()).length(CONDITION_COUNT),
    lookAheadMs: z.literal(LOOK_AHEAD_MS),
    steps: z.number().int(),
    /** Noise of pitch, yaw, roll, x, y, z over the training's. */
    headTemperature: z.array(z.number()).length(POSE_COUNT),
    /** Floats of the audio encoder's state. */
    audioState: z.array(z.number().int()).length(1),
    /** Layers, 2 (key, value), past frames, width. */
    past: z.array(z.number().int()).length(4),
  }),
  mood: z.object({
    expressions: modelFileSchema,
    expressionRows: z.array(z.string()).refine((rows) => rows.join() === EXPRESSION_ROWS.join(), 'other rows'),
    classifier: modelFileSchema,
  }),
});

/** What the motion model needs beside its graph. */
export interface MotionFiles {
  /** The graph for the number of steps that was asked for. */
  graphPath: string;
  /** [42 * 478 * 3] displacement of each landmark per unit of each coefficient: the model's, then the expressions'. */
  basis: Float32Array;
  /** [478 * 3] the neutral face that the basis was fitted on. */
  neutral: Float32Array;
  /** What the model's coefficients are held to. */
  range: CoefficientRange;
  /** Reads moods in voices. */
  classifier: Classifier;
  steps: number;
  /** [6] chance in the head's moves that gives them the real spread. */
  headTemperature: readonly number[];
  audioStateSize: number;
  /** Layers, 2 (key, value), past frames, width. */
  pastShape: number[];
}

/**
 * @param modelPath path of motion.onnx; its manifest and the other files lie beside it
 * @param steps denoising steps of each run; the manifest's own number when left out
 * @throws VaktraError `model_missing` for a missing file, `model_damaged` for one that differs from the manifest,
 *   `config_invalid` for a number of steps that there is no graph for
 */
export async function readMotionFiles(modelPath: string, steps?: number): Promise<MotionFiles> {
  const folder = dirname(modelPath);
  const { motion, mood } = await readManifest(join(folder, 'manifest.json'), manifestSchema);
  await readModelFile(modelPath, motion.model.sha256);
  const chosen = steps ?? motion.steps;
  const graphPath = chosen === motion.steps ? modelPath : await otherGraph(chosen);

  async function otherGraph(count: number): Promise<string> {
    const entry = motion.otherSteps[count];
    if (!entry) {
      const known = [...Object.keys(motion.otherSteps), motion.steps].sort().join(', ');
      throw new VaktraError('config_invalid', `motion.steps is ${count}: there are graphs for ${known} steps.`);
    }
    const path = join(folder, entry.file);
    await readModelFile(path, entry.sha256);
    return path;
  }
  const load = async ({ file, sha256 }: z.infer<typeof modelFileSchema>, count: number) =>
    floats(await readModelFile(join(folder, file), sha256), count, file);
  return {
    graphPath,
    basis: joined(
      await load(motion.basis, COEFFICIENT_COUNT * LANDMARK_COUNT * 3),
      await load(mood.expressions, EXPRESSION_COUNT * LANDMARK_COUNT * 3),
    ),
    neutral: await load(motion.neutral, LANDMARK_COUNT * 3),
    range: motion.range,
    classifier: parseClassifier(await readModelFile(join(folder, mood.classifier.file), mood.classifier.sha256)),
    steps: chosen,
    headTemperature: motion.headTemperature,
    audioStateSize: motion.audioState[0] as number,
    pastShape: motion.past,
  };
}

function parseClassifier(bytes: Buffer): Classifier {
  try {
    return classifierSchema.parse(JSON.parse(bytes.toString('utf8')));
  } catch (cause) {
    throw new VaktraError(
      'model_damaged',
      'The mood classifier does not fit this server: restore the folder models/.',
      {
        cause,
      },
    );
  }
}

function joined(model: Float32Array, expressions: Float32Array): Float32Array {
  const all = new Float32Array(DRAWN_COUNT * LANDMARK_COUNT * 3);
  all.set(model);
  all.set(expressions, model.length);
  return all;
}

function floats(bytes: Buffer, count: number, name: string): Float32Array {
  if (bytes.length !== count * Float32Array.BYTES_PER_ELEMENT) {
    throw new VaktraError(
      'model_damaged',
      `${name} has ${bytes.length} bytes, not ${count * 4}: restore the folder models/.`,
    );
  }
  const result = new Float32Array(count);
  for (let i = 0; i < count; i++) result[i] = bytes.readFloatLE(i * Float32Array.BYTES_PER_ELEMENT);
  return result;
}
