// Voices for the tests, made when they run: speech of the real engine, silence of known length, and what VAD labelled.

import {
  createResampler,
  createSpeech,
  joinedPieces,
  type Speech,
  type SpeechOptions,
  type VoiceSpan,
} from '../../server/speech/index.ts';

export const quiet: SpeechOptions['logger'] = { info: () => {}, warn: () => {} };

export function openSpeech(options: Partial<SpeechOptions> = {}): Promise<Speech> {
  return createSpeech({ engine: 'auto', logger: quiet, ...options });
}

/** One utterance as a whole, at the engine's rate or resampled to `rateHz`. */
export async function spoken(
  speech: Speech,
  text: string,
  { language = 'en', rateHz }: { language?: string; rateHz?: number } = {},
): Promise<{ pcm: Float32Array; rateHz: number }> {
  const parts: Float32Array[] = [];
  let engineRateHz = 0;
  for await (const part of speech.synthesize({ text, language })) {
    parts.push(part.pcm);
    engineRateHz = part.sampleRateHz;
  }
  const pcm = joined(...parts);
  if (rateHz === undefined || rateHz === engineRateHz) return { pcm, rateHz: engineRateHz };
  const resampler = createResampler({ inputRateHz: engineRateHz, outputRateHz: rateHz });
  return { pcm: joined(resampler.push(pcm), resampler.flush()), rateHz };
}

export function joined(...parts: readonly Float32Array[]): Float32Array {
  return joinedPieces(Float32Array, parts);
}

/** Where the sound begins and ends, in samples: the first and last 5 ms that are louder than `threshold` (RMS). */
export function soundOf(pcm: Float32Array, rateHz: number, threshold = 0.01): { from: number; to: number } {
  const window = Math.round(rateHz * 0.005);
  let from = -1;
  let to = 0;
  for (let at = 0; at + window <= pcm.length; at += window) {
    if (rms(pcm.subarray(at, at + window)) < threshold) continue;
    if (from < 0) from = at;
    to = at + window;
  }
  return { from, to };
}

export function rms(pcm: Float32Array): number {
  return Math.sqrt(pcm.reduce((sum, value) => sum + value * value, 0) / pcm.length);
}

/** Numbers in [0, 1) that are the same in every run (mulberry32). */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Start and end of each utterance in seconds, read from the marks. */
export function utterancesOf(spans: readonly VoiceSpan[]): { utterance: number; from: number; to: number }[] {
  const utterances: { utterance: number; from: number; to: number }[] = [];
  for (const span of spans) {
    if (span.starts) utterances.push({ utterance: span.utterance, from: span.start / 16_000, to: Number.NaN });
    const open = utterances.at(-1);
    if (span.ends && open) open.to = (span.start + span.data16.length) / 16_000;
  }
  return utterances;
}
