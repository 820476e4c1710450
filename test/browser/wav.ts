// Writes a WAV for the fake microphone.
import { writeFile } from 'node:fs/promises';
import { wavOf } from '../../server/speech/recognition/wav.ts';

/** @param pcm mono in [-1, 1] at `rateHz` */
export async function writeWav(path: string, pcm: Float32Array, rateHz: number): Promise<void> {
  await writeFile(path, wavOf([pcm], rateHz));
}
