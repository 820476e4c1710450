// Codecs, file output and the microphone's receiver: what encodes and decodes, for worker threads. All calls block.

export type { DriftController } from '../microphone/drift-controller.ts';
export { createDriftController } from '../microphone/drift-controller.ts';
export type { MicrophoneCounts, MicrophoneReceiver } from '../microphone/receiver.ts';
export { createMicrophoneReceiver } from '../microphone/receiver.ts';
export type { OpusDecoder } from './opus-decoder.ts';
export { createOpusDecoder } from './opus-decoder.ts';
export type { OpusEncoder, OpusEncoderOptions } from './opus-encoder.ts';
export { createOpusEncoder } from './opus-encoder.ts';
export { readVoiceFile } from './voice-file.ts';
export type { DecodedPicture, Vp8Decoder } from './vp8-decoder.ts';
export { createVp8Decoder } from './vp8-decoder.ts';
export type { EncodedPicture, Vp8Encoder, Vp8EncoderOptions } from './vp8-encoder.ts';
export { createVp8Encoder } from './vp8-encoder.ts';
export type { WebmOptions, WebmWriter } from './webm-writer.ts';
export { createWebmWriter } from './webm-writer.ts';
