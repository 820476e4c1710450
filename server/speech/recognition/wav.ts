// Sound as a WAV file in memory: PCM, 16 bit, mono (Microsoft, Multimedia Programming Interface 1.0, 1991).

import { float32ToPcmS16 } from '../pcm.ts';

const HEADER_BYTES = 44;
const PCM_FORMAT = 1;
const BYTES_PER_SAMPLE = 2;

/** @param pieces mono in [-1, 1], one after the other */
export function wavOf(pieces: readonly Float32Array[], rateHz: number): Uint8Array<ArrayBuffer> {
  const samples = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const bytes = new Uint8Array(HEADER_BYTES + samples * BYTES_PER_SAMPLE);
  const view = new DataView(bytes.buffer);
  const text = (at: number, letters: string) => bytes.set(new TextEncoder().encode(letters), at);
  text(0, 'RIFF');
  view.setUint32(4, bytes.length - 8, true);
  text(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, PCM_FORMAT, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, rateHz, true);
  view.setUint32(28, rateHz * BYTES_PER_SAMPLE, true);
  view.setUint16(32, BYTES_PER_SAMPLE, true);
  view.setUint16(34, BYTES_PER_SAMPLE * 8, true);
  text(36, 'data');
  view.setUint32(40, samples * BYTES_PER_SAMPLE, true);
  let at = HEADER_BYTES;
  for (const piece of pieces) {
    bytes.set(float32ToPcmS16(piece), at);
    at += piece.length * BYTES_PER_SAMPLE;
  }
  return bytes;
}
