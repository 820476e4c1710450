// A conversation without a conversation: one voice through a pipeline into a file, as fast as it goes.

import type { Config } from '../config.ts';
import { createWebmWriter } from '../media/codec/index.ts';
import { loadMotionModel } from '../motion/index.ts';
import { loadPainter, videoShape } from '../render/index.ts';
import { loadVad } from '../speech/index.ts';
import { type ConversationState, FRAME_RATE_HZ, type PreparedAvatar } from '../types.ts';
import { prepareLook } from './chosen-look.ts';
import { MotionRecorder, type MotionRecording } from './motion-recorder.ts';
import { ConversationPipeline } from './pipeline.ts';
import { motionModelOptions, painterOptions, pipelineSettings } from './pipeline-settings.ts';
import type { LookChoice, MoodWish } from './types.ts';

/** Pictures behind the voice, so that the mouth is seen to close. */
const TAIL_PICTURES = 15;
/** Pictures between two reports of progress. */
const BATCH_PICTURES = 25;
const EVENT_ID = 'voice';

/** Mono samples in [-1, 1]. */
export interface RecordedVoice {
  pcm: Float32Array;
  sampleRateHz: number;
}

export interface RenderVideoOptions {
  config: Config;
  avatar: PreparedAvatar;
  /** The portrait speaks it. */
  voice?: RecordedVoice | undefined;
  /** The portrait listens to it: it is not heard in the file. */
  visitor?: RecordedVoice | undefined;
  /** What the portrait does where it does not speak. */
  rest: ConversationState;
  seed: number;
  /** What the face wears throughout; left out, it is heard in the voice. */
  mood?: MoodWish | undefined;
  look?: LookChoice | undefined;
  /** Aborted where the file is not to be made any more: what it is aborted with is thrown. */
  signal?: AbortSignal | undefined;
  /** Path of the .webm file. */
  out: string;
  /** Tags of the file. */
  metadata: Record<string, string>;
  recordMotion: boolean;
  onProgress(pictures: number, total: number): void;
}

export interface RenderedVideo {
  videoSeconds: number;
  /** Wall time of the rendering, loading the models left out. */
  elapsedSeconds: number;
  motion: MotionRecording | undefined;
}

/** @throws VaktraError `output_unwritable`, `model_missing`, ... */
export async function renderVideo(options: RenderVideoOptions): Promise<RenderedVideo> {
  const { config, avatar, voice, visitor, signal, onProgress } = options;
  const look = await prepareLook(options.look);
  const paint = painterOptions(config);
  const [motion, vad, painter] = await Promise.all([
    loadMotionModel(motionModelOptions(config)),
    loadVad(),
    paint && loadPainter(paint),
  ]);
  const recorder = options.recordMotion ? new MotionRecorder() : undefined;
  const start = performance.now();

  let failure: Error | undefined;
  const pipeline = new ConversationPipeline(
    { motion, vad, painter },
    avatar,
    options.seed,
    { ...pipelineSettings(config), look, advanceSound: false },
    {
      sound: (sample, payload) => file.writeSound(sample, payload),
      picture: (index, data, key) => file.writePicture(index, data, key),
      skipped: () => undefined,
      markers: () => undefined,
      voiceFailed: (_eventId, error) => {
        failure = error;
      },
      drawn: (frame, _picture, stream) => recorder?.add(frame, stream),
    },
  );
  const shape = videoShape(look);
  const file = createWebmWriter(options.out, {
    width: shape.width,
    height: shape.height,
    opusHeader: pipeline.opusHeader,
    metadata: options.metadata,
  });
  try {
    pipeline.rest(options.rest);
    pipeline.moods.stand(options.mood);
    if (voice) {
      pipeline.voices.open(EVENT_ID, voice.sampleRateHz, false);
      pipeline.voices.push(EVENT_ID, voice.pcm);
      pipeline.voices.end(EVENT_ID);
      await pipeline.voices.settled();
    }
    if (failure) throw failure;
    const levels = visitor ? loudness(visitor) : [];
    const pictures = Math.max(levels.length, voice ? picturesOf(voice) : 0) + TAIL_PICTURES;
    for (let picture = 0; picture < pictures; picture++) {
      signal?.throwIfAborted();
      pipeline.listen(levels[picture] ?? 0);
      await pipeline.produce(picture);
      const done = picture + 1;
      if (done % BATCH_PICTURES === 0 || done === pictures) onProgress(done, pictures);
    }
    const elapsedSeconds = (performance.now() - start) / 1000;
    return { videoSeconds: pictures / FRAME_RATE_HZ, elapsedSeconds, motion: recorder?.recording };
  } finally {
    await pipeline.close();
    file.close();
  }
}

function picturesOf({ pcm, sampleRateHz }: RecordedVoice): number {
  return Math.ceil((pcm.length / sampleRateHz) * FRAME_RATE_HZ);
}

/** RMS of the voice over each picture's time. */
function loudness(voice: RecordedVoice): number[] {
  const samples = voice.sampleRateHz / FRAME_RATE_HZ;
  return Array.from({ length: picturesOf(voice) }, (_, k) => {
    const part = voice.pcm.subarray(Math.round(k * samples), Math.round((k + 1) * samples));
    return Math.sqrt(part.reduce((sum, value) => sum + value * value, 0) / Math.max(1, part.length));
  });
}
