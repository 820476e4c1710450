// Everything of one conversation that computes: voice -> VAD chunks -> timeline -> motion -> pictures -> codecs.
// It produces on demand, knows no network and no wall clock, and runs in a pipeline worker or in a file render.

import { setImmediate as yieldToOthers } from 'node:timers/promises';
import { toVaktraError, type VaktraError } from '../errors.ts';
import { createOpusEncoder, createVp8Encoder, type OpusEncoder, type Vp8Encoder } from '../media/codec/index.ts';
import type { MotionModel, MotionStream } from '../motion/index.ts';
import { createPictureStream } from '../render/index.ts';
import { createVoiceInput, type VadModel, type VadSettings, type VoiceInput } from '../speech/index.ts';
import {
  type ConversationState,
  type FrameIndex,
  type MotionFrame,
  PICTURE_SIZE_PX,
  type Picture,
  type PictureStream,
  type PreparedAvatar,
  SAMPLES_PER_FRAME,
  SAMPLES_PER_PACKET,
  type SampleIndex,
} from '../types.ts';
import { CpuMeter } from './cpu-meter.ts';
import type { PipelineReport } from './pipeline-messages.ts';
import { stampClick, stampCode } from './test-pattern.ts';
import { type TimelineMarker, VoiceTimeline } from './timeline.ts';

/** Pictures of sound that the motion model hears ahead: 80 ms, its look-ahead. */
const LOOK_AHEAD_PICTURES = 2;
/** Pictures per run of the motion model: short when idle and at the start of speech, so that a voice is answered early. */
const SHORT_WINDOW_PICTURES = 2;
const LONG_WINDOW_PICTURES = 4;
/** An interrupted voice fades over this many samples (5 ms at 48 kHz): a hard cut would click. */
const CUT_FADE_SAMPLES = 240;
/** Voice is chunked in pieces of at most this long, so that a long text does not hold up pictures that are due. */
const CHUNKING_PIECE_MS = 200;

export interface PipelineSettings {
  /** Burnt into every picture. */
  label: string;
  videoBitrateKbps: number;
  opusBitrateKbps: number;
  /** Gives the sound to the encoder earlier by the encoder's delay. For RTP; a file's head says the delay itself. */
  advanceSound: boolean;
  lipTemperature: number;
  liveReserveMs: number;
  vad: Partial<VadSettings>;
  /** For measuring; off in a server that people talk to. */
  diagnostics?: PipelineDiagnostics | undefined;
}

export interface PipelineDiagnostics {
  /** Pictures carry their index and the sound is clicks. */
  testPattern?: boolean;
  /** The motion of each drawn picture is told to the main thread. */
  traceMotion?: boolean;
}

/** What the conversations of a thread share. */
export interface PipelineParts {
  motion: MotionModel;
  vad: VadModel;
}

/** Where a pipeline's products go. Each encoded buffer is alone in its ArrayBuffer and belongs to the receiver. */
export interface PipelineOutput {
  sound(sample: SampleIndex, payload: Uint8Array<ArrayBuffer>): void;
  picture(index: FrameIndex, data: Uint8Array<ArrayBuffer>, key: boolean): void;
  /** The picture was not drawn, because it was too late. */
  skipped(index: FrameIndex): void;
  markers(markers: TimelineMarker[]): void;
  /** A voice could not be used; the conversation goes on. */
  voiceFailed(eventId: string, error: VaktraError): void;
  /** Sees each frame that was drawn, with its picture, before it is encoded. The picture is valid only during the call. */
  drawn?(frame: MotionFrame, picture: Picture, stream: PictureStream): void;
}

interface Voice {
  input: VoiceInput;
  sampleRateHz: number;
  live: boolean;
  /** Chunking of what was pushed so far; one piece after the other. */
  work: Promise<void>;
}

export class ConversationPipeline {
  readonly #output: PipelineOutput;
  readonly #settings: PipelineSettings;
  readonly #parts: PipelineParts;
  readonly #timeline: VoiceTimeline;
  readonly #motion: MotionStream;
  readonly #pictures: PictureStream;
  readonly #opus: OpusEncoder;
  readonly #advanceSamples: number;
  readonly #vp8: Vp8Encoder;
  readonly #meter = new CpuMeter<'sound' | 'motion' | 'render' | 'encode'>();
  readonly #voices = new Map<string, Voice>();

