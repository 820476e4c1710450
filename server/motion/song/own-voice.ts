// What the behaviour hears in the avatar's own voice, frame by frame: whether it sounds, whether it is sung, and where notes
// begin. Sung means pitch that is held: speech glides, and seldom keeps a pitch for a third of a second.

import { FRAME_RATE_HZ } from '../../types.ts';
import { pitchHz } from './pitch.ts';
import { SteadyVowel } from './steady-vowel.ts';

/** RMS of a frame from which the voice sounds: 46 dB under full scale, and this much over the quiet between words. */
const SOUNDING_DB = -46;
const OVER_FLOOR_DB = 10;
const FLOOR_RISE_DB = 4 / FRAME_RATE_HZ;
const SILENCE_DB = -90;
/** A note is held while its pitch stays this near to its own mean: wider than most vibrato, narrower than speech's glides. */
const HELD_SEMITONES = 0.8;
const SEMITONES_PER_OCTAVE = 12;
/** Weight of a new frame in a note's mean pitch. */
const NOTE_SHARE = 0.2;
/** Held this long, a pitch is a note: 320 ms. */
const NOTE_FRAMES = 8;
/** Seconds of notes, out of the last few, from which the voice is surely sung, and up to which it surely is not. */
const SURE_S = 1.6;
const UNSURE_S = 0.7;
/** Notes are forgotten at this rate. */
const FORGET_S = 6;
/** A note begins where loudness rises by this much within a frame, or where pitch leaves the note before. */
const ONSET_DB = 6;
/** Two onsets are at least this far apart. */
const ONSET_REST_FRAMES = 4;

/** One frame of the own voice. */
export interface OwnVoiceFrame {
  sounding: boolean;
  /** How surely the voice is sung, 0 to 1. */
  sung: number;
  /** A note or syllable begins here. */
  onset: boolean;
  /** Frames for which one vowel has been held, this one included. */
  vowelFrames: number;
}

export const SILENT_FRAME: OwnVoiceFrame = { sounding: false, sung: 0, onset: false, vowelFrames: 0 };

/** Follows one conversation's voice; its memory is a few numbers. */
export class OwnVoice {
  readonly #vowel = new SteadyVowel();
  #floorDb: number | undefined;
  #lastDb = SILENCE_DB;
  #note: number | undefined;
  #heldFrames = 0;
  #noteSeconds = 0;
  #sinceOnset = ONSET_REST_FRAMES;

  /** @param sound the next 640 samples, 16 kHz */
  next(sound: Float32Array): OwnVoiceFrame {
    const db = decibels(sound);
    const floor = Math.min(db, (this.#floorDb ?? db) + FLOOR_RISE_DB);
    this.#floorDb = floor;
    const sounding = db > Math.max(SOUNDING_DB, floor + OVER_FLOOR_DB);
    const left = this.#follow(sounding ? pitchSemitones(sound) : undefined);
    const rise = db - this.#lastDb;
    this.#lastDb = db;
    this.#sinceOnset += 1;
    const onset = sounding && this.#sinceOnset >= ONSET_REST_FRAMES && (rise > ONSET_DB || left);
    if (onset) this.#sinceOnset = 0;
    const vowelFrames = this.#vowel.next(sound, this.#heldFrames > 0);
    return { sounding, sung: this.#sung(), onset, vowelFrames };
  }

  /** Takes a frame's pitch, in semitones, into the note; true where the voice left a held note and sounds on. */
  #follow(pitch: number | undefined): boolean {
    const before = this.#note;
    this.#noteSeconds *= 1 - 1 / (FORGET_S * FRAME_RATE_HZ);
    if (pitch === undefined || before === undefined || Math.abs(pitch - before) > HELD_SEMITONES) {
      const wasNote = this.#heldFrames >= NOTE_FRAMES;
      this.#note = pitch;
      this.#heldFrames = 0;
      return wasNote && pitch !== undefined;
    }
    this.#note = before + NOTE_SHARE * (pitch - before);
    this.#heldFrames += 1;
    // With its eighth frame a note counts whole, its past included.
    const counted = this.#heldFrames === NOTE_FRAMES ? NOTE_FRAMES : this.#heldFrames > NOTE_FRAMES ? 1 : 0;
    this.#noteSeconds += counted / FRAME_RATE_HZ;
    return false;
  }

  #sung(): number {
    const share = Math.max(0, Math.min(1, (this.#noteSeconds - UNSURE_S) / (SURE_S - UNSURE_S)));
    return share * share * (3 - 2 * share);
  }
}

function pitchSemitones(sound: Float32Array): number | undefined {
  const hz = pitchHz(sound);
  return hz === undefined ? undefined : SEMITONES_PER_OCTAVE * Math.log2(hz);
}

function decibels(sound: Float32Array): number {
  let sum = 0;
  for (const value of sound) sum += value * value;
  return Math.max(SILENCE_DB, 10 * Math.log10(sum / sound.length + Number.MIN_VALUE));
}
