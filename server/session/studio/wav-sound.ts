// The sound of a spoken consent: a WAV of 16-bit samples as the page records it, to what recognisers hear.
import { VaktraError } from '../../errors.ts';
import { createResampler, joinedPieces, pcmS16ToFloat32 } from '../../speech/index.ts';
import { MODEL_RATE_HZ } from '../../types.ts';

const FORMAT_PCM = 1;
const BITS = 16;
const RIFF_HEADER_BYTES = 12;
const CHUNK_HEADER_BYTES = 8;
const MIN_RATE_HZ = 8000;
const MAX_RATE_HZ = 48_000;
/** A sentence takes some ten seconds; slow readers have time. */
const MAX_SECONDS = 45;
/** Nobody reads it in less. */
const MIN_SECONDS = 1;

/**
 * @returns 16 kHz mono in [-1, 1]
 * @throws VaktraError `invalid_message` for anything but PCM of 16 bits, 8 to 48 kHz, 1 to 45 s
 */
export function readConsentSound(bytes: Uint8Array): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < RIFF_HEADER_BYTES || name(bytes, 0) !== 'RIFF' || name(bytes, 8) !== 'WAVE') throw unreadable();
  let format: { rateHz: number; channels: number } | undefined;
  for (let at = RIFF_HEADER_BYTES; at + CHUNK_HEADER_BYTES <= bytes.length; ) {
    const size = view.getUint32(at + 4, true);
    const start = at + CHUNK_HEADER_BYTES;
    if (name(bytes, at) === 'fmt ' && size >= 16 && start + 16 <= bytes.length) {
      if (view.getUint16(start, true) !== FORMAT_PCM || view.getUint16(start + 14, true) !== BITS) throw unreadable();
      format = { channels: view.getUint16(start + 2, true), rateHz: view.getUint32(start + 4, true) };
    }
    if (name(bytes, at) === 'data' && format) return resampled(bytes.slice(start, start + size), format);
    at = start + size + (size % 2);
  }
  throw unreadable();
}

function resampled(data: Uint8Array, { rateHz, channels }: { rateHz: number; channels: number }): Float32Array {
  if (rateHz < MIN_RATE_HZ || rateHz > MAX_RATE_HZ || channels < 1 || channels > 2) throw unreadable();
  const samples = pcmS16ToFloat32(data.subarray(0, data.length - (data.length % (2 * channels))));
  const mono = channels === 1 ? samples : samples.filter((_, i) => i % channels === 0);
  const seconds = mono.length / rateHz;
  if (seconds < MIN_SECONDS || seconds > MAX_SECONDS) {
    const sentence = `The sound has ${seconds.toFixed(1)} s: read the sentence once, in at most ${MAX_SECONDS} s.`;
    throw new VaktraError('invalid_message', sentence);
  }
  if (rateHz === MODEL_RATE_HZ) return mono;
  const resampler = createResampler({ inputRateHz: rateHz, outputRateHz: MODEL_RATE_HZ });
  return joinedPieces(Float32Array, [resampler.push(mono), resampler.flush()]);
}

function name(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}

function unreadable(): VaktraError {
  return new VaktraError('invalid_message', 'The sound must be a WAV of 16-bit samples, 8 to 48 kHz, mono or stereo.');
}
