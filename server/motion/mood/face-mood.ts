// Puts a mood on the face, frame by frame: behind the model and its clamp, so that the lips' closures stay the model's own.
// A change of mood is a movement: every number follows its goal like a critically damped spring, so nothing ever jumps.

import type { Mood } from '../../types.ts';
import { Ease } from '../ease.ts';
import { type Classifier, NEUTRAL } from './classifier.ts';
import { EXPRESSION_ROWS, FACE_NUMBERS, faceOf, GAZE_Y_AT, PITCH_AT } from './faces.ts';
import { VoiceMood } from './voice-mood.ts';

/** Rate of the springs, radians a second: 95 % of the way in 0.8 s. */
const SPRING_RATE = 6;
/** Head and gaze are posture and follow more slowly, 95 % of the way in 5 s: they sink into a mood and don't bob with the voice. */
const POSTURE_RATE = 1;
/** A given mood is on the face by this share in silence, and whole where the voice is most aroused. */
const SILENT_SHARE = 0.6;
/** How far raised brows (a listener's) go, in shares of both brow rows. */
const RAISED_BROWS = 0.6;
const BROW_ROWS = ['brow_inner_up', 'brow_outer_up'] as const;

/** Which coefficients the mood adds to. */
export interface MoodLayout {
  pitch: number;
  gazeY: number;
  /** Blinks of both eyes stand from here on. */
  blinks: number;
  /** The expression rows stand from here on. */
  expressions: number;
}

export interface FaceMoodOptions {
  classifier: Classifier;
  layout: MoodLayout;
  /** Moods are also heard in the voice. */
  fromVoice: boolean;
  /** How much of a mood that was heard in the voice is shown, 0 to 1. */
  voiceStrength: number;
}

export class FaceMood {
  readonly #options: FaceMoodOptions;
  readonly #voice: VoiceMood;
  readonly #springs = Array.from(
    { length: FACE_NUMBERS },
    (_, i) => new Ease(i < EXPRESSION_ROWS.length ? SPRING_RATE : POSTURE_RATE),
  );
  #given: Mood | undefined;

  constructor(options: FaceMoodOptions) {
    this.#options = options;
    this.#voice = new VoiceMood(options.classifier);
  }

  /** The mood of what is said from the next frame on; undefined leaves it to the voice. */
  give(mood: Mood | undefined): void {
    this.#given = mood;
  }

  /**
   * Adds the next frame's mood to its coefficients, in place.
   *
   * @param sound the 640 samples (16 kHz) heard with the frame, undefined while nobody speaks
   * @param browRaise how far the brows are raised beside the mood, 0 to 1
   */
  add(coefficients: Float32Array, sound: Float32Array | undefined, browRaise: number): void {
    this.#voice.hear(sound);
    const { emotion, strength } = this.#wanted();
    const share = strength * (SILENT_SHARE + (1 - SILENT_SHARE) * this.#voice.arousal);
    const face = faceOf(emotion);
    this.#write(
      coefficients,
      this.#springs.map((spring, i) => spring.next((face[i] as number) * share)),
    );
    // The listener's brows move smoothly of themselves.
    for (const row of BROW_ROWS) {
      const at = this.#options.layout.expressions + EXPRESSION_ROWS.indexOf(row);
      coefficients[at] = (coefficients[at] as number) + RAISED_BROWS * browRaise;
    }
  }

  #wanted(): Mood {
    if (this.#given) return this.#given;
    const { fromVoice, voiceStrength } = this.#options;
    const { emotion, strength } = this.#voice.mood;
    return fromVoice ? { emotion, strength: strength * voiceStrength } : NEUTRAL;
  }

  #write(coefficients: Float32Array, numbers: readonly number[]): void {
    const { pitch, gazeY, blinks, expressions } = this.#options.layout;
    const open =
      1 - Math.max(0, Math.min(1, Math.max(coefficients[blinks] as number, coefficients[blinks + 1] as number)));
    for (const [i, row] of EXPRESSION_ROWS.entries()) {
      const amount = numbers[i] as number;
      // Shut lids are shut: what holds the eye wide lets go in a blink.
      coefficients[expressions + i] = row === 'eye_wide' && amount > 0 ? amount * open : amount;
    }
    coefficients[pitch] = (coefficients[pitch] as number) + (numbers[PITCH_AT] as number);
    coefficients[gazeY] = (coefficients[gazeY] as number) + (numbers[GAZE_Y_AT] as number);
  }
}
