// What one conversation says, on the main thread: turns requests to speak into voice for the pipeline, follows each
// speech on the clock and tells when it begins, ends or is cut. Computes nothing and sends no media.

import { VaktraError } from '../errors.ts';
import { assertInputRate, moodOfWording, pcmS16ToFloat32, type Speech } from '../speech/index.ts';
import { CLOCK_RATE_HZ, type SampleIndex } from '../types.ts';
import { MICROPHONE_EVENT_ID } from './microphone-event.ts';
import type { LineRequest } from './pipeline-pool.ts';
import { SampleSchedule } from './schedule.ts';
import type { TimelineMarker } from './timeline.ts';
import type { AudioRequest, Caption, ConversationEvents, MoodWish, SpeakRequest } from './types.ts';
import { Utterance } from './utterances.ts';

export interface SpokenVoiceParts {
  speech: Speech;
  defaultLanguage: string;
  /** What may be said of one speech, sentence by sentence (SpeechRequest's `review`); undefined where everything may. */
  review?: ((language: string, signal: AbortSignal) => (sentence: string) => Promise<string | undefined>) | undefined;
  /** Voice that may wait to be spoken, in milliseconds. */
  maxBacklogMs: number;
  post(request: LineRequest, transfer?: ArrayBuffer[]): void;
  /** The voice begins or ends. */
  speaking(does: boolean, sample: SampleIndex): void;
  /** The first sound of a text is there. */
  voiced(eventId: string): void;
  /** The first sound of a speech was handed over; told to clients already. */
  started(eventId: string): void;
  /** A speech was heard, to its end or until it was cut; told to clients already. */
  heard(eventId: string, speech: { text: string; sample: SampleIndex; isWhole: boolean }): void;
  emit<E extends 'caption' | 'speechStarted' | 'speechEnded' | 'speechInterrupted'>(
    event: E,
    ...args: ConversationEvents[E]
  ): void;
  /** From the request to the first sample handed to the network. */
  onStarted(seconds: number): void;
  /** From the interrupt to the last sample of the voice handed to the network. */
  onStopped(seconds: number): void;
}

export class SpokenVoice {
  readonly #parts: SpokenVoiceParts;
  readonly #schedule = new SampleSchedule();
  readonly #utterances = new Map<string, Utterance>();
  /** Pushed audio that was interrupted before its end: what its sender still pushes is not spoken. */
  readonly #cutAudio = new Set<string>();
  #isSpeaking = false;
  #position: SampleIndex = 0;
  #playoutDelayMs: number | undefined;
  /** Monotonic time at which the voice was interrupted, in milliseconds. */
  #interruptedMs: number | undefined;
  #reportedBacklogMs = 0;
  #pushedMsSinceReport = 0;

  constructor(parts: SpokenVoiceParts) {
    this.#parts = parts;
  }

  get isSpeaking(): boolean {
    return this.#isSpeaking;
  }

  /** Nothing before this sample is still to be sent. */
  get position(): SampleIndex {
    return this.#position;
  }

  /** Voice that waits to be spoken. */
  get backlogMs(): number {
    return this.#reportedBacklogMs + this.#pushedMsSinceReport;
  }

  /** This speech waits or is being spoken. */
  isUnderWay(eventId: string): boolean {
    return this.#utterances.has(eventId);
  }

