// A Piper voice (https://github.com/OHF-Voice/piper1-gpl) on disk, as `npm run voices` puts it there: the model, and beside it what its
// phonemes are called.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { VaktraError } from '../../errors.ts';

/** The voice that is fetched; scripts/setup/voice.mjs has its checksum. */
const VOICE = 'en_US-joe-medium';

const description = z.object({
  audio: z.object({ sample_rate: z.int().min(8000).max(48_000) }),
  /** The voice of espeak whose phonemes it was trained on. */
  espeak: z.object({ voice: z.literal('en-us') }),
  inference: z.object({ noise_scale: z.number(), length_scale: z.number(), noise_w: z.number() }),
  /** By character of the International Phonetic Alphabet, mark of punctuation, or control character. */
  phoneme_id_map: z.record(z.string(), z.array(z.int()).min(1)),
});

export interface PiperVoice {
  modelPath: string;
  sampleRateHz: number;
  /** Noise of sound, length, noise of durations: what the model takes as `scales`. */
  noise: number;
  length: number;
  durationNoise: number;
  ids: ReadonlyMap<string, readonly number[]>;
}

/**
 * The voice of a folder; undefined where there is none.
 *
 * @throws VaktraError `model_damaged` where its description is not one
 */
export async function findPiperVoice(directory: string): Promise<PiperVoice | undefined> {
  const modelPath = join(directory, `${VOICE}.onnx`);
  let text: string;
  try {
    text = await readFile(`${modelPath}.json`, 'utf8');
  } catch {
    return undefined; // not fetched: its absence is an answer
  }
  try {
    const { audio, inference, phoneme_id_map: map } = description.parse(JSON.parse(text));
    return {
      modelPath,
      sampleRateHz: audio.sample_rate,
      noise: inference.noise_scale,
      length: inference.length_scale,
      durationNoise: inference.noise_w,
      ids: new Map(Object.entries(map)),
    };
  } catch (cause) {
    throw new VaktraError(
      'model_damaged',
      `${modelPath}.json describes no Piper voice: delete the folder ${directory} and run npm run voices again.`,
      { cause },
    );
  }
}