  /** State of a picture in which nobody speaks. */
  #restState: ConversationState = 'idle';
  /** Sound that was read and not encoded, and per picture that was read and not drawn: does the avatar speak in it? */
  #sound: Float32Array[] = [];
  #speaking: boolean[] = [];
  #spokeInLastRead = false;
  /** Windows whose sound was read and whose motion was not made. */
  #windows: number[] = [];
  #frames: MotionFrame[] = [];
  /** Next picture whose sound is to be encoded, whose motion is to be made, and which is to be drawn. */
  #nextSound: FrameIndex = 0;
  #nextMotion: FrameIndex = 0;
  #nextPicture: FrameIndex = 0;
  #target: FrameIndex = -1;
  #running: Promise<void> | undefined;
  #picturesReported = 0;
  #closed = false;

  constructor(
    parts: PipelineParts,
    avatar: PreparedAvatar,
    seed: number,
    settings: PipelineSettings,
    output: PipelineOutput,
  ) {
    this.#parts = parts;
    this.#settings = settings;
    this.#output = output;
    this.#timeline = new VoiceTimeline({ liveReserveMs: settings.liveReserveMs });
    this.#motion = parts.motion.createStream({ seed, lipTemperature: settings.lipTemperature });
    this.#pictures = createPictureStream(avatar, parts.motion.basis, { label: settings.label });
    this.#opus = createOpusEncoder({ bitrateKbps: settings.opusBitrateKbps });
    this.#advanceSamples = settings.advanceSound ? this.#opus.delaySamples : 0;
    this.#vp8 = createVp8Encoder({
      width: PICTURE_SIZE_PX,
      height: PICTURE_SIZE_PX,
      bitrateKbps: settings.videoBitrateKbps,
    });
  }

  /** What a file needs to know of the sound (OpusHead, RFC 7845 section 5.1). */
  get opusHeader(): Uint8Array {
    return this.#opus.header;
  }

  /** Opens a voice behind those that wait; a live one is heard whenever no other is due. */
  openVoice(eventId: string, sampleRateHz: number, live: boolean): void {
    const { vad, settings } = { vad: this.#parts.vad, settings: this.#settings.vad };
    const input = createVoiceInput({ vad, sampleRateHz, settings, adaptive: live });
    this.#voices.get(eventId)?.input.close();
    this.#voices.set(eventId, { input, sampleRateHz, live, work: Promise.resolve() });
    this.#timeline.open(eventId, live);
  }

  /** Adds samples in [-1, 1] at the voice's rate. Voice for an event that is not open is dropped: it was interrupted. */
  pushVoice(eventId: string, pcm: Float32Array): void {
    const voice = this.#voices.get(eventId);
    if (!voice) return;
    const piece = Math.ceil((voice.sampleRateHz * CHUNKING_PIECE_MS) / 1000);
    for (let start = 0; start < pcm.length; start += piece) {
      const samples = pcm.subarray(start, start + piece);
      this.#chunk(eventId, (input) => input.push(samples));
    }
  }

  /** No more voice comes for this event. */
  endVoice(eventId: string): void {
    this.#chunk(
      eventId,
      (input) => input.end(),
      () => {
        this.#timeline.end(eventId);
        this.#dropVoice(eventId);
      },
    );
  }

  /** How much live voice is held in reserve, in milliseconds. */
  get liveReserveMs(): number {
    return this.#settings.liveReserveMs;
  }

  /** How much live voice waits, in milliseconds: what a microphone's clock is steered by. */
  get liveBacklogMs(): number {
    return this.#timeline.liveBacklogMs;
  }

  /** Steers the rate of a live voice towards the conversation's clock, in parts per million. */
  setVoiceDrift(eventId: string, ppm: number): void {
    this.#voices.get(eventId)?.input.setRatio(ppm);
  }

  closeLiveVoice(eventId: string): void {
    this.#timeline.closeLive();
    this.#dropVoice(eventId);
  }

  /**
   * Forgets every voice that was not yet encoded and lets the mouth close. What was encoded plays out: it is on its
   * way, and its pictures cannot be taken out of a video stream. Returns the events and the first silent sample.
   */
  interrupt(): { eventIds: string[]; sample: SampleIndex } {
    const eventIds = this.#timeline.clear();
    for (const [eventId, voice] of this.#voices) {
      if (!voice.live) this.#dropVoice(eventId);
    }
    const [first, ...rest] = this.#sound;
    if (first) {
      for (let i = 0; i < CUT_FADE_SAMPLES; i++) {
        const at = this.#advanceSamples + i;
        first[at] = (first[at] ?? 0) * (1 - i / CUT_FADE_SAMPLES);
      }
      first.fill(0, this.#advanceSamples + CUT_FADE_SAMPLES);
    }
    for (const block of rest) block.fill(0);
    this.#speaking.fill(false);
    this.#spokeInLastRead = false;
    this.#motion.interrupt(this.#nextPicture);
    return { eventIds, sample: this.#nextSound * SAMPLES_PER_FRAME };
  }

  /** What the avatar does while nobody speaks. */
  setRestState(state: ConversationState): void {
    this.#restState = state;
  }

  requestKeyFrame(): void {
    this.#vp8.requestKeyFrame();
  }

  setBitrate(kbps: number): void {
    this.#vp8.setBitrate(kbps);
  }

  /**
   * Produces sound and pictures up to and with picture `through`. Sound is encoded first: it never waits for pictures.
   *
   * @param isLate true when a picture's time has passed; it is then skipped, so that the following ones are in time
   */
  produce(through: FrameIndex, isLate: (index: FrameIndex) => boolean = () => false): Promise<void> {
    this.#target = Math.max(this.#target, through);
    this.#running ??= this.#run(isLate).finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  /** Waits until all voice that was pushed so far is on the timeline. */
  async settled(): Promise<void> {
    await Promise.all([...this.#voices.values()].map((voice) => voice.work));
  }

  /** Voice that is queued and not yet spoken, in milliseconds. */
  get backlogMs(): number {
    return this.#timeline.backlogMs;
  }

  /** Averages since the last report. */
  report(): PipelineReport {
    const pictures = this.#nextPicture - this.#picturesReported;
    const average = (stage: 'sound' | 'motion' | 'render' | 'encode') =>
      this.#meter.total(stage) / Math.max(1, pictures);
    const report: PipelineReport = {
      pictures,
      soundMsPerPicture: average('sound'),
      motionMsPerPicture: average('motion'),
      renderMsPerPicture: average('render'),
      encodeMsPerPicture: average('encode'),
      backlogMs: this.backlogMs,
      state: this.#speaking[0] ? 'speaking' : this.#restState,
    };
    this.#picturesReported = this.#nextPicture;
    this.#meter.reset();
    return report;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#running;
    for (const eventId of [...this.#voices.keys()]) this.#dropVoice(eventId);
    this.#motion.close();
    this.#pictures.close();
    this.#opus.close();
    this.#vp8.close();
  }

  async #run(isLate: (index: FrameIndex) => boolean): Promise<void> {
    while (this.#nextPicture <= this.#target && !this.#closed) {
      while (this.#nextSound <= this.#target) this.#encodeSound();
      await this.#makeMotion();
      // Interrupts and other conversations of this thread get their turn between two pictures.
      await yieldToOthers();
      if (!this.#closed) this.#drawPicture(isLate);
    }
  }

  /** Reads the sound of the next window of motion: what it produces, and what it hears ahead of it. */
  #readWindow(): void {
    const speech = this.#spokeInLastRead && this.#timeline.hasVoiceFor(LONG_WINDOW_PICTURES);
    const window = speech ? LONG_WINDOW_PICTURES : SHORT_WINDOW_PICTURES;
    const atStart = this.#timeline.position === 0;
    const read = this.#timeline.read(window + (atStart ? LOOK_AHEAD_PICTURES : 0));
    for (const [k, speaking] of read.speaking.entries()) {
      const block = read.data48.subarray(k * SAMPLES_PER_FRAME, (k + 1) * SAMPLES_PER_FRAME);
      if (this.#settings.diagnostics?.testPattern) stampClick(block, this.#nextSound + this.#sound.length);
      this.#sound.push(block);
      this.#speaking.push(speaking);
      this.#spokeInLastRead = speaking;
    }
    this.#windows.push(window);
    this.#motion.push(read.data16);
    if (read.markers.length > 0) this.#output.markers(read.markers);
  }

  #encodeSound(): void {
    if (this.#sound.length === 0) this.#readWindow();
    if (this.#sound.length === 1 && this.#advanceSamples > 0) this.#readWindow();
    const block = this.#advanced(this.#sound.shift(), this.#sound[0]);
    const index = this.#nextSound++;
    for (let offset = 0; offset < SAMPLES_PER_FRAME; offset += SAMPLES_PER_PACKET) {
      const payload = this.#meter.measure('sound', () =>
        this.#opus.encode(block.subarray(offset, offset + SAMPLES_PER_PACKET)),
      );
      this.#output.sound(index * SAMPLES_PER_FRAME + offset, payload);
    }
  }

  /** The block without its beginning, which went out with the one before, and with the beginning of the next one. */
  #advanced(block: Float32Array = new Float32Array(SAMPLES_PER_FRAME), next?: Float32Array): Float32Array {
    if (this.#advanceSamples === 0 || !next) return block;
    const advanced = new Float32Array(SAMPLES_PER_FRAME);
    advanced.set(block.subarray(this.#advanceSamples));
    advanced.set(next.subarray(0, this.#advanceSamples), SAMPLES_PER_FRAME - this.#advanceSamples);
    return advanced;
  }

  /** Runs the motion model until the next picture has its frame. */
  async #makeMotion(): Promise<void> {
    while (this.#nextMotion <= this.#nextPicture) {
      if (this.#windows.length === 0) this.#readWindow();
      const window = this.#windows.shift() ?? SHORT_WINDOW_PICTURES;
      const ahead = this.#nextMotion - this.#nextPicture;
      const states = Array.from({ length: window }, (_, k) =>
        this.#speaking[ahead + k] ? 'speaking' : this.#restState,
      );
      this.#nextMotion += window;
      const frames = await this.#meter.measureAsync('motion', () => this.#motion.next(states));
      this.#frames.push(...frames);
    }
  }

  #drawPicture(isLate: (index: FrameIndex) => boolean): void {
    const frame = this.#frames.shift();
    if (!frame) return;
    const index = this.#nextPicture++;
    this.#speaking.shift();
    if (isLate(index)) {
      this.#output.skipped(index);
      return;
    }
    const finished = this.#motion.finish(frame);
    const picture = this.#meter.measure('render', () => this.#pictures.draw(finished));
    if (this.#settings.diagnostics?.testPattern) stampCode(picture);
    this.#output.drawn?.(finished, picture, this.#pictures);
    const encoded = this.#meter.measure('encode', () => this.#vp8.encode(picture.i420));
    this.#output.picture(index, encoded.data, encoded.key);
  }

  /** Queues a piece of chunking behind the earlier ones of its voice. */
  #chunk(eventId: string, work: (input: VoiceInput) => ReturnType<VoiceInput['push']>, after?: () => void): void {
    const voice = this.#voices.get(eventId);
    if (!voice) return;
    const isOpen = () => this.#voices.get(eventId) === voice;
    voice.work = voice.work
      .then(async () => {
        if (!isOpen()) return;
        const spans = await work(voice.input);
        if (!isOpen()) return;
        for (const span of spans) this.#timeline.append(eventId, span);
        after?.();
        await yieldToOthers();
      })
      .catch((error: unknown) => {
        if (!isOpen()) return;
        this.#timeline.end(eventId);
        this.#dropVoice(eventId);
        this.#output.voiceFailed(eventId, toVaktraError(error));
      });
  }

  #dropVoice(eventId: string): void {
    this.#voices.get(eventId)?.input.close();
    this.#voices.delete(eventId);
  }
}
