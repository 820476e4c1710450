// One live conversation on the main thread: joins its room in mediasoup, its sender on the pacer, its pipeline in a
// worker and the voices it is asked to speak with. Computes nothing itself.

import { EventEmitter } from 'node:events';
import type { types as mediasoup } from 'mediasoup';
import type { Logger } from 'pino';
import { VaktraError } from '../errors.ts';
import type { AvatarSender, MediaRoom, Pacer, RoomSink, SinkListener } from '../media/index.ts';
import type { Speech } from '../speech/index.ts';
import { CLOCK_RATE_HZ, type ConversationState, type SampleIndex } from '../types.ts';
import type { PipelineReport } from './pipeline-messages.ts';
import type { LineReply, PipelineLine } from './pipeline-pool.ts';
import { pcm16ToFloat } from './pushed-audio.ts';
import { SampleSchedule } from './schedule.ts';
import type { TimelineMarker } from './timeline.ts';
import type { Conversation, ConversationEvents, ConversationStats, SpeakRequest } from './types.ts';
import { Utterance } from './utterances.ts';

/** Pictures that are made ahead of the clock: what a busy core may fall behind, and how long an interrupt plays on. */
const LEAD_PICTURES = 2;
/** The name under which a live microphone's speech is reported. */
const MICROPHONE_EVENT_ID = 'microphone';

/** What the host notes in its metrics. */
export interface ConversationObserver {
  /** A conversation was opened or closed; `count` are open now. */
  opened(count: number): void;
  /** From the request to the first sample handed to the network, in seconds. */
  speechStarted(seconds: number): void;
  /** From the interrupt to the last sample of the voice handed to the network, in seconds. */
  interrupted(seconds: number): void;
  reported(report: PipelineReport, skipped: number): void;
}

export interface ConversationParts {
  id: string;
  portrait: { id: string; title: string };
  room: MediaRoom;
  pacer: Pacer;
  speech: Speech;
  maxBacklogMs: number;
  defaultLanguage: string;
  videoBitrateKbps: number;
  logger: Logger;
  observer: ConversationObserver;
  /** Called once, after everything of the conversation is closed. */
  onClosed: () => void;
}

export class LiveConversation extends EventEmitter<ConversationEvents> implements Conversation {
  readonly id: string;
  readonly portrait: { id: string; title: string };
  readonly #parts: ConversationParts;
  readonly #sender: AvatarSender;
  readonly #schedule = new SampleSchedule();
  readonly #utterances = new Map<string, Utterance>();
  #line: PipelineLine | undefined;
  #started = false;
  #closed = false;
  #state: ConversationState = 'idle';
  #playoutDelayMs: number | undefined;
  /** Monotonic time at which the voice was interrupted, in milliseconds. */
  #interruptedMs: number | undefined;
  #report: PipelineReport | undefined;
  #skipped = 0;
  #pushedMsSinceReport = 0;
  #videoBitrateKbps: number;

