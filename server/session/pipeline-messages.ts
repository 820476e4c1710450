// What the main thread and the pipeline workers say to each other. Buffers are transferred, not copied.

import type { ErrorCode } from '../errors.ts';
import type { MotionModelOptions } from '../motion/index.ts';
import type { PainterCounts, PainterOptions } from '../render/index.ts';
import type { ConversationState, FrameIndex, PreparedAvatar, SampleIndex } from '../types.ts';
import type { RecordedFrame } from './motion-recorder.ts';
import type { PipelineSettings } from './pipeline-settings.ts';
import type { TimelineMarker } from './timeline.ts';
import type { MoodWish } from './types.ts';
import type { VisitorEvent } from './visitor/index.ts';
import type { SpeechMood } from './voice-moods.ts';

/** Main thread to worker. `id` names the conversation. */
export type PipelineRequest =
  | {
      type: 'open';
      id: string;
      avatarId: number;
      /** Left out when the worker has it already: conversations of a portrait share it. */
      avatar: PreparedAvatar | undefined;
      seed: number;
      settings: PipelineSettings;
    }
  /** Comes once for each `open`, also when the worker gave the conversation up by itself. */
  | { type: 'close'; id: string }
  /** Closes every pipeline and ends the thread. */
  | { type: 'shut-down' }
  /** How many conversations are there? */
  | { type: 'census' }
  /** `startNs`: monotonic time of the clock's sample 0, as it stands after stalls; pictures that are late by it are skipped. */
  | { type: 'produce'; id: string; through: FrameIndex; startNs: bigint | undefined }
  | { type: 'voice-open'; id: string; eventId: string; sampleRateHz: number; mood: SpeechMood }
  | { type: 'voice-push'; id: string; eventId: string; pcm: Float32Array }
  | { type: 'voice-end'; id: string; eventId: string }
  | { type: 'microphone-open'; id: string }
  | { type: 'microphone-packet'; id: string; packet: Uint8Array }
  | { type: 'microphone-close'; id: string }
  /** A visitor's microphone, that the avatar listens to. */
  | { type: 'visitor-open'; id: string }
  | { type: 'visitor-packet'; id: string; packet: Uint8Array }
  /** Push to talk: the button goes down or up. */
  | { type: 'visitor-hold'; id: string; down: boolean }
  | { type: 'visitor-close'; id: string }
  /** What the avatar does where it does not speak. */
  | { type: 'rest'; id: string; state: ConversationState }
  /** Loudness of its voice from now on, 0 to 1. */
  | { type: 'duck'; id: string; loudness: number }
  | { type: 'interrupt'; id: string }
  /** Of the whole conversation; undefined takes it back. */
  | { type: 'mood'; id: string; mood: MoodWish | undefined }
  | { type: 'key-frame'; id: string }
  | { type: 'bitrate'; id: string; kbps: number };

/** Worker to main thread. */
export type PipelineReply =
  | { type: 'ready' }
  | { type: 'start-failed'; code: ErrorCode; message: string }
  | { type: 'opened'; id: string }
  | { type: 'census'; residents: number }
  | { type: 'sound'; id: string; sample: SampleIndex; payload: Uint8Array }
  | { type: 'picture'; id: string; index: FrameIndex; data: Uint8Array; key: boolean }
  /** Only with `traceMotion`: distances as they were drawn. */
  | { type: 'motion'; id: string; index: FrameIndex; drawn: RecordedFrame }
  | { type: 'skipped'; id: string; index: FrameIndex }
  | { type: 'visitor'; id: string; event: VisitorEvent }
  | { type: 'markers'; id: string; markers: TimelineMarker[] }
  /** `sample`: the first one from which nothing of the interrupted voice sounds. */
  | { type: 'interrupted'; id: string; sample: SampleIndex }
  | { type: 'report'; id: string; report: PipelineReport }
  /** `fatal`: the conversation cannot go on; otherwise only what was asked for failed. */
  | { type: 'failed'; id: string; code: ErrorCode; message: string; fatal: boolean };

/** Averages since the last report, and what waits. */
export interface PipelineReport {
  pictures: number;
  motionMsPerPicture: number;
  renderMsPerPicture: number;
  encodeMsPerPicture: number;
  soundMsPerPicture: number;
  backlogMs: number;
  /** Of all conversations of its thread; undefined where no model paints. */
  painter: PainterCounts | undefined;
}

/** What a pipeline worker is started with. */
export interface PipelineWorkerData {
  motion: MotionModelOptions;
  /** Undefined where the mouth is drawn by rule. */
  painter: PainterOptions | undefined;
}
