// Breath as head and shoulders show it: a slow tide at rest; in speech and song a quick intake in each pause and a slow
// fall while the voice sounds.

import { uniform } from '../../noise.ts';
import type { ConversationState } from '../../types.ts';
import { FRAME_RATE_HZ } from '../../types.ts';
import { Ease } from '../ease.ts';
import type { OwnVoiceFrame } from '../song/index.ts';
import { STREAM } from './streams.ts';
import { wave } from './waves.ts';

const REST_HZ = { base: 0.2, range: 0.08 } as const;
/** A tide at rest is this deep beside a full intake. */
const REST_DEPTH = 0.45;
/** Depth of the tide rises and falls over this many breaths, so that it is no machine's. */
const SWELL_BREATHS = 5.3;
/** A full breath lasts this long as voice, and is taken in this time. */
const VOICE_S = 6;
const INTAKE_S = 0.6;
/** Singers fill their lungs: this much deeper than speakers. */
const SONG_DEPTH = 0.8;
/** A silence must last this long to be a pause: stop consonants are silent for up to 100 ms. */
const PAUSE_FRAMES = 4;
/** After this much silence speech is over, and the tide comes back. */
const SPEECH_OVER_FRAMES = 2 * FRAME_RATE_HZ;
/** Rates of the springs that the chest and the change between the two ways follow, radians a second. */
const CHEST_RATE = 12;
const CHANGE_RATE = 3;

export class Breath {
  readonly #hz: number;
  readonly #phase: number;
  readonly #chest = new Ease(CHEST_RATE);
  readonly #speech = new Ease(CHANGE_RATE);
  #frame = 0;
  #air = 0.5;
  #silent = SPEECH_OVER_FRAMES;

  constructor(seed: number) {
    this.#hz = REST_HZ.base + REST_HZ.range * uniform(seed, 0, 0, STREAM.breath);
    this.#phase = uniform(seed, 1, 0, STREAM.breath);
  }

  /**
   * How far the chest is lifted in the next frame, -1 (out) to 1 (in), in song farther.
   *
   * @param own the avatar's own voice, heard as far ahead as it can be
   */
  next(state: ConversationState, { sounding, sung }: OwnVoiceFrame): number {
    this.#silent = sounding ? 0 : this.#silent + 1;
    const flow = this.#silent < PAUSE_FRAMES ? -1 / VOICE_S : 1 / INTAKE_S;
    this.#air = Math.max(0, Math.min(1, this.#air + flow / FRAME_RATE_HZ));
    const speaks = state === 'speaking' || this.#silent < SPEECH_OVER_FRAMES;
    const share = this.#speech.next(speaks ? 1 : 0);
    const depth = 1 + SONG_DEPTH * sung;
    return this.#chest.next(share * depth * (2 * this.#air - 1) + (1 - share) * this.#tide());
  }

  #tide(): number {
    const breaths = (this.#frame++ / FRAME_RATE_HZ) * this.#hz;
    return REST_DEPTH * (0.8 + 0.2 * wave(breaths / SWELL_BREATHS)) * wave(breaths + this.#phase);
  }
}
