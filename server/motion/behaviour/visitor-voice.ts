// What a listener makes of one loudness per frame: does the visitor speak, for how long, since when is it still, and is
// this moment louder than the voice's usual. Floor and usual loudness are followed, so any microphone will do.

import { FRAME_RATE_HZ } from '../../types.ts';

/** Loudness below which a room is never a voice, and what counts as silence at all, in dB under full scale. */
const QUIETEST_VOICE_DB = -50;
const SILENCE_DB = -80;
/** A voice begins this far over the floor, and ends this far over it. */
const BEGIN_DB = 12;
const END_DB = 7;
/** The floor follows what is quieter at once, and rises this slowly. */
const FLOOR_RISE_DB = 5 / FRAME_RATE_HZ;
/** Silences up to this are within a phrase. */
const GAP_FRAMES = 4;
/** Share by which the usual loudness follows the voice in each frame: over about 2 s. */
const USUAL_SHARE = 1 / (2 * FRAME_RATE_HZ);
const STRESS_DB = 5;
/** Stresses are answered at most this often. */
const STRESS_REST_FRAMES = Math.round(1.8 * FRAME_RATE_HZ);

export interface VisitorHeard {
  /** Frames since the voice was last heard; 0 while it sounds. */
  silentFrames: number;
  /** Voiced frames of the phrase that sounds or has just ended. */
  phraseFrames: number;
  /** A stress begins in this frame. */
  stressed: boolean;
}

export class VisitorVoice {
  #floorDb: number | undefined;
  #usualDb: number | undefined;
  #sounding = false;
  #silentFrames = Number.MAX_SAFE_INTEGER;
  #phraseFrames = 0;
  #sinceStress = STRESS_REST_FRAMES;

  /** @param level RMS in [0, 1] */
  next(level: number): VisitorHeard {
    const db = Math.max(SILENCE_DB, 20 * Math.log10(Math.max(level, Number.MIN_VALUE)));
    // No sound at all is no room's floor: it is a microphone that is off.
    if (level > 0) this.#floorDb = Math.min(db, (this.#floorDb ?? db) + FLOOR_RISE_DB);
    const over = this.#sounding ? END_DB : BEGIN_DB;
    const threshold = Math.max(QUIETEST_VOICE_DB, (this.#floorDb ?? SILENCE_DB) + over);
    this.#sounding = db > threshold;
    if (this.#sounding) {
      if (this.#silentFrames > GAP_FRAMES) this.#phraseFrames = 0;
      this.#phraseFrames += 1;
      this.#silentFrames = 0;
    } else if (this.#silentFrames < Number.MAX_SAFE_INTEGER) this.#silentFrames += 1;
    return { silentFrames: this.#silentFrames, phraseFrames: this.#phraseFrames, stressed: this.#isStressed(db) };
  }

  #isStressed(db: number): boolean {
    this.#sinceStress += 1;
    if (!this.#sounding) return false;
    const usual = this.#usualDb ?? db;
    this.#usualDb = usual + USUAL_SHARE * (db - usual);
    if (db < usual + STRESS_DB || this.#sinceStress < STRESS_REST_FRAMES) return false;
    this.#sinceStress = 0;
    return true;
  }
}
