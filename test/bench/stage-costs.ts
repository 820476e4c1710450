// What the stages of a picture cost on one thread, without anything beside them.

import { readFile } from 'node:fs/promises';
import { closePortraitThread, loadPortraits, preparePortrait } from '../../server/avatar/index.ts';
import type { Config } from '../../server/config.ts';
import { VaktraError } from '../../server/errors.ts';
import { loadMotionModel } from '../../server/motion/index.ts';
import { loadPainter } from '../../server/render/index.ts';
import { buildRig, type Rig } from '../../server/render/rig.ts';
import { WarpEngine } from '../../server/render/warp.ts';
import {
  ConversationPipeline,
  motionModelOptions,
  painterOptions,
  pipelineSettings,
} from '../../server/session/index.ts';
import { loadVad } from '../../server/speech/index.ts';
import type { Voice } from '../../server/tools/voice.ts';
import { FRAME_RATE_HZ } from '../../server/types.ts';

/** Long enough for the processor's caches and the compiler to settle, and for a mean of three digits. */
const WARM_UP_PICTURES = 50;
const PICTURES = 500;
const EVENT_ID = 'bench';

/** CPU milliseconds per picture. */
export interface StageCosts {
  motionMs: number;
  /** Landmarks, mesh, eyes and mouth. */
  warpMs: number;
  /** RGBA to I420. */
  colourMs: number;
  encodeMs: number;
  /** Two packets of 20 ms. */
  opusMs: number;
  totalMs: number;
  /** Wall time of producing over the length of what was produced. */
  realTimeFactor: number;
}

/** A voice through one pipeline as fast as it goes, on the first shipped portrait. */
export async function measureStages(config: Config, voice: Voice): Promise<StageCosts> {
  const [portrait] = await loadPortraits(config.portraits.directory);
  if (!portrait) throw new VaktraError('config_invalid', 'No portrait is shipped: set portraits.directory.');
  const avatar = await preparePortrait(await readFile(portrait.file)).finally(closePortraitThread);
  const paint = painterOptions(config);
  const [motion, vad, painter] = await Promise.all([
    loadMotionModel(motionModelOptions(config)),
    loadVad(),
    paint && loadPainter(paint),
  ]);
  const pipeline = new ConversationPipeline({ motion, vad, painter }, avatar, 1, pipelineSettings(config), {
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
    const costs = pipeline.report();
    const colourMs = measureColour(buildRig(avatar, motion.basis));
    const { soundMsPerPicture, motionMsPerPicture, renderMsPerPicture, encodeMsPerPicture } = costs;
    return {
      motionMs: round(motionMsPerPicture),
      warpMs: round(renderMsPerPicture - colourMs),
      colourMs: round(colourMs),
      encodeMs: round(encodeMsPerPicture),
      opusMs: round(soundMsPerPicture),
      totalMs: round(soundMsPerPicture + motionMsPerPicture + renderMsPerPicture + encodeMsPerPicture),
      realTimeFactor: round((elapsedMs * FRAME_RATE_HZ) / (PICTURES * 1000)),
    };
  } finally {
    await pipeline.close();
  }
}

/** The part of a picture that moves when a head does. */
const MOVING = { left: 32, top: 32, right: 480, bottom: 480 };

/** The colour conversion alone, of the part of a picture that moves. */
function measureColour(rig: Rig): number {
  const engine = new WarpEngine(rig);
  const convert = (times: number) => {
    for (let k = 0; k < times; k++) engine.toI420(MOVING);
  };
  convert(WARM_UP_PICTURES);
  const start = process.threadCpuUsage();
  convert(PICTURES);
  const { user, system } = process.threadCpuUsage(start);
  return (user + system) / 1000 / PICTURES;
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
