// The one chunker of every voice: whatever its rate and however it is cut, it comes out at 16 and 48 kHz, complete and
// labelled as speech or silence. Nothing is lost: the spans laid end to end are the input.

import { CLOCK_RATE_HZ, MODEL_RATE_HZ } from '../types.ts';
import { assertInputRate, createResampler } from './resampler.ts';
import { SampleQueue } from './sample-queue.ts';
import {
  VAD_DEFAULTS,
  VAD_FRAME_MS,
  VAD_FRAME_SAMPLES,
  type VadChange,
  type VadModel,
  type VadSettings,
} from './vad.ts';

/** Samples of the clock per sample of the models. */
const CLOCK_PER_MODEL_SAMPLE = CLOCK_RATE_HZ / MODEL_RATE_HZ;

/** A stretch of one voice with one label. The receiver owns both arrays and may transfer them. */
export interface VoiceSpan {
  /** First sample, counted at 16 kHz since this input began; the next span starts where this one ends. */
  start: number;
  /** 16 kHz mono in [-1, 1]. */
  data16: Float32Array;
  /** The same moment at 48 kHz, exactly three times as long. */
  data48: Float32Array;
  speaking: boolean;
  /** Counts from 1; in silence the last one's number, 0 before the first. */
  utterance: number;
  /** Present on the first span of an utterance. */
  starts?: true;
  /** Present on its last; that one is empty where `end` had no sound left to close it with. */
  ends?: true;
}

/** Calls may overlap: they are worked off in their order. */
export interface VoiceInput {
  /**
   * Takes sound at the input's rate, any length; it is not kept.
   *
   * @returns what is decided by now. Speech is at most one frame (32 ms) and 2 ms of filter behind; silence is held back
   * `preSpeechPadMs` longer, since it may turn out to be the beginning of speech.
   */
  push(pcm: Float32Array): Promise<VoiceSpan[]>;
  /** No more sound for now: gives out all that is held back and closes the utterance. The input may go on afterwards. */
  end(): Promise<VoiceSpan[]>;
  /** Forgets what is held back, after an interrupt; the count of samples goes on, without them. */
  reset(): Promise<void>;
  /** For a live microphone made `adaptive`: gives out this many millionths more samples per sample. */
  setRatio(ppm: number): void;
  /** Frees the filters after the calls that were made before; nothing may be called after it. */
  close(): void;
}

export interface VoiceInputOptions {
  vad: VadModel;
  /** Whole number from 8000 to 48000. */
  sampleRateHz: number;
  settings?: Partial<VadSettings>;
  /** For a live microphone, whose clock is not ours. Default false. */
  adaptive?: boolean;
}

/** A frame or a rest of one, with its label. */
interface Labelled {
  samples: number;
  speaking: boolean;
  utterance: number;
  starts: boolean;
  ends: boolean;
}

