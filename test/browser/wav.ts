// Writes a WAV for the fake microphone: PCM s16 mono, the 44-byte header of RIFF/WAVE.
import { writeFile } from 'node:fs/promises';

const HEADER_BYTES = 44;
const BYTES_PER_SAMPLE = 2;

/** @param pcm mono in [-1, 1] at `rateHz` */
export async function writeWav(path: string, pcm: Float32Array, rateHz: number): Promise<void> {
  const bytes = Buffer.alloc(HEADER_BYTES + pcm.length * BYTES_PER_SAMPLE);
  bytes.write('RIFF', 0);
  bytes.writeUInt32LE(bytes.length - 8, 4);
  bytes.write('WAVEfmt ', 8);
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(1, 20);
  bytes.writeUInt16LE(1, 22);
  bytes.writeUInt32LE(rateHz, 24);
  bytes.writeUInt32LE(rateHz * BYTES_PER_SAMPLE, 28);
  bytes.writeUInt16LE(BYTES_PER_SAMPLE, 32);
  bytes.writeUInt16LE(8 * BYTES_PER_SAMPLE, 34);
  bytes.write('data', 36);
  bytes.writeUInt32LE(pcm.length * BYTES_PER_SAMPLE, 40);
  pcm.forEach((sample, index) => {
    const level = Math.round(Math.max(-1, Math.min(1, sample)) * 32_767);
    bytes.writeInt16LE(level, HEADER_BYTES + index * BYTES_PER_SAMPLE);
  });
  await writeFile(path, bytes);
}