  /** Resolves when the whole text was handed to the pipeline, or cut by an interrupt. */
  async speak({ eventId, text, language, mood: given, isReviewed }: SpeakRequest): Promise<void> {
    this.#requireRoom(0);
    const utterance = this.#open(eventId);
    const isCut = () => utterance.isInterrupted || this.#utterances.get(eventId) !== utterance;
    const spoken = language ?? this.#parts.defaultLanguage;
    const mood = { given, hinted: typeof text === 'string' ? moodOfWording(text, spoken) : undefined };
    let isVoiceOpen = false;
    try {
      const parts = this.#parts.speech.synthesize({
        text,
        language: spoken,
        signal: utterance.abort.signal,
        review: isReviewed ? undefined : this.#parts.review?.(spoken, utterance.abort.signal),
      });
      for await (const part of parts) {
        if (isCut()) return;
        if (!isVoiceOpen) {
          this.#parts.voiced(eventId);
          this.#parts.post({ type: 'voice-open', eventId, sampleRateHz: part.sampleRateHz, mood });
        }
        isVoiceOpen = true;
        this.#tell(utterance.addWords(part.words));
        this.#push(eventId, part.pcm, part.sampleRateHz);
      }
    } catch (error) {
      // Interrupted in the meantime: nobody waits for this speech any more.
      if (!isCut()) throw error;
    } finally {
      if (!isCut()) {
        // What was spoken before a failure is heard to its end; a speech without any sound never was one.
        if (isVoiceOpen) this.#parts.post({ type: 'voice-end', eventId });
        else this.#utterances.delete(eventId);
      }
    }
  }

  pushAudio({ eventId, pcm, sampleRateHz, mood: given }: AudioRequest): void {
    assertInputRate(sampleRateHz);
    const samples = pcmS16ToFloat32(pcm);
    if (this.#cutAudio.has(eventId)) return;
    this.#requireRoom((samples.length * 1000) / sampleRateHz);
    if (!this.#utterances.has(eventId)) {
      this.#open(eventId).isPushed = true;
      this.#parts.post({ type: 'voice-open', eventId, sampleRateHz, mood: { given } });
    }
    this.#push(eventId, samples, sampleRateHz);
  }

  speakEnd({ eventId }: { eventId: string }): void {
    this.#cutAudio.delete(eventId);
    const utterance = this.#utterances.get(eventId);
    if (utterance) utterance.isPushed = false;
    this.#parts.post({ type: 'voice-end', eventId });
  }

  interrupt(): void {
    for (const utterance of this.#utterances.values()) {
      utterance.interrupt();
      if (utterance.isPushed) this.#cutAudio.add(utterance.eventId);
    }
    // An interrupt of nothing would spoil the figures.
    this.#interruptedMs = this.#isSpeaking ? performance.now() : undefined;
    this.#parts.post({ type: 'interrupt' });
  }

  setMood(mood: MoodWish | undefined): void {
    this.#parts.post({ type: 'mood', mood });
  }

  reportPlayoutDelay(delayMs: number): void {
    this.#playoutDelayMs = delayMs;
  }

  /** What the pipeline has not yet read, by its own count. */
  reportBacklog(backlogMs: number): void {
    this.#reportedBacklogMs = backlogMs;
    this.#pushedMsSinceReport = 0;
  }

  /** All samples before `position` were sent. */
  advance(position: SampleIndex): void {
    this.#position = position;
    this.#schedule.advance(position);
  }

  /** Places the beginning or the end of a speech on the clock; it is told when the clock gets there. */
  mark({ kind, eventId, sample }: TimelineMarker): void {
    const known = this.#utterances.get(eventId);
    if (!known && eventId !== MICROPHONE_EVENT_ID) return;
    const utterance = known ?? this.#open(eventId);
    if (kind === 'start') {
      this.#tell(utterance.begin(sample));
      this.#schedule.at(sample + 1, () => this.#started(utterance, sample));
    } else {
      utterance.end = sample;
      this.#schedule.at(sample, () => this.#ended(utterance, sample));
    }
  }

  /**
   * Everything that would have been said from `sample` on was cut; tells it once the clock is there. What was asked for
   * after the interrupt is not touched: the pipeline's answer may come later than the request.
   */
  cut(sample: SampleIndex): void {
    const cut = [...this.#utterances.values()].filter(
      ({ isInterrupted, end }) => isInterrupted && (end === undefined || end >= sample),
    );
    for (const { eventId } of cut) this.#utterances.delete(eventId);
    this.#schedule.dropFrom(sample);
    const interruptedMs = this.#interruptedMs;
    this.#schedule.at(sample, () => {
      if (interruptedMs !== undefined) this.#parts.onStopped((performance.now() - interruptedMs) / 1000);
      for (const utterance of cut) this.#interrupted(utterance, sample);
      this.#speaks(false, sample);
    });
    this.advance(this.#position);
  }

  close(): void {
    for (const utterance of this.#utterances.values()) utterance.abort.abort();
    this.#utterances.clear();
    this.#schedule.clear();
  }

  #open(eventId: string): Utterance {
    if (this.#utterances.has(eventId)) {
      throw new VaktraError('invalid_message', `The event "${eventId}" is being spoken already: use another event_id.`);
    }
    const utterance = new Utterance(eventId);
    this.#utterances.set(eventId, utterance);
    return utterance;
  }

  #push(eventId: string, pcm: Float32Array, sampleRateHz: number): void {
    this.#pushedMsSinceReport += (pcm.length * 1000) / sampleRateHz;
    // A view of a larger buffer would move the whole of it.
    const owned = pcm.byteLength === pcm.buffer.byteLength ? pcm : pcm.slice();
    this.#parts.post({ type: 'voice-push', eventId, pcm: owned }, [owned.buffer as ArrayBuffer]);
  }

  #started(utterance: Utterance, sample: SampleIndex): void {
    this.#parts.onStarted((performance.now() - utterance.requestedMs) / 1000);
    this.#speaks(true, sample);
    this.#parts.emit('speechStarted', { eventId: utterance.eventId, sample });
    this.#parts.started(utterance.eventId);
  }

  #ended(utterance: Utterance, sample: SampleIndex): void {
    this.#utterances.delete(utterance.eventId);
    const { eventId, start = sample } = utterance;
    const text = utterance.heardBefore(sample);
    this.#parts.emit('speechEnded', { eventId, start, sample, text });
    this.#parts.heard(eventId, { text, sample: start, isWhole: true });
    const goesOn = [...this.#utterances.values()].some(({ start }) => start !== undefined && start <= sample);
    if (!goesOn) this.#speaks(false, sample);
  }

  #interrupted(utterance: Utterance, sample: SampleIndex): void {
    const { eventId, start = sample } = utterance;
    const sent = Math.max(0, sample - start);
    const unheard = ((this.#playoutDelayMs ?? 0) * CLOCK_RATE_HZ) / 1000;
    const playbackPosition = Math.max(0, Math.round(sent - unheard));
    const text = utterance.heardBefore(start + playbackPosition);
    this.#parts.emit('speechInterrupted', {
      eventId,
      start,
      playbackPosition,
      text,
      measure: this.#playoutDelayMs === undefined ? 'sent' : 'heard',
    });
    this.#parts.heard(eventId, { text, sample: start, isWhole: false });
  }

  #speaks(does: boolean, sample: SampleIndex): void {
    if (this.#isSpeaking === does) return;
    this.#isSpeaking = does;
    this.#parts.speaking(does, sample);
  }

  #tell(captions: Caption[]): void {
    for (const caption of captions) this.#parts.emit('caption', caption);
  }

  #requireRoom(moreMs: number): void {
    const { maxBacklogMs } = this.#parts;
    if (this.backlogMs + moreMs <= maxBacklogMs) return;
    const waitingSeconds = Math.round(this.backlogMs / 1000);
    throw new VaktraError(
      'audio_backlog_full',
      `${waitingSeconds} s of voice wait to be spoken and at most ${maxBacklogMs / 1000} s may: send the rest later.`,
    );
  }
}
