// What the stages of a picture cost on one thread, without anything beside them.

import { readFile } from 'node:fs/promises';
import { closePortraitThread, loadPortraits, preparePortrait } from '../../server/avatar/index.ts';
import type { Config } from '../../server/config.ts';
import { VaktraError } from '../../server/errors.ts';
import { loadMotionModel } from '../../server/motion/index.ts';
import { ConversationPipeline, motionModelOptions, pipelineSettings } from '../../server/session/index.ts';
import { loadVad } from '../../server/speech/index.ts';
import type { Voice } from '../../server/tools/voice.ts';
import { FRAME_RATE_HZ } from '../../server/types.ts';

/** Long enough for the processor's caches and the compiler to settle, and for a mean of three digits. */
const WARM_UP_PICTURES = 50;
const PICTURES = 500;
const EVENT_ID = 'bench';

export interface StageCosts {
  soundMs: number;
  motionMs: number;
  renderMs: number;
  encodeMs: number;
  totalMs: number;
  /** Wall time of producing over the length of what was produced. */
  realTimeFactor: number;
}

/** A voice through one pipeline as fast as it goes, on the first shipped portrait. */
export async function measureStages(config: Config, voice: Voice): Promise<StageCosts> {
  const [portrait] = await loadPortraits(config.portraits.directory);
  if (!portrait) throw new VaktraError('config_invalid', 'No portrait is shipped: set portraits.directory.');
  const avatar = await preparePortrait(await readFile(portrait.file)).finally(closePortraitThread);
  const [motion, vad] = await Promise.all([loadMotionModel(motionModelOptions(config)), loadVad()]);
  const pipeline = new ConversationPipeline({ motion, vad }, avatar, 1, pipelineSettings(config), {
    sound: () => undefined,
    picture: () => undefined,
    skipped: () => undefined,
    markers: () => undefined,
    voiceFailed(_eventId, error) {
      throw error;
    },
  });
  try {
    const seconds = voice.pcm.length / voice.sampleRateHz;
    const turns = Math.ceil((WARM_UP_PICTURES + PICTURES) / FRAME_RATE_HZ / seconds);
    for (let turn = 0; turn < turns; turn++) {
      pipeline.voices.open(`${EVENT_ID}-${turn}`, voice.sampleRateHz, false);
      pipeline.voices.push(`${EVENT_ID}-${turn}`, voice.pcm);
      pipeline.voices.end(`${EVENT_ID}-${turn}`);
    }
    await pipeline.voices.settled();
    await pipeline.produce(WARM_UP_PICTURES - 1);
    pipeline.report();
    const start = performance.now();
    await pipeline.produce(WARM_UP_PICTURES + PICTURES - 1);
    const elapsedMs = performance.now() - start;
    const { soundMsPerPicture, motionMsPerPicture, renderMsPerPicture, encodeMsPerPicture } = pipeline.report();
    const stages = [soundMsPerPicture, motionMsPerPicture, renderMsPerPicture, encodeMsPerPicture] as const;
    const [soundMs, motionMs, renderMs, encodeMs, totalMs] = [...stages, stages.reduce((a, b) => a + b, 0)].map(round);
    return {
      soundMs: soundMs ?? 0,
      motionMs: motionMs ?? 0,
      renderMs: renderMs ?? 0,
      encodeMs: encodeMs ?? 0,
      totalMs: totalMs ?? 0,
      realTimeFactor: round((elapsedMs * FRAME_RATE_HZ) / (PICTURES * 1000)),
    };
  } finally {
    await pipeline.close();
  }
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