  constructor(parts: ConversationParts) {
    super();
    this.id = parts.id;
    this.portrait = parts.portrait;
    this.#parts = parts;
    this.#videoBitrateKbps = parts.videoBitrateKbps;
    this.#sender = parts.pacer.openSender(parts.room.tracks, {
      onPicturePassed: (index) => this.#passed(index),
      onFailed: (error) => void this.close(error),
    });
    const { room } = parts;
    room.on('keyFrameRequested', () => this.#line?.post({ type: 'key-frame' }));
    room.on('videoBitrateSuggested', (kbps) => {
      this.#videoBitrateKbps = kbps;
      this.#line?.post({ type: 'bitrate', kbps });
    });
    room.on('microphoneStarted', () => this.#line?.post({ type: 'microphone-open' }));
    room.on('microphoneStopped', () => this.#line?.post({ type: 'microphone-close' }));
    room.on('microphonePacket', (packet) => {
      const copy = new Uint8Array(packet);
      this.#line?.post({ type: 'microphone-packet', packet: copy }, [copy.buffer]);
    });
    room.on('failed', (error) => void this.close(error));
  }

  /** Joins the pipeline; the conversation is ready from then on. */
  attach(line: PipelineLine): void {
    this.#line = line;
  }

  /** What the pipeline of this conversation says. */
  onPipeline(reply: LineReply): void {
    if (this.#closed) return;
    switch (reply.type) {
      case 'sound':
        this.#sender.pushSound(reply.sample, reply.payload);
        break;
      case 'picture':
        this.#sender.pushPicture(reply.index, reply.data, reply.key);
        break;
      case 'skipped':
        this.#skipped += 1;
        break;
      case 'markers':
        for (const marker of reply.markers) this.#mark(marker);
        break;
      case 'interrupted':
        this.#cut(reply.sample);
        break;
      case 'report':
        this.#pushedMsSinceReport = 0;
        this.#report = reply.report;
        this.#parts.observer.reported(reply.report, this.#skipped);
        this.#skipped = 0;
        break;
      case 'failed':
        this.#failed(new VaktraError(reply.code, reply.message), reply.fatal);
        break;
    }
  }

  get rtpCapabilities(): mediasoup.RtpCapabilities {
    return this.#parts.room.rtpCapabilities;
  }

  createTransport() {
    this.#requireOpen();
    return this.#parts.room.createTransport();
  }

  connectTransport(transportId: string, dtlsParameters: mediasoup.DtlsParameters) {
    this.#requireOpen();
    return this.#parts.room.connectTransport(transportId, dtlsParameters);
  }

  restartIce(transportId: string) {
    this.#requireOpen();
    return this.#parts.room.restartIce(transportId);
  }

  consume(transportId: string, rtpCapabilities: mediasoup.RtpCapabilities) {
    this.#requireOpen();
    return this.#parts.room.consume(transportId, rtpCapabilities);
  }

  async resumeConsumers(transportId: string): Promise<void> {
    this.#requireOpen();
    await this.#parts.room.resumeConsumers(transportId);
    this.#start();
  }

  async produceMicrophone(transportId: string, rtpParameters: mediasoup.RtpParameters): Promise<{ id: string }> {
    this.#requireOpen();
    return this.#parts.room.produceMicrophone(transportId, rtpParameters);
  }

  async stopMicrophone(): Promise<void> {
    this.#parts.room.stopMicrophone();
  }

  /** A viewer inside this process, for measuring. */
  async openSink(listener: SinkListener): Promise<RoomSink> {
    this.#requireOpen();
    const sink = await this.#parts.room.openSink(listener);
    this.#start();
    return sink;
  }

  async speak({ eventId, text, language }: SpeakRequest): Promise<void> {
    this.#requireOpen();
    this.#requireRoom();
    const utterance = this.#openUtterance(eventId);
    try {
      const parts = this.#parts.speech.synthesize({
        text,
        language: language ?? this.#parts.defaultLanguage,
        signal: utterance.abort.signal,
      });
      let rate: number | undefined;
      for await (const part of parts) {
        if (this.#utterances.get(eventId) !== utterance) return;
        if (rate === undefined) {
          rate = part.sampleRateHz;
          this.#line?.post({ type: 'voice-open', eventId, sampleRateHz: rate });
        }
        this.#caption(utterance.addWords(part.words));
        this.#push(eventId, part.pcm, rate);
      }
      if (this.#utterances.get(eventId) !== utterance) return;
      if (rate === undefined) this.#utterances.delete(eventId);
      else this.#line?.post({ type: 'voice-end', eventId });
    } catch (error) {
      // Interrupted in the meantime: nobody waits for this speech any more.
      if (this.#utterances.get(eventId) !== utterance) return;
      if (utterance.start === undefined) this.#utterances.delete(eventId);
      this.#line?.post({ type: 'voice-end', eventId });
      throw error;
    }
  }

  pushAudio({ eventId, pcm, sampleRateHz }: { eventId: string; pcm: Uint8Array; sampleRateHz: number }): void {
    this.#requireOpen();
    const samples = pcm16ToFloat(pcm, sampleRateHz);
    this.#requireRoom((samples.length * 1000) / sampleRateHz);
    if (!this.#utterances.has(eventId)) {
      this.#openUtterance(eventId);
      this.#line?.post({ type: 'voice-open', eventId, sampleRateHz });
    }
    this.#push(eventId, samples, sampleRateHz);
  }

  speakEnd({ eventId }: { eventId: string }): void {
    this.#requireOpen();
    this.#line?.post({ type: 'voice-end', eventId });
  }

  interrupt(): void {
    this.#requireOpen();
    for (const utterance of this.#utterances.values()) utterance.abort.abort();
    // An interrupt of nothing would spoil the figures.
    this.#interruptedMs = this.#state === 'speaking' ? performance.now() : undefined;
    this.#line?.post({ type: 'interrupt' });
  }

  reportPlayoutDelay(delayMs: number): void {
    this.#playoutDelayMs = delayMs;
  }

  stats(): ConversationStats {
    const report = this.#report;
    const { counts, queued, position } = this.#sender;
    return {
      state: this.#state,
      position,
      picturesSent: counts.pictures,
      picturesRepeated: counts.picturesRepeated,
      clockStalls: counts.stalls,
      queuedMs: queued.soundMs,
      backlogMs: this.#backlogMs(),
      motionMsPerPicture: report?.motionMsPerPicture ?? 0,
      renderMsPerPicture: report?.renderMsPerPicture ?? 0,
      encodeMsPerPicture: report?.encodeMsPerPicture ?? 0,
      videoBitrateKbps: this.#videoBitrateKbps,
    };
  }

  async close(error?: VaktraError): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    if (error) this.#parts.logger.warn({ error, conversation: this.id }, 'conversation ended by an error');
    for (const utterance of this.#utterances.values()) utterance.abort.abort();
    this.#utterances.clear();
    this.#schedule.clear();
    this.#sender.close();
    this.#line?.close();
    this.#parts.room.close();
    this.#emit('closed', error ? { error } : {});
    this.removeAllListeners();
    this.#parts.onClosed();
  }

  /** Begins to produce; the clock starts with the first sound. */
  #start(): void {
    if (this.#started) return;
    this.#started = true;
    this.#produce(LEAD_PICTURES);
  }

  #produce(through: number): void {
    this.#line?.post({ type: 'produce', through, startNs: this.#sender.startNs });
  }

  #passed(index: number): void {
    this.#produce(index + LEAD_PICTURES);
    this.#schedule.advance(this.#sender.position);
  }

  #push(eventId: string, pcm: Float32Array, sampleRateHz: number): void {
    this.#pushedMsSinceReport += (pcm.length * 1000) / sampleRateHz;
    // A view of a larger buffer would move the whole of it.
    const owned = pcm.byteLength === pcm.buffer.byteLength ? pcm : pcm.slice();
    this.#line?.post({ type: 'voice-push', eventId, pcm: owned }, [owned.buffer as ArrayBuffer]);
  }

  #openUtterance(eventId: string): Utterance {
    if (this.#utterances.has(eventId)) {
      throw new VaktraError('invalid_message', `The event "${eventId}" is being spoken already: use another event_id.`);
    }
    const utterance = new Utterance(eventId);
    this.#utterances.set(eventId, utterance);
    return utterance;
  }

  /** Places the beginning or the end of a speech on the clock; it is told when the clock gets there. */
  #mark({ kind, eventId, sample }: TimelineMarker): void {
    const known = this.#utterances.get(eventId);
    if (!known && eventId !== MICROPHONE_EVENT_ID) return;
    const utterance = known ?? this.#openUtterance(eventId);
    if (kind === 'start') {
      this.#caption(utterance.begin(sample));
      this.#schedule.at(sample + 1, () => this.#speechStarted(utterance, sample));
    } else {
      utterance.end = sample;
      this.#schedule.at(sample, () => this.#speechEnded(utterance, sample));
    }
  }

  #speechStarted(utterance: Utterance, sample: SampleIndex): void {
    this.#parts.observer.speechStarted((performance.now() - utterance.requestedMs) / 1000);
    this.#emit('speechStarted', { eventId: utterance.eventId, sample });
    this.#setState('speaking', sample);
  }

  #speechEnded(utterance: Utterance, sample: SampleIndex): void {
    this.#utterances.delete(utterance.eventId);
    this.#emit('speechEnded', { eventId: utterance.eventId, sample });
    const goesOn = [...this.#utterances.values()].some((other) => other.start !== undefined && other.start <= sample);
    if (!goesOn) this.#setState('idle', sample);
  }

  /** Everything that would have been said from `sample` on was cut; reports it once the clock is there. */
  #cut(sample: SampleIndex): void {
    const cut = [...this.#utterances.values()].filter((utterance) => (utterance.end ?? sample) >= sample);
    for (const { eventId } of cut) this.#utterances.delete(eventId);
    this.#schedule.dropFrom(sample);
    const requested = this.#interruptedMs;
    this.#schedule.at(sample, () => {
      if (requested !== undefined) this.#parts.observer.interrupted((performance.now() - requested) / 1000);
      const delay = ((this.#playoutDelayMs ?? 0) * CLOCK_RATE_HZ) / 1000;
      const measure = this.#playoutDelayMs === undefined ? 'sent' : 'heard';
      for (const { eventId, start } of cut) {
        const sent = Math.max(0, sample - (start ?? sample));
        this.#emit('speechInterrupted', { eventId, playbackPosition: Math.max(0, Math.round(sent - delay)), measure });
      }
      if (this.#state === 'speaking') this.#setState('idle', sample);
    });
    this.#schedule.advance(this.#sender.position);
  }

  #setState(state: ConversationState, sample: SampleIndex): void {
    if (this.#state === state) return;
    this.#state = state;
    this.#emit('state', { state, sample });
  }

  #caption(captions: { eventId: string; text: string; start: SampleIndex; end: SampleIndex }[]): void {
    for (const caption of captions) this.#emit('caption', caption);
  }

  #failed(error: VaktraError, fatal: boolean): void {
    if (fatal) void this.close(error);
    else this.#emit('warning', error);
  }

  #backlogMs(): number {
    return (this.#report?.backlogMs ?? 0) + this.#pushedMsSinceReport;
  }

  #requireRoom(moreMs = 0): void {
    const waiting = this.#backlogMs();
    if (waiting + moreMs <= this.#parts.maxBacklogMs) return;
    throw new VaktraError(
      'audio_backlog_full',
      `${Math.round(waiting / 1000)} s of voice wait to be spoken and at most ${this.#parts.maxBacklogMs / 1000} s may: send the rest later.`,
    );
  }

  #requireOpen(): void {
    if (this.#closed) throw new VaktraError('conversation_closed', 'This conversation is over: open a new one.');
  }

  /** A listener of a client that throws is that client's problem. */
  #emit<E extends keyof ConversationEvents>(event: E, ...args: ConversationEvents[E]): void {
    for (const listener of this.rawListeners(event)) {
      try {
        (listener as (...args: ConversationEvents[E]) => void).apply(this, args);
      } catch (error) {
        this.#parts.logger.error({ error, event, conversation: this.id }, 'a listener of a conversation failed');
      }
    }
  }
}
