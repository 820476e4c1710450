// A sound file as the motion hears it.

import { createResampler } from '../../server/speech/resampler.ts';
import { readVoice } from '../../server/tools/voice.ts';
import { MODEL_RATE_HZ } from '../../server/types.ts';

/** 16 kHz mono in [-1, 1], of any sound or video file. */
export async function readSound(file: string): Promise<Float32Array> {
  const { pcm, sampleRateHz } = await readVoice(file);
  const resampler = createResampler({ inputRateHz: sampleRateHz, outputRateHz: MODEL_RATE_HZ });
  const sound = resampler.push(pcm);
  resampler.close();
  return sound;
}
