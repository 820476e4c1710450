// What somebody says into a fake microphone, as a WAV: sentences with pauses before them, and a long silence behind. The voice is flite's,
// which the recogniser understands; espeak's it does not.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createResampler, pcmS16ToFloat32 } from '../../server/speech/index.ts';
import { joined } from '../integration/speech-voices.ts';
import { writeWav } from './wav.ts';

const run = promisify(execFile);
const WAV_HEADER_BYTES = 44;
const FLITE_RATE_HZ = 16_000;
const MICROPHONE_RATE_HZ = 48_000;
const SILENCE_BEHIND_SECONDS = 60;

export interface SpokenWav {
  path: string;
  /** To be removed after the test. */
  folder: string;
}

export async function spokenWav(sentences: readonly { afterSeconds: number; text: string }[]): Promise<SpokenWav> {
  const folder = await mkdtemp(join(tmpdir(), 'vaktra-spoken-'));
  const parts: Float32Array[] = [];
  for (const { afterSeconds, text } of sentences) parts.push(silence(afterSeconds), await spoken(text, folder));
  const path = join(folder, 'microphone.wav');
  await writeWav(path, joined(...parts, silence(SILENCE_BEHIND_SECONDS)), MICROPHONE_RATE_HZ);
  return { path, folder };
}

async function spoken(text: string, folder: string): Promise<Float32Array> {
  const file = join(folder, 'sentence.wav');
  await run('flite', ['-voice', 'slt', '-t', text, '-o', file]);
  const resampler = createResampler({ inputRateHz: FLITE_RATE_HZ, outputRateHz: MICROPHONE_RATE_HZ });
  const pcm = pcmS16ToFloat32((await readFile(file)).subarray(WAV_HEADER_BYTES));
  return joined(resampler.push(pcm), resampler.flush());
}

function silence(seconds: number): Float32Array {
  return new Float32Array(seconds * MICROPHONE_RATE_HZ);
}
