// Sample rates: any voice from 8 to 48 kHz to the rates of the clock (48 kHz) and the models (16 kHz), piece by piece.
// FFmpeg's libswresample does the work; its output depends on the samples only, not on how they were cut.

import { FFmpegError, SoftwareResampleContext } from 'node-av';
import { AV_CHANNEL_LAYOUT_MONO, AV_SAMPLE_FMT_FLT } from 'node-av/constants';
import { VaktraError } from '../errors.ts';

const MIN_INPUT_RATE_HZ = 8_000;
const MAX_INPUT_RATE_HZ = 48_000;

const PARTS_PER_MILLION = 1_000_000;
/** libswresample forgets a correction after the distance it was set for; it is set anew well before that. */
const COMPENSATION_DISTANCE_SAMPLES = PARTS_PER_MILLION;
const COMPENSATION_RENEWAL_SAMPLES = COMPENSATION_DISTANCE_SAMPLES / 2;
/** Two crystals differ by 100 ppm at most; more than this is heard as a change of pitch. */
const MAX_CORRECTION_PPM = 5_000;
/** Room for what libswresample gives beyond its own estimate while a correction runs. */
const SPARE_OUTPUT_SAMPLES = 64;
/** A stream shorter than libswresample's filter gives nothing at all: silence is put behind it and cut off again. */
const SHORTEST_STREAM_SAMPLES = 512;

export interface ResamplerOptions {
  /** Whole number from 8000 to 48000. */
  inputRateHz: number;
  outputRateHz: number;
  /** Keeps the filter running at equal rates too, so that `setRatio` can be used. Default false: equal rates are copied. */
  adaptive?: boolean;
}

/** One mono stream. Sample 0 of the output is the moment of sample 0 of the input: the filter's delay is taken out. */
export interface Resampler {
  /** @returns what can be given out now, a new array; about 1 to 2 ms stay in the filter until `flush` */
  push(pcm: Float32Array): Float32Array;
  /** Gives out the rest and makes ready for a new stream: in all, input length x output rate / input rate, within 1. */
  flush(): Float32Array;
  /**
   * Gives out this many millionths more samples per sample from now on (fewer where negative), to follow a foreign clock.
   *
   * @throws VaktraError `internal` when the resampler was not made adaptive or the correction is over 5000 ppm
   */
  setRatio(ppm: number): void;
  close(): void;
}

/** @throws VaktraError `audio_rate_unsupported` */
export function assertInputRate(rateHz: number): void {
  if (Number.isInteger(rateHz) && rateHz >= MIN_INPUT_RATE_HZ && rateHz <= MAX_INPUT_RATE_HZ) return;
  throw new VaktraError(
    'audio_rate_unsupported',
    `Audio at ${rateHz} Hz cannot be taken: send mono audio at ${MIN_INPUT_RATE_HZ} to ${MAX_INPUT_RATE_HZ} Hz.`,
  );
}

/** @throws VaktraError `audio_rate_unsupported` */
export function createResampler({ inputRateHz, outputRateHz, adaptive = false }: ResamplerOptions): Resampler {
  assertInputRate(inputRateHz);
  let context = open(inputRateHz, outputRateHz, adaptive);
  let ppm = 0;
  let samplesUntilRenewal = 0;
  let samplesIn = 0;
  let samplesOut = 0;

  const compensate = (): void => {
    FFmpegError.throwIfError(context.setCompensation(ppm, COMPENSATION_DISTANCE_SAMPLES), 'setCompensation');
    samplesUntilRenewal = COMPENSATION_RENEWAL_SAMPLES;
  };

  const convert = (pcm: Float32Array | null): Float32Array => {
    const capacity = context.getOutSamples(pcm?.length ?? 0) + SPARE_OUTPUT_SAMPLES;
    const output = new Float32Array(capacity);
    const count = context.convertSync([asBuffer(output)], capacity, pcm && [asBuffer(pcm)], pcm?.length ?? 0);
    FFmpegError.throwIfError(count, 'convert');
    samplesOut += count;
    return output.slice(0, count);
  };

  return {
    push(pcm) {
      if (pcm.length === 0) return new Float32Array(0);
      const output = convert(pcm);
      samplesIn += pcm.length;
      samplesUntilRenewal -= output.length;
      if (ppm !== 0 && samplesUntilRenewal <= 0) compensate();
      return output;
    },
    flush() {
      const due = Math.round((samplesIn * outputRateHz) / inputRateHz) - samplesOut;
      const rest =
        samplesIn < SHORTEST_STREAM_SAMPLES
          ? convert(new Float32Array(SHORTEST_STREAM_SAMPLES)).slice(0, due)
          : convert(null);
      samplesIn = 0;
      samplesOut = 0;
      // A flushed context cannot go on: it has mirrored its last samples to end the filter.
      context.free();
      context = open(inputRateHz, outputRateHz, adaptive);
      if (ppm !== 0) compensate();
      return rest;
    },
    setRatio(newPpm) {
      if (!adaptive || Math.abs(newPpm) > MAX_CORRECTION_PPM) {
        throw new VaktraError(
          'internal',
          `A correction of ${newPpm} ppm needs an adaptive resampler and at most 5000.`,
        );
      }
      ppm = Math.round(newPpm);
      compensate();
    },
    close() {
      context.free();
    },
  };
}

function open(inputRateHz: number, outputRateHz: number, adaptive: boolean): SoftwareResampleContext {
  const context = new SoftwareResampleContext();
  const status = context.allocSetOpts2(
    AV_CHANNEL_LAYOUT_MONO,
    AV_SAMPLE_FMT_FLT,
    outputRateHz,
    AV_CHANNEL_LAYOUT_MONO,
    AV_SAMPLE_FMT_FLT,
    inputRateHz,
  );
  FFmpegError.throwIfError(status, 'allocSetOpts2');
  // Without this flag equal rates are copied, and the first correction would rebuild the context in the middle of a word.
  if (adaptive) FFmpegError.throwIfError(context.setOption('flags', 'res'), 'setOption flags');
  FFmpegError.throwIfError(context.init(), 'init');
  return context;
}

function asBuffer(samples: Float32Array): Buffer {
  return Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
}
