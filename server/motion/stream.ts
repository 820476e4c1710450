// The motion of one conversation: a window of new frames per run, with the keys and values of past frames and the audio
// encoder's state kept from run to run, so that nothing is computed twice.

import * as ort from 'onnxruntime-node';
import { VaktraError } from '../errors.ts';
import type { Noise } from '../noise.ts';
import type { ConversationState, FrameIndex, Mood, MotionFrame } from '../types.ts';
import { MODEL_RATE_HZ, MODEL_SAMPLES_PER_FRAME } from '../types.ts';
import type { Behaviour, Cues } from './behaviour/index.ts';
import { type CoefficientRange, clamp } from './clamp.ts';
import { addBeyondTheModel, conditionsOf } from './conditions.ts';
import { HeadLimit } from './head-limit.ts';
import {
  COEFFICIENT_COUNT,
  CONDITION_COUNT,
  DRAWN_COUNT,
  FACE_ROWS,
  LOOK_AHEAD_MS,
  PITCH,
  POSE_COUNT,
  WINDOWS,
} from './layout.ts';
import type { LipClosing } from './lip-closing.ts';
import type { MotionFiles } from './manifest.ts';
import type { FaceMood } from './mood/index.ts';
import { NoteHold, OwnVoice, type OwnVoiceFrame } from './song/index.ts';
import { SoundQueue } from './sound-queue.ts';

const LOOK_AHEAD_SAMPLES = (LOOK_AHEAD_MS / 1000) * MODEL_RATE_HZ;
const LOOK_AHEAD_FRAMES = LOOK_AHEAD_SAMPLES / MODEL_SAMPLES_PER_FRAME;

export interface MotionStreamOptions {
  /** How much chance the face has, 0 (the likeliest lips) to 1 (as varied as the training data). Head and gaze always have all. */
  lipTemperature: number;
  behaviour: Behaviour;
  /** Gaussian number of spread 1 for a frame's channel. */
  noise: Noise;
  mood: FaceMood;
}

/** What a window leaves behind for the next one. */
interface Caches {
  audioState: ort.Tensor;
  past: ort.Tensor;
  pastValid: ort.Tensor;
  /** The head's pose in the last frame, from which the next window's is counted. */
  lastPose: ort.Tensor;
}

export class MotionStream {
  readonly #session: ort.InferenceSession;
  readonly #options: MotionStreamOptions;
  readonly #closing: LipClosing;
  /** What the noise of each channel is multiplied with. */
  readonly #temperature: Float32Array;
  readonly #range: CoefficientRange;
  readonly #sound = new SoundQueue();
  readonly #ownVoice = new OwnVoice();
  readonly #noteHold = new NoteHold();
  readonly #headLimit = new HeadLimit();
  #caches: Caches;
  #primed = false;
  #next: FrameIndex = 0;
  #isClosed = false;

  constructor(session: ort.InferenceSession, files: MotionFiles, closing: LipClosing, options: MotionStreamOptions) {
    this.#session = session;
    this.#options = options;
    this.#closing = closing;
    this.#temperature = new Float32Array(COEFFICIENT_COUNT).fill(1);
    this.#temperature.fill(options.lipTemperature, 0, FACE_ROWS);
    this.#temperature.set(files.headTemperature, PITCH);
    this.#range = files.range;
    this.#caches = emptyCaches(files);
  }

  /** Index of the next frame that `next` makes. */
  get nextFrame(): FrameIndex {
    return this.#next;
  }

