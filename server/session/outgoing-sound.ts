// Sound that was read from the timeline and is not yet encoded: a block per picture, into Opus packets.

import type { OpusEncoder } from '../media/codec/index.ts';
import { type FrameIndex, SAMPLES_PER_FRAME, SAMPLES_PER_PACKET, type SampleIndex } from '../types.ts';

/** An interrupted voice fades over this many samples (5 ms at 48 kHz): a hard cut would click. */
const CUT_FADE_SAMPLES = 240;
/** How fast the loudness changes when the avatar ducks: all of it in 40 ms. */
const DUCK_STEP = 1 / SAMPLES_PER_FRAME;

export class OutgoingSound {
  readonly #encoder: OpusEncoder;
  readonly #advanceSamples: number;
  #blocks: Float32Array[] = [];
  #next: FrameIndex = 0;
  #loudness = 1;
  #wantedLoudness = 1;
  /** Sees all sound as it is sent, [1920] samples at 48 kHz; not to be kept. */
  onSent: ((sound: Float32Array) => void) | undefined;

  /** @param advance gives the sound to the encoder earlier by the encoder's delay, so that it comes out in time */
  constructor(encoder: OpusEncoder, advance: boolean) {
    this.#encoder = encoder;
    this.#advanceSamples = advance ? encoder.delaySamples : 0;
  }

  /** Next picture whose sound is to be encoded. */
  get next(): FrameIndex {
    return this.#next;
  }

  /** Picture to which the next added block will belong. */
  get end(): FrameIndex {
    return this.#next + this.#blocks.length;
  }

  /** Is there enough to encode the sound of the next picture? */
  get isReady(): boolean {
    return this.#blocks.length > (this.#advanceSamples > 0 ? 1 : 0);
  }

  /** @param block [1920] samples at 48 kHz, of picture `end`; kept */
  add(block: Float32Array): void {
    this.#blocks.push(block);
  }

  /** Encodes the sound of the next picture; to be called when ready. */
  encode(packet: (sample: SampleIndex, payload: Uint8Array<ArrayBuffer>) => void): void {
    const [block, following] = this.#blocks;
    if (!block) return;
    const sound = new Float32Array(SAMPLES_PER_FRAME);
    sound.set(block.subarray(this.#advanceSamples));
    if (following) sound.set(following.subarray(0, this.#advanceSamples), SAMPLES_PER_FRAME - this.#advanceSamples);
    this.#blocks.shift();
    this.#duck(sound);
    this.onSent?.(sound);
    const first = this.#next++ * SAMPLES_PER_FRAME;
    for (let offset = 0; offset < SAMPLES_PER_FRAME; offset += SAMPLES_PER_PACKET) {
      packet(first + offset, this.#encoder.encode(sound.subarray(offset, offset + SAMPLES_PER_PACKET)));
    }
  }

  /** Loudness from the next sound on, 0 to 1, reached within a picture. */
  duckTo(loudness: number): void {
    this.#wantedLoudness = loudness;
  }

  #duck(sound: Float32Array): void {
    if (this.#loudness === 1 && this.#wantedLoudness === 1) return;
    for (let i = 0; i < sound.length; i++) {
      const way = this.#wantedLoudness - this.#loudness;
      this.#loudness += Math.max(-DUCK_STEP, Math.min(DUCK_STEP, way));
      sound[i] = (sound[i] as number) * this.#loudness;
    }
  }

  /** Fades out and silences all that waits. Returns the first sample of the silence, less than 12 ms off. */
  cut(): SampleIndex {
    const [first, ...rest] = this.#blocks;
    for (let i = 0; first && i < CUT_FADE_SAMPLES; i++) {
      const at = this.#advanceSamples + i;
      first[at] = (first[at] ?? 0) * (1 - i / CUT_FADE_SAMPLES);
    }
    first?.fill(0, this.#advanceSamples + CUT_FADE_SAMPLES);
    for (const block of rest) block.fill(0);
    return this.#next * SAMPLES_PER_FRAME;
  }
}
