// The types that cross the borders between parts. Nothing here does anything; every field says its unit.

/** Count of output audio samples at 48 kHz since the conversation began: the conversation's one clock. */
export type SampleIndex = number;

/** Count of pictures since the conversation began; picture k belongs to samples [1920k, 1920k + 1920). */
export type FrameIndex = number;

/** Rate of the conversation's clock and of the sound that is sent (Opus is always announced /48000, RFC 7587 section 4.1). */
export const CLOCK_RATE_HZ = 48_000;
/** Rate of the sound that the models hear. */
export const MODEL_RATE_HZ = 16_000;
/** Pictures per second. */
export const FRAME_RATE_HZ = 25;
/** Samples of the clock that belong to one picture. */
export const SAMPLES_PER_FRAME = CLOCK_RATE_HZ / FRAME_RATE_HZ;
/** Samples that the models hear for one picture. */
export const MODEL_SAMPLES_PER_FRAME = MODEL_RATE_HZ / FRAME_RATE_HZ;
/** Clock samples in one Opus packet of 20 ms. */
export const SAMPLES_PER_PACKET = 960;

/** What the conversation does; drives the motion model and is told to clients. */
export type ConversationState = 'idle' | 'listening' | 'thinking' | 'speaking';

/** A stretch of sound: 16 kHz mono in [-1, 1], `start` counted at 16 kHz from the start of its stream. */
export interface AudioChunk {
  start: number;
  data: Float32Array;
}

/** One frame of facial motion. */
export interface MotionFrame {
  index: FrameIndex;
  /** 34 coefficients; names and order in models/manifest.json. The receiver may keep it, nobody writes to it. */
  coefficients: Float32Array;
  state: ConversationState;
}

/** One drawn picture, I420: width x height luma, then two quarter planes. Valid until the next draw of its stream. */
export interface Picture {
  index: FrameIndex;
  width: number;
  height: number;
  i420: Uint8Array;
}
