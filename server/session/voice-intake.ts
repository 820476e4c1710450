// The voices of one pipeline on their way to the timeline: each is resampled and chunked by VAD, piece after piece, and
// put on the timeline as it comes out. A voice that fails is dropped; the others go on.

import { setImmediate as yieldToOthers } from 'node:timers/promises';
import { toVaktraError, type VaktraError } from '../errors.ts';
import { createVoiceInput, type VadModel, type VadSettings, type VoiceInput } from '../speech/index.ts';
import type { VoiceTimeline } from './timeline.ts';

/** Voice is chunked in pieces of at most this long, so that a long text does not hold up pictures that are due. */
const CHUNKING_PIECE_MS = 200;

export interface VoiceIntakeParts {
  vad: VadModel;
  settings: Partial<VadSettings>;
  timeline: VoiceTimeline;
  onFailed(eventId: string, error: VaktraError): void;
}

interface Voice {
  input: VoiceInput;
  sampleRateHz: number;
  live: boolean;
  /** Chunking of what was pushed so far; one piece after the other. */
  work: Promise<void>;
}

export class VoiceIntake {
  readonly #parts: VoiceIntakeParts;
  readonly #voices = new Map<string, Voice>();

  constructor(parts: VoiceIntakeParts) {
    this.#parts = parts;
  }

  /** Opens a voice behind those that wait; a live one is heard whenever no other is due. */
  open(eventId: string, sampleRateHz: number, live: boolean): void {
    const { vad, settings, timeline } = this.#parts;
    const input = createVoiceInput({ vad, sampleRateHz, settings, adaptive: live });
    this.#drop(eventId);
    this.#voices.set(eventId, { input, sampleRateHz, live, work: Promise.resolve() });
    timeline.open(eventId, live);
  }

  /** Adds samples in [-1, 1] at the voice's rate. Voice for an event that is not open is dropped: it was interrupted. */
  push(eventId: string, pcm: Float32Array): void {
    const voice = this.#voices.get(eventId);
    if (!voice) return;
    const piece = Math.ceil((voice.sampleRateHz * CHUNKING_PIECE_MS) / 1000);
    for (let start = 0; start < pcm.length; start += piece) {
      const samples = pcm.subarray(start, start + piece);
      this.#chunk(eventId, voice, (input) => input.push(samples));
    }
  }

  /** No more voice comes for this event. */
  end(eventId: string): void {
    const voice = this.#voices.get(eventId);
    if (!voice) return;
    this.#chunk(eventId, voice, (input) => input.end());
    voice.work = voice.work.then(() => {
      if (this.#voices.get(eventId) !== voice) return;
      this.#parts.timeline.end(eventId);
      this.#drop(eventId);
    });
  }

  /** Steers the rate of a live voice towards the conversation's clock, in parts per million. */
  setDrift(eventId: string, ppm: number): void {
    this.#voices.get(eventId)?.input.setRatio(ppm);
  }

  closeLive(eventId: string): void {
    this.#parts.timeline.closeLive();
    this.#drop(eventId);
  }

  /** Forgets all voices but the live one, which goes on. */
  clear(): void {
    for (const [eventId, { live }] of this.#voices) {
      if (!live) this.#drop(eventId);
    }
  }

  /** Waits until all voice that was pushed so far is on the timeline. */
  async settled(): Promise<void> {
    await Promise.all([...this.#voices.values()].map(({ work }) => work));
  }

  close(): void {
    for (const eventId of this.#voices.keys()) this.#drop(eventId);
  }

  /** Queues a piece of chunking behind the earlier ones of its voice. */
  #chunk(eventId: string, voice: Voice, work: (input: VoiceInput) => ReturnType<VoiceInput['push']>): void {
    const isOpen = () => this.#voices.get(eventId) === voice;
    voice.work = voice.work
      .then(async () => {
        if (!isOpen()) return;
        const spans = await work(voice.input);
        if (!isOpen()) return;
        for (const span of spans) this.#parts.timeline.append(eventId, span);
        await yieldToOthers();
      })
      .catch((error: unknown) => {
        if (!isOpen()) return;
        this.#parts.timeline.end(eventId);
        this.#drop(eventId);
        this.#parts.onFailed(eventId, toVaktraError(error));
      });
  }

  #drop(eventId: string): void {
    this.#voices.get(eventId)?.input.close();
    this.#voices.delete(eventId);
  }
}
