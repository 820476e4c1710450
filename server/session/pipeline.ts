// Everything of one conversation that computes: voice -> VAD chunks -> timeline -> motion -> pictures -> codecs.
// It produces on demand, knows no network and no wall clock, and runs in a pipeline worker or in a file render.

import { setImmediate as yieldToOthers } from 'node:timers/promises';
import type { VaktraError } from '../errors.ts';
import { createOpusEncoder, createVp8Encoder, type OpusEncoder, type Vp8Encoder } from '../media/codec/index.ts';
import type { MotionModel, MotionStream } from '../motion/index.ts';
import { createPictureStream, type Painter, videoShape } from '../render/index.ts';
import type { VadModel } from '../speech/index.ts';
import {
  type ConversationState,
  type FrameIndex,
  type MotionFrame,
  type Picture,
  type PictureStream,
  type PreparedAvatar,
  SAMPLES_PER_FRAME,
  type SampleIndex,
} from '../types.ts';
import { CpuMeter } from './cpu-meter.ts';
import { OutgoingSound } from './outgoing-sound.ts';
import { PictureStates } from './picture-states.ts';
import type { PipelineReport } from './pipeline-messages.ts';
import type { PipelineSettings } from './pipeline-settings.ts';
import { stampClick, stampCode } from './test-pattern.ts';
import { type TimelineMarker, VoiceTimeline } from './timeline.ts';
import { VoiceIntake } from './voice-intake.ts';
import { VoiceMoods } from './voice-moods.ts';

/** Pictures of sound that the motion model hears ahead: 80 ms, its look-ahead. */
const LOOK_AHEAD_PICTURES = 2;
/** Pictures per run of the motion model: short when idle and at the start of speech, so that a voice is answered early. */
const SHORT_WINDOW_PICTURES = 2;
const LONG_WINDOW_PICTURES = 4;

/** What the conversations of a thread share. */
export interface PipelineParts {
  motion: MotionModel;
  vad: VadModel;
  /** Without it mouths are drawn by rule. */
  painter?: Painter | undefined;
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

export class ConversationPipeline {
  readonly #output: PipelineOutput;
  readonly #settings: PipelineSettings;
  /** Voices come in here and are read from the timeline. */
  readonly voices: VoiceIntake;
  /** What moods they are given. */
  readonly moods: VoiceMoods;
  readonly #timeline: VoiceTimeline;
  readonly #motion: MotionStream;
  readonly #pictures: PictureStream;
  readonly #painter: Painter | undefined;
  readonly #opus: OpusEncoder;
  readonly #sound: OutgoingSound;
  readonly #vp8: Vp8Encoder;
  readonly #meter = new CpuMeter<'sound' | 'motion' | 'render' | 'encode'>();

