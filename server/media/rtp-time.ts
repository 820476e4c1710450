// RTP timestamps of both tracks, computed from the conversation's one clock (samples at 48 kHz) and nothing else, so that
// sound and picture cannot drift apart. Sends nothing and reads no clock.
import { VaktraError } from '../errors.ts';
import type { FrameIndex, SampleIndex } from '../types.ts';
import { CLOCK_RATE_HZ, SAMPLES_PER_FRAME } from '../types.ts';

/** RTP clock of video (RFC 7741 section 4.1). */
export const VIDEO_CLOCK_HZ = 90_000;
/** Exactly 1.875 in binary, so that a sample count of any length converts without rounding. */
const VIDEO_TICKS_PER_SAMPLE = VIDEO_CLOCK_HZ / CLOCK_RATE_HZ;
/** RTP timestamps are 32 bits (RFC 3550 section 5.1). */
const TIMESTAMP_MODULUS = 2 ** 32;

/**
 * RTP timestamp of a sound packet, in samples (the clock of Opus is 48 kHz whatever is inside, RFC 7587 section 4.1).
 *
 * @param sample first sample of the packet, counted from the start of the conversation
 * @param firstTimestamp the track's random first timestamp, in samples
 * @throws VaktraError `invalid_sample`
 */
export function soundTimestamp(sample: SampleIndex, firstTimestamp: number): number {
  requireCount(sample, 'sample');
  return (sample + firstTimestamp) % TIMESTAMP_MODULUS;
}

/**
 * RTP timestamp of picture `frame`, in ticks of 1/90000 s: 3600 a picture.
 *
 * @param firstTimestamp the track's random first timestamp, in ticks
 * @throws VaktraError `invalid_sample`
 */
export function pictureTimestamp(frame: FrameIndex, firstTimestamp: number): number {
  requireCount(frame, 'picture');
  // The wrap comes last: a wrapped sample count would jump when it is scaled.
  return (Math.floor(frame * SAMPLES_PER_FRAME * VIDEO_TICKS_PER_SAMPLE) + firstTimestamp) % TIMESTAMP_MODULUS;
}

function requireCount(value: number, what: string): void {
  if (Number.isSafeInteger(value) && value >= 0) return;
  throw new VaktraError('invalid_sample', `The clock has no ${what} ${value}: pass a whole number from 0 up.`);
}
