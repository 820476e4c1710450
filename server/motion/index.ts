// Motion: turns sound into frames of facial motion by a few-step diffusion model in a streaming window.
// Load the model once per worker thread; each conversation has a stream of its own.

import type { InferenceSession } from 'onnxruntime-node';
import { type Noise, normal } from '../noise.ts';
import { type ExecutionProvider, openModel } from '../runtime/index.ts';
import { type Behaviour, createBehaviour } from './behaviour/index.ts';
import { BLINK_LEFT, COEFFICIENT_COUNT, DRAWN_COUNT, GAZE_Y, PITCH } from './layout.ts';
import { LipClosing } from './lip-closing.ts';
import { type MotionFiles, readMotionFiles } from './manifest.ts';
import { FaceMood } from './mood/index.ts';
import { MotionStream } from './stream.ts';

export type { Behaviour, Cues } from './behaviour/index.ts';
export { MotionStream } from './stream.ts';

/** Chance in the lips unless the caller says otherwise; chosen on the tuning clips (models/motion.md). */
const DEFAULT_LIP_TEMPERATURE = 0.3;
/** How much of a mood heard in the voice is shown, unless the caller says otherwise. */
const DEFAULT_MOOD_STRENGTH = 0.7;
/** Landmarks of the inner lips' middle: upper, lower. */
const UPPER_LIP = 13;
const LOWER_LIP = 14;

export interface MotionModelOptions {
  /** Path of motion.onnx; manifest.json and the basis lie beside it. */
  modelPath: string;
  /** Denoising steps of each run, 1 to 4: more is finer and costs as much more. Default: as distilled, 2. */
  steps?: number;
  /** Default cpu. */
  executionProvider?: ExecutionProvider;
}

export interface CreateStreamOptions {
  /** Whole number; the same seed, sound and states give the same motion. */
  seed: number;
  /** 0 (the likeliest lips) to 1 (as varied as the training data). Default 0.3. */
  lipTemperature?: number;
  /** Blinks, gaze and breath. Default: the random process of behaviour/, from the seed. */
  behaviour?: Behaviour;
  /** Chance of the model itself. Default: by counter, from the seed. */
  noise?: Noise;
  /** Moods are heard in the voice; default true. A given one (`setMood`) wins. */
  moodFromVoice?: boolean;
  /** How much of a mood that was heard in the voice is shown, 0 to 1. Default 0.7. */
  moodStrength?: number;
}

/** The model as one thread holds it. */
export class MotionModel {
  readonly #session: InferenceSession;
  readonly #files: MotionFiles;

  constructor(session: InferenceSession, files: MotionFiles) {
    this.#session = session;
    this.#files = files;
  }

  /** [42 * 478 * 3] displacement of each landmark per unit of each coefficient; x right, y down, z away, in eye-corner distances. */
  get basis(): Float32Array {
    return this.#files.basis;
  }

  /** Coefficients of a frame, 42: rows of `basis`. */
  get coefficientCount(): number {
    return DRAWN_COUNT;
  }

  /** Denoising steps of each run. */
  get steps(): number {
    return this.#files.steps;
  }

  createStream(options: CreateStreamOptions): MotionStream {
    return new MotionStream(this.#session, this.#files, new LipClosing((frame) => this.lipOpening(frame)), {
      noise: options.noise ?? ((frame, channel) => normal(options.seed, frame, channel)),
      lipTemperature: options.lipTemperature ?? DEFAULT_LIP_TEMPERATURE,
      behaviour: options.behaviour ?? createBehaviour(options.seed),
      mood: this.createMood(options),
    });
  }

  /** The mood of one conversation's face. A stream has its own. */
  createMood(options: Pick<CreateStreamOptions, 'moodFromVoice' | 'moodStrength'>): FaceMood {
    return new FaceMood({
      classifier: this.#files.classifier,
      layout: { pitch: PITCH, gazeY: GAZE_Y, blinks: BLINK_LEFT, expressions: COEFFICIENT_COUNT },
      fromVoice: options.moodFromVoice ?? true,
      voiceStrength: options.moodStrength ?? DEFAULT_MOOD_STRENGTH,
    });
  }

  /** Distance in the image plane of the inner lips' middle (landmarks 13, 14) on the neutral face, in eye-corner distances. */
  lipOpening(coefficients: Float32Array): number {
    return Math.hypot(this.#gap(coefficients, 0), this.#gap(coefficients, 1));
  }

  #gap(coefficients: Float32Array, axis: number): number {
    const { basis, neutral } = this.#files;
    const upper = UPPER_LIP * 3 + axis;
    const lower = LOWER_LIP * 3 + axis;
    let gap = (neutral[lower] as number) - (neutral[upper] as number);
    for (let i = 0; i < coefficients.length; i++) {
      const row = i * neutral.length;
      gap += (coefficients[i] as number) * ((basis[row + lower] as number) - (basis[row + upper] as number));
    }
    return gap;
  }
}

/**
 * Loads the motion model for the calling thread.
 *
 * @throws VaktraError `model_missing`, `model_damaged`: the message names the file
 */
export async function loadMotionModel(options: MotionModelOptions): Promise<MotionModel> {
  const files = await readMotionFiles(options.modelPath, options.steps);
  return new MotionModel(await openModel(files.graphPath, options.executionProvider), files);
}
