// The mood and the arousal of one conversation's voice, heard as it is spoken. The voice's baseline adapts slowly, so that nobody
// is taken for angry who is loud or high by nature.

import type { Mood } from '../../types.ts';
import { FRAME_RATE_HZ } from '../../types.ts';
import { type Classifier, classify, NEUTRAL } from './classifier.ts';
import { RunningSums, StepCounter, VOICED_CORRELATION } from './voice-figures.ts';
import { STEP_SAMPLES, VoiceEar } from './voice-frame.ts';

/** Silence after which what is said is a new utterance, and its mood is heard anew; until then the old one stays. */
const PAUSE_FRAMES = FRAME_RATE_HZ;
/** How often the mood is read: it changes over seconds. */
const FRAMES_PER_READING = 10;
/** Arousal is 0 this far under the voice's own peak, in logs of power (20 dB), and pitch adds over this span (half an octave). */
const AROUSAL_SPAN = 4.6;
const PITCH_SPAN = 0.35;
const PITCH_WEIGHT = 0.3;
/** The peak is forgotten within tens of seconds, the usual pitch likewise: share a frame. */
const PEAK_FALL = 0.004;
const USUAL_PITCH_SHARE = 0.005;
/** Arousal comes within 0.3 s and goes within a second: share of the way a frame. */
const ATTACK_SHARE = 1 - Math.exp(-1 / (0.3 * FRAME_RATE_HZ));
const RELEASE_SHARE = 1 - Math.exp(-1 / FRAME_RATE_HZ);

export class VoiceMood {
  readonly #classifier: Classifier;
  readonly #ear = new VoiceEar();
  readonly #counter = new StepCounter();
  readonly #utterance: RunningSums;
  readonly #voice: RunningSums;
  #mood: Mood = NEUTRAL;
  #arousal = 0;
  #silentFrames = PAUSE_FRAMES;
  #sinceReading = 0;
  #peak = Number.NEGATIVE_INFINITY;
  #usualPitch: number | undefined;

  constructor(classifier: Classifier) {
    this.#classifier = classifier;
    this.#utterance = new RunningSums(classifier.halfLifeFrames.utterance);
    this.#voice = new RunningSums(classifier.halfLifeFrames.voice);
  }

  /** What the voice sounds like; neutral where that is not clear. */
  get mood(): Mood {
    return this.#mood;
  }

  /** How much the voice moves, 0 to 1, against its own usual: rises within 0.3 s and falls within a second. */
  get arousal(): number {
    return this.#arousal;
  }

  /** @param sound the 640 samples (16 kHz) of a frame, or undefined while nobody speaks */
  hear(sound: Float32Array | undefined): void {
    const wanted = sound ? this.#listen(sound) : this.#pause();
    this.#arousal += (wanted > this.#arousal ? ATTACK_SHARE : RELEASE_SHARE) * (wanted - this.#arousal);
  }

  #pause(): number {
    this.#silentFrames += 1;
    if (this.#silentFrames >= PAUSE_FRAMES) this.#mood = NEUTRAL;
    return 0;
  }

  #listen(sound: Float32Array): number {
    if (this.#silentFrames >= PAUSE_FRAMES) {
      this.#utterance.clear();
      this.#sinceReading = 0;
    }
    this.#silentFrames = 0;
    let wanted = 0;
    for (let start = 0; start < sound.length; start += STEP_SAMPLES) {
      const step = this.#ear.hear(sound.subarray(start, start + STEP_SAMPLES));
      const row = this.#counter.count(step);
      if (row) {
        this.#utterance.add(row);
        this.#voice.add(row);
      }
      wanted = Math.max(
        wanted,
        this.#arousalOf(step.level, step.correlation > VOICED_CORRELATION ? step.logPitch : undefined),
      );
    }
    this.#sinceReading += 1;
    if (this.#sinceReading % FRAMES_PER_READING === 0) {
      this.#mood = classify(this.#classifier, this.#utterance, this.#voice);
    }
    return wanted;
  }

  #arousalOf(level: number, logPitch: number | undefined): number {
    this.#peak = Math.max(level, this.#peak - PEAK_FALL);
    let arousal = 1 + (level - this.#peak) / AROUSAL_SPAN;
    if (logPitch !== undefined) {
      this.#usualPitch ??= logPitch;
      arousal += PITCH_WEIGHT * Math.max(-1, Math.min(1, (logPitch - this.#usualPitch) / PITCH_SPAN));
      this.#usualPitch += USUAL_PITCH_SHARE * (logPitch - this.#usualPitch);
    }
    return Math.max(0, Math.min(1, arousal));
  }
}
