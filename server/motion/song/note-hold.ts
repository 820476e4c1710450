// Keeps the mouth of a held vowel for as long as the note: while the vowel is steady the face settles on its own mean. The
// sound is heard two frames ahead, so the face is the model's again before the vowel ends, and closures lose nothing.

import { FACE_ROWS } from '../layout.ts';

/** The mouth is still opening in a vowel's first frames: they do not count. */
const OPENING_FRAMES = 5;
/** From here on the vowel is a note: 320 ms, longer than nearly all of speech's. */
const NOTE_FRAMES = 8;
/** Frames over which the face is taken from the model, and given back. */
const TAKE_FRAMES = 4;
const GIVE_FRAMES = 2;
/** The mean forgets what is older than this many frames, so that a slow change of the vowel is followed. */
const MEAN_FRAMES = 12;

export class NoteHold {
  readonly #mean = new Float32Array(FACE_ROWS);
  #share = 0;

  /** @param coefficients of the next frame, changed in place @param vowelFrames how long its vowel has been held */
  apply(coefficients: Float32Array, vowelFrames: number): void {
    const holds = vowelFrames >= NOTE_FRAMES;
    this.#share = holds ? Math.min(1, this.#share + 1 / TAKE_FRAMES) : Math.max(0, this.#share - 1 / GIVE_FRAMES);
    const counted = vowelFrames - OPENING_FRAMES;
    const weight = counted <= 1 ? 1 : 1 / Math.min(counted, MEAN_FRAMES);
    // While the face is given back the mean stays as it was: the vowel that it belongs to is over.
    const follows = vowelFrames > 0 || this.#share === 0;
    for (let i = 0; i < FACE_ROWS; i++) {
      const made = coefficients[i] as number;
      const before = this.#mean[i] as number;
      if (follows) this.#mean[i] = before + weight * (made - before);
      coefficients[i] = made + this.#share * ((this.#mean[i] as number) - made);
    }
  }
}
