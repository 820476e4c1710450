// Plays stretches of states and sound through a motion stream, as a conversation does, and voices made for it.

import type { MotionStream } from '../../server/motion/index.ts';
import {
  type ConversationState,
  FRAME_RATE_HZ,
  MODEL_RATE_HZ,
  MODEL_SAMPLES_PER_FRAME,
  type MotionFrame,
} from '../../server/types.ts';

const WINDOW = 4;
export const LOOK_AHEAD_SAMPLES = 1280;

export interface Stretch {
  state: ConversationState;
  /** A multiple of 4. */
  frames: number;
  /** Sound of some frames, counted from the conversation's start; silence when left out. */
  sound?: (firstFrame: number, frames: number) => Float32Array;
  /** Loudness of the visitor in a frame. */
  visitor?: (frame: number) => number;
}

/** Plays the stretches in windows of 4 and calls `see` for each frame as it is drawn; the sound is heard without delay. */
export async function play(
  stream: MotionStream,
  stretches: readonly Stretch[],
  see: (frame: MotionFrame) => void,
): Promise<void> {
  stream.push(new Float32Array(LOOK_AHEAD_SAMPLES));
  for (const { state, frames, sound = silence, visitor = () => 0 } of stretches) {
    for (let done = 0; done < frames; done += WINDOW) {
      const first = stream.nextFrame;
      stream.push(sound(first, WINDOW));
      const levels = Array.from({ length: WINDOW }, (_, k) => visitor(first + k));
      for (const frame of await stream.next([state, state, state, state], levels)) see(stream.finish(frame));
    }
  }
}

export function silence(_firstFrame: number, frames: number): Float32Array {
  return new Float32Array(frames * MODEL_SAMPLES_PER_FRAME);
}

/** A voice-like sound: pulses through two resonances, in syllables of 200 ms; the same for all frames it is asked for. */
export function voice(firstFrame: number, frames: number, level = 0.4): Float32Array {
  const sound = new Float32Array(frames * MODEL_SAMPLES_PER_FRAME);
  for (let i = 0; i < sound.length; i++) {
    const seconds = (firstFrame * MODEL_SAMPLES_PER_FRAME + i) / MODEL_RATE_HZ;
    const syllable = Math.max(0, Math.sin(2 * Math.PI * 2.5 * seconds));
    let value = 0;
    for (let harmonic = 1; harmonic <= 20; harmonic++) {
      const hz = 120 * harmonic;
      const gain = 1 / (1 + ((hz - 700) / 200) ** 2) + 0.5 / (1 + ((hz - 1200) / 200) ** 2);
      value += gain * Math.sin(2 * Math.PI * hz * seconds);
    }
    sound[i] = level * syllable * (value / 2);
  }
  return sound;
}

/** How loud a visitor is who speaks phrases of 2.4 s in syllables, with pauses of 0.8 s. */
export function visitorInPhrases(frame: number): number {
  const seconds = frame / FRAME_RATE_HZ;
  if (seconds % 3.2 > 2.4) return 0.001;
  return 0.05 + 0.05 * Math.sin(2 * Math.PI * 3.7 * seconds) ** 2;
}
