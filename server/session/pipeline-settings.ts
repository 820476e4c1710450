// What a pipeline is set to, and where the config says it.

import type { Config } from '../config.ts';
import type { MotionModelOptions } from '../motion/index.ts';
import { type PainterOptions, PLAIN_LOOK } from '../render/index.ts';
import type { VadSettings } from '../speech/index.ts';
import type { Look } from '../types.ts';

/** A live voice arrives in packets of 20 ms and is read in windows of 80 ms: less in reserve would stutter. */
const LIVE_RESERVE_MS = 100;
/** Silence after which a visitor may have finished, and sound that is kept from before the first sound that is speech. */
export const VISITOR_PAUSE_MS = 128;
const VISITOR_PAD_MS = 256;
const BYTES_PER_MEGABYTE = 1_000_000;

export interface PipelineSettings {
  /** Burnt into every picture: people must be told that they see an AI (EU AI Act, article 50). */
  label: string;
  look: Look;
  videoBitrateKbps: number;
  opusBitrateKbps: number;
  /** Gives the sound to the encoder earlier by the encoder's delay. For RTP; a file's head says the delay itself. */
  advanceSound: boolean;
  lipTemperature: number;
  mood: Config['motion']['mood'];
  liveReserveMs: number;
  vad: Partial<VadSettings>;
  /** Of what a visitor says: the turn decides how long a silence has to be. */
  visitorVad: Partial<VadSettings>;
  /** For measuring; off in a server that people talk to. */
  diagnostics?: PipelineDiagnostics | undefined;
}

export interface PipelineDiagnostics {
  /** Pictures carry their index and the sound is clicks. */
  testPattern?: boolean;
  /** The motion of each drawn picture is told to the main thread. */
  traceMotion?: boolean;
}

export function pipelineSettings(config: Config): PipelineSettings {
  return {
    label: config.label.picture,
    look: PLAIN_LOOK,
    videoBitrateKbps: config.media.videoBitrateKbps,
    opusBitrateKbps: config.media.opusBitrateKbps,
    advanceSound: true,
    lipTemperature: config.motion.lipTemperature,
    mood: config.motion.mood,
    liveReserveMs: LIVE_RESERVE_MS,
    vad: config.speech.vad,
    visitorVad: { ...config.speech.vad, redemptionMs: VISITOR_PAUSE_MS, preSpeechPadMs: VISITOR_PAD_MS },
  };
}

/** Undefined where the mouth is drawn by rule. */
export function painterOptions({ render }: Config): PainterOptions | undefined {
  const { enabled, model, steps, cacheMegabytes, executionProvider } = render.painter;
  return enabled
    ? { modelPath: model, steps, cacheBytes: cacheMegabytes * BYTES_PER_MEGABYTE, executionProvider }
    : undefined;
}

export function motionModelOptions({ motion }: Config): MotionModelOptions {
  return { modelPath: motion.model, steps: motion.steps, executionProvider: motion.executionProvider };
}
