// What a pipeline needs to know of the config.

import type { Config } from '../config.ts';
import type { MotionModelOptions } from '../motion/index.ts';
import type { PipelineSettings } from './pipeline.ts';

/** Burnt into every picture: people must be told that they see an AI (EU AI Act, article 50). */
const LABEL = 'AI-generated';
/** A live voice arrives in packets of 20 ms and is read in windows of 80 ms: less in reserve would stutter. */
const LIVE_RESERVE_MS = 100;

export function pipelineSettings(config: Config): PipelineSettings {
  return {
    label: LABEL,
    videoBitrateKbps: config.media.videoBitrateKbps,
    opusBitrateKbps: config.media.opusBitrateKbps,
    advanceSound: true,
    lipTemperature: config.motion.lipTemperature,
    liveReserveMs: LIVE_RESERVE_MS,
    vad: config.speech.vad,
  };
}

export function motionModelOptions({ motion }: Config): MotionModelOptions {
  return { modelPath: motion.model, steps: motion.steps, executionProvider: motion.executionProvider };
}
