// Closes the mouth after an interrupt: a pure blend on finished frames, so that it also reaches frames that were made before
// it and not yet drawn. It leaves again once the model hears only what came after and its own mouth is closed.

import type { FrameIndex, MotionFrame } from '../types.ts';
import { FACE_ROWS } from './layout.ts';

/** Frames from the interrupt to the closed mouth: 200 ms. */
const CLOSING_FRAMES = 5;
/** Frames in which the blend gives the face back to the model. */
const RELEASE_FRAMES = 4;
/** The model itself needs this many frames of silence to close its mouth; later than that the blend is of no use. */
const SETTLE_FRAMES = 8;
/** Lip opening, in eye-corner distances, under which the model's mouth counts as closed. */
const CLOSED_OPENING = 0.025;

export class LipClosing {
  readonly #opening: (coefficients: Float32Array) => number;
  #at: FrameIndex | undefined;
  /** First frame whose sound came after the interrupt: the mouths before it are still the interrupted voice's. */
  #heard = 0;
  #releaseAt: FrameIndex | undefined;

  /** @param opening reads the lip opening, in eye-corner distances, out of coefficients */
  constructor(opening: (coefficients: Float32Array) => number) {
    this.#opening = opening;
  }

  /**
   * Starts closing with frame `at`.
   *
   * @param heard frames whose sound was given to the model before the interrupt
   */
  begin(at: FrameIndex, heard: FrameIndex): void {
    // An interrupt during the blend of an earlier one must not open the mouth again.
    const isClosing = this.#at !== undefined && this.#releaseAt === undefined;
    if (!isClosing) this.#at = at;
    this.#heard = Math.max(at + CLOSING_FRAMES, heard);
    this.#releaseAt = undefined;
  }

  /** The frame as it is to be drawn; frames come in the order of their index. */
  apply(frame: MotionFrame): MotionFrame {
    const share = this.#shareOfRest(frame);
    if (share === 0) return frame;
    const coefficients = frame.coefficients.slice();
    for (let i = 0; i < FACE_ROWS; i++) coefficients[i] = (coefficients[i] ?? 0) * (1 - share);
    return { ...frame, coefficients };
  }

  #shareOfRest(frame: MotionFrame): number {
    if (this.#at === undefined || frame.index < this.#at) return 0;
    const closing = Math.min(1, (frame.index - this.#at + 1) / CLOSING_FRAMES);
    if (this.#releaseAt === undefined && this.#isOver(frame)) this.#releaseAt = frame.index;
    if (this.#releaseAt === undefined) return closing;
    const left = 1 - (frame.index - this.#releaseAt) / RELEASE_FRAMES;
    if (left > 0) return Math.min(closing, left);
    this.#at = undefined;
    this.#releaseAt = undefined;
    return 0;
  }

  #isOver({ index, coefficients }: MotionFrame): boolean {
    if (index < this.#heard) return false;
    return this.#opening(coefficients) < CLOSED_OPENING || index >= this.#heard + SETTLE_FRAMES;
  }
}
