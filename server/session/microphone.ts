// A live microphone that the avatar speaks with: RTP packets in, voice on the pipeline's timeline out. Holds its queue at
// one length by resampling a little, since its crystal is not ours.

import { createDriftController, createMicrophoneReceiver } from '../media/codec/index.ts';
import { CLOCK_RATE_HZ } from '../types.ts';
import { MICROPHONE_EVENT_ID } from './microphone-event.ts';
import type { ConversationPipeline } from './pipeline.ts';

/** A smaller change of the rate than this is not worth telling the resampler. */
const PPM_STEP = 20;

export class Microphone {
  readonly #pipeline: ConversationPipeline;
  readonly #receiver = createMicrophoneReceiver();
  readonly #drift;
  #ppm = 0;

  /** @param targetMs how much sound to hold in reserve */
  constructor(pipeline: ConversationPipeline, targetMs: number) {
    this.#pipeline = pipeline;
    this.#drift = createDriftController(targetMs);
    pipeline.voices.open(MICROPHONE_EVENT_ID, CLOCK_RATE_HZ, true);
  }

  /** @param packet a whole RTP packet, in the order of arrival */
  receive(packet: Uint8Array): void {
    for (const block of this.#receiver.push(packet)) {
      this.#pipeline.voices.push(MICROPHONE_EVENT_ID, block);
      // A queue that is too long is read faster: fewer samples are made of the same sound.
      const ppm = -this.#drift.update(this.#pipeline.liveBacklogMs);
      if (Math.abs(ppm - this.#ppm) < PPM_STEP) continue;
      this.#ppm = ppm;
      this.#pipeline.voices.setDrift(MICROPHONE_EVENT_ID, ppm);
    }
  }

  close(): void {
    this.#receiver.close();
    this.#pipeline.voices.closeLive(MICROPHONE_EVENT_ID);
  }
}