/** @throws VaktraError `audio_rate_unsupported`, `config_invalid` for impossible thresholds */
export function createVoiceInput({
  vad,
  sampleRateHz,
  settings = {},
  adaptive = false,
}: VoiceInputOptions): VoiceInput {
  assertInputRate(sampleRateHz);
  const stream = vad.createStream(settings);
  const padFrames = Math.round((settings.preSpeechPadMs ?? VAD_DEFAULTS.preSpeechPadMs) / VAD_FRAME_MS);

  // One after the other, so that both rates are the same moment whatever the input's rate and its corrections are.
  const toClock = createResampler({ inputRateHz: sampleRateHz, outputRateHz: CLOCK_RATE_HZ, adaptive });
  const toModel = createResampler({ inputRateHz: CLOCK_RATE_HZ, outputRateHz: MODEL_RATE_HZ });
  const clockQueue = new SampleQueue();
  const modelQueue = new SampleQueue();

  let held: Labelled[] = []; // decided as silence, oldest first; their sound is at the front of both queues
  let start = 0;
  let utterance = 0;
  let speaking = false;
  let last: Promise<unknown> = Promise.resolve();

  /** Runs `work` after all that was asked before; a failure is told to its own caller only. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = last.then(work);
    last = result.catch(() => undefined);
    return result;
  };

  const feed = (sound48: Float32Array): void => {
    clockQueue.push(sound48);
    modelQueue.push(toModel.push(sound48));
  };

  /** Labels one more stretch and returns all stretches that are decided by it. */
  const label = (samples: number, change: VadChange): Labelled[] => {
    if (change === 'begins') {
      speaking = true;
      utterance++;
      const beginning = held.map((silence) => ({ ...silence, speaking, utterance }));
      held = [];
      const decided = [...beginning, { samples, speaking, utterance, starts: false, ends: false }];
      if (decided[0]) decided[0].starts = true;
      return decided;
    }
    const stretch = { samples, speaking, utterance, starts: false, ends: change === 'ends' };
    if (speaking) {
      speaking = change !== 'ends';
      return [stretch];
    }
    held.push(stretch);
    return held.splice(0, held.length - padFrames);
  };

  /** Lets VAD hear every whole frame that was not heard yet. */
  const decide = async (): Promise<Labelled[]> => {
    const decided: Labelled[] = [];
    for (;;) {
      const heard = sumOfSamples(held) + sumOfSamples(decided);
      if (modelQueue.length - heard < VAD_FRAME_SAMPLES) return decided;
      decided.push(...label(VAD_FRAME_SAMPLES, await stream.push(modelQueue.peek(heard, VAD_FRAME_SAMPLES))));
    }
  };

  /** Joins neighbours of the same label and takes their sound out of the queues. */
  const spansOf = (decided: Labelled[]): VoiceSpan[] =>
    joined(decided).map(({ samples, speaking, utterance, starts, ends }) => {
      const data16 = modelQueue.shift(samples);
      const data48 = clockQueue.shift(samples * CLOCK_PER_MODEL_SAMPLE);
      const span: VoiceSpan = { start, data16, data48, speaking, utterance };
      if (starts) span.starts = true;
      if (ends) span.ends = true;
      start += samples;
      return span;
    });

  return {
    push: (pcm) =>
      inTurn(async () => {
        feed(toClock.push(pcm));
        return spansOf(await decide());
      }),
    end: () =>
      inTurn(async () => {
        feed(toClock.flush());
        modelQueue.push(toModel.flush());
        // At most two samples of silence make the 48 kHz side whole thirds, and less than one the 16 kHz side as long.
        const samples = Math.ceil(clockQueue.length / CLOCK_PER_MODEL_SAMPLE);
        clockQueue.padTo(samples * CLOCK_PER_MODEL_SAMPLE);
        modelQueue.padTo(samples);

        const decided = await decide();
        const rest = samples - sumOfSamples(held) - sumOfSamples(decided);
        // The rest is too short for VAD and takes the label of what was before it.
        if (rest > 0 || speaking) decided.push(...label(rest, speaking ? 'ends' : 'none'));
        decided.push(...held);
        held = [];
        stream.reset();
        return spansOf(decided);
      }),
    reset: () =>
      inTurn(async () => {
        toClock.flush();
        toModel.flush();
        clockQueue.clear();
        modelQueue.clear();
        held = [];
        speaking = false;
        stream.reset();
      }),
    setRatio: (ppm) => toClock.setRatio(ppm),
    close() {
      void inTurn(async () => {
        toClock.close();
        toModel.close();
      });
    },
  };
}

function sumOfSamples(stretches: readonly Labelled[]): number {
  return stretches.reduce((sum, { samples }) => sum + samples, 0);
}

function joined(stretches: readonly Labelled[]): Labelled[] {
  const result: Labelled[] = [];
  for (const stretch of stretches) {
    const before = result.at(-1);
    if (before && !before.ends && !stretch.starts && before.speaking === stretch.speaking) {
      before.samples += stretch.samples;
      before.ends = stretch.ends;
    } else {
      result.push({ ...stretch });
    }
  }
  return result;
}