  /** Bytes that the model keeps for this conversation between two runs. */
  get cacheBytes(): number {
    const floats = Object.values(this.#caches).reduce((sum, cache: ort.Tensor) => sum + cache.size, 0);
    return Float32Array.BYTES_PER_ELEMENT * floats;
  }

  /**
   * Adds sound: 16 kHz mono in [-1, 1], cut anyhow, contiguous from sample 0 of the conversation. It is copied.
   *
   * @throws VaktraError `invalid_sample` for a sample that is no number, `conversation_closed` after close
   */
  push(sound: Float32Array): void {
    this.#refuseClosed();
    this.#sound.push(sound);
  }

  /** Samples that must still be pushed before a window of `count` frames can be made; 0 when it can. */
  missingSamples(count: number): number {
    return Math.max(0, (this.#next + count) * MODEL_SAMPLES_PER_FRAME + LOOK_AHEAD_SAMPLES - this.#sound.pushed);
  }

  /**
   * Makes the next frames; one run of the model, during which the calling thread is blocked. Calls must not overlap.
   *
   * @param states the state of each new frame; 2 or 4 of them: as many frames are made
   * @param visitorLevels how loud the visitor's microphone is in each of them, RMS in [0, 1]; 0 where it is left out
   * @throws VaktraError `invalid_sample` when the window has another length, or its sound (80 ms of look-ahead included) was not pushed
   */
  async next(states: readonly ConversationState[], visitorLevels: readonly number[] = []): Promise<MotionFrame[]> {
    this.#refuseClosed();
    if (!WINDOWS.includes(states.length)) {
      throw new VaktraError('invalid_sample', `A window of motion has 2 or 4 frames, not ${states.length}.`);
    }
    const missing = this.missingSamples(states.length);
    if (missing > 0) {
      throw new VaktraError('invalid_sample', `The motion needs ${missing} more samples of sound: push them first.`);
    }
    if (!this.#primed) await this.#prime();
    const first = this.#next;
    this.#next += states.length;
    const sound = this.#sound.take(states.length * MODEL_SAMPLES_PER_FRAME);
    const voice = this.#hear(sound);
    const cues = states.map((state, i) =>
      this.#options.behaviour.next(state, { visitorLevel: visitorLevels[i] ?? 0, own: voice[i] as OwnVoiceFrame }),
    );
    const motion = await this.#run(sound, states, cues, first);
    return states.map((state, i) => {
      const coefficients = new Float32Array(DRAWN_COUNT);
      const made = coefficients.subarray(0, COEFFICIENT_COUNT);
      made.set(motion.subarray(i * COEFFICIENT_COUNT, (i + 1) * COEFFICIENT_COUNT));
      clamp(made, this.#range);
      this.#noteHold.apply(made, voice[i]?.vowelFrames ?? 0);
      const { browRaise } = cues[i] as Cues;
      addBeyondTheModel(coefficients, cues[i] as Cues);
      const heard = sound.subarray(i * MODEL_SAMPLES_PER_FRAME, (i + 1) * MODEL_SAMPLES_PER_FRAME);
      this.#options.mood.add(coefficients, state === 'speaking' ? heard : undefined, browRaise);
      this.#headLimit.apply(coefficients);
      return { index: first + i, coefficients, state };
    });
  }

  /** The mood of what is said from the next frame on; undefined leaves it to what the voice sounds like. */
  setMood(mood: Mood | undefined): void {
    this.#options.mood.give(mood);
  }

  /** Lets the mouth close within 200 ms from frame `at` on, frames that were already made included: `finish` does it. */
  interrupt(at: FrameIndex): void {
    const heard = Math.floor(this.#sound.pushed / MODEL_SAMPLES_PER_FRAME);
    this.#closing.begin(at, Math.max(0, heard));
  }

  /** The frame as it is to be drawn. Call it for each frame once, in their order, just before drawing. */
  finish(frame: MotionFrame): MotionFrame {
    return this.#closing.apply(frame);
  }

  /** Drops the caches. Closing twice is harmless. */
  close(): void {
    this.#isClosed = true;
  }

  #refuseClosed(): void {
    if (this.#isClosed) throw new VaktraError('conversation_closed', 'This motion stream is closed: open a new one.');
  }

  /** The audio encoder hears the look-ahead of frame 0; the frames that this run makes lie before the start and are dropped. */
  async #prime(): Promise<void> {
    this.#primed = true;
    const empty = this.#caches;
    const states = new Array<ConversationState>(LOOK_AHEAD_FRAMES).fill('idle');
    const sound = this.#sound.take(LOOK_AHEAD_SAMPLES);
    this.#hear(sound);
    await this.#run(sound, states, [], -LOOK_AHEAD_FRAMES);
    this.#caches = { ...empty, audioState: this.#caches.audioState };
  }

  #hear(sound: Float32Array): OwnVoiceFrame[] {
    return Array.from({ length: sound.length / MODEL_SAMPLES_PER_FRAME }, (_, i) =>
      this.#ownVoice.next(sound.subarray(i * MODEL_SAMPLES_PER_FRAME, (i + 1) * MODEL_SAMPLES_PER_FRAME)),
    );
  }

  async #run(
    sound: Float32Array,
    states: readonly ConversationState[],
    cues: readonly Cues[],
    first: FrameIndex,
  ): Promise<Float32Array> {
    const { audioState, past, pastValid, lastPose } = this.#caches;
    const frames = states.length;
    const outputs = await this.#session.run({
      audio: new ort.Tensor('float32', sound, [1, sound.length]),
      conditions: new ort.Tensor('float32', conditionsOf(states, cues), [1, frames, CONDITION_COUNT]),
      noise: new ort.Tensor('float32', this.#noise(first, frames), [1, frames, COEFFICIENT_COUNT]),
      audio_state: audioState,
      past,
      past_valid: pastValid,
      last_pose: lastPose,
    });
    this.#caches = {
      audioState: tensor(outputs, 'next_audio_state'),
      past: tensor(outputs, 'next_past'),
      pastValid: tensor(outputs, 'next_past_valid'),
      lastPose: tensor(outputs, 'next_last_pose'),
    };
    return tensor(outputs, 'motion').data as Float32Array;
  }

  #noise(first: FrameIndex, frames: number): Float32Array {
    const noise = new Float32Array(frames * COEFFICIENT_COUNT);
    return noise.map((_, at) => {
      const channel = at % COEFFICIENT_COUNT;
      const frame = first + Math.floor(at / COEFFICIENT_COUNT);
      return (this.#temperature[channel] as number) * this.#options.noise(frame, channel);
    });
  }
}

function emptyCaches({ audioStateSize, pastShape }: MotionFiles): Caches {
  const pastFrames = pastShape[2] as number;
  const pastSize = pastShape.reduce((product, size) => product * size, 1);
  return {
    audioState: new ort.Tensor('float32', new Float32Array(audioStateSize), [1, audioStateSize]),
    past: new ort.Tensor('float32', new Float32Array(pastSize), [1, ...pastShape]),
    pastValid: new ort.Tensor('float32', new Float32Array(pastFrames), [1, pastFrames]),
    lastPose: new ort.Tensor('float32', new Float32Array(POSE_COUNT), [1, POSE_COUNT]),
  };
}

function tensor(outputs: ort.InferenceSession.OnnxValueMapType, name: string): ort.Tensor {
  const value = outputs[name];
  if (value === undefined) {
    throw new VaktraError('model_damaged', `The motion model has no output ${name}: restore the folder models/.`);
  }
  return value as ort.Tensor;
}
