// 16-bit PCM, as bots send it and engines write it, to and from the samples that everything else works with.

import { VaktraError } from '../errors.ts';

const PCM_S16_BYTES = 2;
const PCM_S16_SCALE = 32_768;
const PCM_S16_MAX = 32_767;

/**
 * PCM s16 little-endian to samples in [-1, 1).
 *
 * @throws VaktraError `audio_odd_length` when half a sample is at the end
 */
export function pcmS16ToFloat32(bytes: Uint8Array): Float32Array {
  if (bytes.byteLength % PCM_S16_BYTES !== 0) {
    throw new VaktraError(
      'audio_odd_length',
      `${bytes.byteLength} bytes are no whole number of 16-bit samples: send an even number of bytes.`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const pcm = new Float32Array(bytes.byteLength / PCM_S16_BYTES);
  for (let i = 0; i < pcm.length; i++) pcm[i] = view.getInt16(i * PCM_S16_BYTES, true) / PCM_S16_SCALE;
  return pcm;
}

/** Samples to PCM s16 little-endian; what is outside [-1, 1] is cut off there. */
export function float32ToPcmS16(pcm: Float32Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(pcm.length * PCM_S16_BYTES);
  const view = new DataView(bytes.buffer);
  for (const [i, sample] of pcm.entries()) {
    view.setInt16(i * PCM_S16_BYTES, Math.round(Math.max(-1, Math.min(1, sample)) * PCM_S16_MAX), true);
  }
  return bytes;
}

/** Pieces of sound, one after the other, as one: `Kind` is what they are made of. */
export function joinedPieces<Samples extends Float32Array | Int16Array>(
  Kind: new (length: number) => Samples,
  pieces: readonly Samples[],
): Samples {
  const whole = new Kind(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