  readonly #states = new PictureStates();
  /** Windows whose sound was read and whose motion was not made. */
  #windows: number[] = [];
  #frames: MotionFrame[] = [];
  /** Next picture whose motion is to be made, and which is to be drawn. */
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
    this.#settings = settings;
    this.#output = output;
    this.#timeline = new VoiceTimeline({ liveReserveMs: settings.liveReserveMs });
    this.voices = new VoiceIntake({
      vad: parts.vad,
      settings: settings.vad,
      timeline: this.#timeline,
      onFailed: (eventId, error) => output.voiceFailed(eventId, error),
    });
    this.#motion = parts.motion.createStream({
      seed,
      lipTemperature: settings.lipTemperature,
      moodFromVoice: settings.mood.fromVoice,
      moodStrength: settings.mood.strength,
    });
    this.moods = new VoiceMoods(settings.mood.strength, (mood) => this.#motion.setMood(mood));
    this.#pictures = createPictureStream(avatar, parts.motion.basis, {
      label: settings.label,
      look: settings.look,
      painter: parts.painter,
    });
    this.#painter = parts.painter;
    this.#opus = createOpusEncoder({ bitrateKbps: settings.opusBitrateKbps });
    this.#sound = new OutgoingSound(this.#opus, settings.advanceSound);
    const { width, height, matte } = videoShape(settings.look);
    this.#vp8 = createVp8Encoder({
      width,
      height: matte === 'below' ? height * 2 : height,
      bitrateKbps: settings.videoBitrateKbps,
    });
  }

  /** What a file needs to know of the sound (OpusHead, RFC 7845 section 5.1). */
  get opusHeader(): Uint8Array {
    return this.#opus.header;
  }

  /** How much live voice is held in reserve, in milliseconds. */
  get liveReserveMs(): number {
    return this.#settings.liveReserveMs;
  }

  /** How much live voice waits, in milliseconds: what a microphone's clock is steered by. */
  get liveBacklogMs(): number {
    return this.#timeline.liveBacklogMs;
  }

  /**
   * Forgets every voice that was not yet encoded and lets the mouth close. What was encoded plays out: it is on its
   * way, and its pictures cannot be taken out of a video stream. Returns the first silent sample.
   */
  interrupt(): SampleIndex {
    this.#timeline.clear();
    this.voices.clear();
    this.moods.clear();
    this.#states.cut();
    this.#motion.interrupt(this.#nextPicture);
    this.#sound.duckTo(1);
    return this.#sound.cut();
  }

  /** What the avatar does where it does not speak. Default idle. */
  rest(state: ConversationState): void {
    this.#states.rest(state);
  }

  /** How loud the visitor is, RMS in [0, 1]: call it once per picture's time while the avatar listens. */
  listen(level: number): void {
    this.#states.listen(level);
  }

  /** Loudness of the voice from the next sound on, 0 to 1; an interrupt takes it back. */
  duckTo(loudness: number): void {
    this.#sound.duckTo(loudness);
  }

  /** Who sees the avatar's sound as it is sent: [1920] samples at 48 kHz for each picture. */
  onSent(listener: ((sound: Float32Array) => void) | undefined): void {
    this.#sound.onSent = listener;
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
      painter: this.#painter?.takeCounts(),
    };
    this.#picturesReported = this.#nextPicture;
    this.#meter.reset();
    return report;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#running;
    this.voices.close();
    this.#motion.close();
    this.#pictures.close();
    this.#opus.close();
    this.#vp8.close();
  }

  async #run(isLate: (index: FrameIndex) => boolean): Promise<void> {
    while (this.#nextPicture <= this.#target && !this.#closed) {
      while (this.#sound.next <= this.#target) this.#encodeSound();
      await this.#makeMotion();
      // Interrupts and other conversations of this thread get their turn between two pictures.
      await yieldToOthers();
      if (!this.#closed) await this.#drawPicture(isLate);
    }
  }

  /** Reads the sound of the next window of motion: what it produces, and what it hears ahead of it. */
  #readWindow(): void {
    const speech = this.#states.spokeInLastRead && this.#timeline.hasVoiceFor(LONG_WINDOW_PICTURES);
    const window = speech ? LONG_WINDOW_PICTURES : SHORT_WINDOW_PICTURES;
    const atStart = this.#timeline.position === 0;
    const read = this.#timeline.read(window + (atStart ? LOOK_AHEAD_PICTURES : 0));
    for (const [k, speaking] of read.speaking.entries()) {
      const block = read.data48.subarray(k * SAMPLES_PER_FRAME, (k + 1) * SAMPLES_PER_FRAME);
      if (this.#settings.diagnostics?.testPattern) stampClick(block, this.#sound.end);
      this.#sound.add(block);
      this.#states.add(speaking);
    }
    this.#windows.push(window);
    this.#motion.push(read.data16);
    for (const { kind, eventId } of read.markers) this.moods.mark(kind, eventId);
    if (read.markers.length > 0) this.#output.markers(read.markers);
  }

  #encodeSound(): void {
    while (!this.#sound.isReady) this.#readWindow();
    this.#meter.measure('sound', () => this.#sound.encode((sample, payload) => this.#output.sound(sample, payload)));
  }

  /** Runs the motion model until the next picture has its frame. */
  async #makeMotion(): Promise<void> {
    while (this.#nextMotion <= this.#nextPicture) {
      if (this.#windows.length === 0) this.#readWindow();
      const window = this.#windows.shift() ?? SHORT_WINDOW_PICTURES;
      const ahead = this.#nextMotion - this.#nextPicture;
      const states = this.#states.of(ahead, window);
      const levels = this.#states.visitorLevels(window);
      this.#nextMotion += window;
      const frames = await this.#meter.measureAsync('motion', () => this.#motion.next(states, levels));
      this.#frames.push(...frames);
    }
  }

  async #drawPicture(isLate: (index: FrameIndex) => boolean): Promise<void> {
    const frame = this.#frames.shift();
    if (!frame) return;
    const index = this.#nextPicture++;
    this.#states.done();
    if (isLate(index)) {
      this.#output.skipped(index);
      return;
    }
    const finished = this.#motion.finish(frame);
    const picture = await this.#meter.measureAsync('render', () => this.#pictures.draw(finished));
    if (this.#settings.diagnostics?.testPattern) stampCode(picture);
    this.#output.drawn?.(finished, picture, this.#pictures);
    const encoded = this.#meter.measure('encode', () => this.#vp8.encode(picture.i420));
    this.#output.picture(index, encoded.data, encoded.key);
  }
}
