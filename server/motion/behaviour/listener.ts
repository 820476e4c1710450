// What a listener's head and brows answer to the visitor's voice: a nod where a phrase ends, brows up at what is stressed.
// It knows nothing of words; all it hears is one loudness per frame.

import { uniform } from '../../noise.ts';
import type { ConversationState } from '../../types.ts';
import { FRAME_RATE_HZ } from '../../types.ts';
import { Ease } from '../ease.ts';
import { STREAM } from './streams.ts';
import { VisitorVoice } from './visitor-voice.ts';

/**
 * Listeners answer where a phrase ends (Dittmann and Llewellyn 1968), and what the voice does there tells when: its low pitch
 * (Ward and Tsukahara 2000), here simply its pauses. Least length of a phrase and rest between nods are chosen.
 */
const PHRASE_FRAMES = Math.round(0.7 * FRAME_RATE_HZ);
const PAUSE_FRAMES = 5;
const REST_FRAMES = Math.round(2.2 * FRAME_RATE_HZ);
/** Not every chance is taken: too many nods read as badly as too few (Poppe, Truong and Heylen 2011). */
const NOD_CHANCE = 0.65;
/** Delays until a nod begins, in frames. */
const LATEST_START_FRAMES = 6;
/** One to three strokes, each shallower than the last. */
const STROKES = { two: 0.45, three: 0.1 } as const;
const STROKE_FRAMES = { least: 10, most: 14 } as const;
const STROKE_RAD = { least: 0.045, most: 0.08 } as const;
const STROKE_DECAY = 0.6;

/** Brows: a little up while the visitor speaks, more for a moment at a stress. 1 is as far as they go. */
const BROW = { attentive: 0.12, stressed: 0.45, nodding: 0.2 } as const;
const STRESS_FRAMES = 8;
const BROW_RATE = 8;

export class Listener {
  readonly #seed: number;
  readonly #visitor = new VisitorVoice();
  readonly #brow = new Ease(BROW_RATE);
  #chances = 0;
  #wait = -1;
  #sinceNod = REST_FRAMES;
  #nod: { frame: number; strokes: number; length: number; depth: number } | undefined;
  #stressLeft = 0;

  constructor(seed: number) {
    this.#seed = seed;
  }

  /**
   * @param level loudness of the visitor's microphone in this frame, RMS in [0, 1]
   * @returns radians to add to the pitch, + down, and how far the brows go up, 0 to 1
   */
  next(state: ConversationState, level: number): { pitch: number; browRaise: number } {
    const heard = this.#visitor.next(level);
    const listens = state === 'listening';
    this.#sinceNod += 1;
    const phraseEnds = heard.silentFrames === PAUSE_FRAMES && heard.phraseFrames >= PHRASE_FRAMES;
    if (listens && phraseEnds && this.#sinceNod >= REST_FRAMES) this.#takeChance();
    if (this.#wait >= 0 && this.#wait-- === 0 && listens) this.#begin();
    this.#stressLeft = listens && heard.stressed ? STRESS_FRAMES : this.#stressLeft - 1;
    const attentive = listens && heard.silentFrames < PHRASE_FRAMES ? BROW.attentive : 0;
    const raised = this.#stressLeft > 0 ? BROW.stressed : this.#nod ? BROW.nodding : 0;
    return { browRaise: this.#brow.next(Math.max(attentive, raised)), pitch: this.#stroke() };
  }

  #takeChance(): void {
    const draw = (channel: number) => uniform(this.#seed, this.#chances, channel, STREAM.nod);
    this.#chances += 1;
    if (draw(0) < NOD_CHANCE) this.#wait = Math.floor(draw(1) * LATEST_START_FRAMES);
  }

  #begin(): void {
    const draw = (channel: number) => uniform(this.#seed, this.#chances, channel, STREAM.nodShape);
    const between = ({ least, most }: { least: number; most: number }, share: number) => least + (most - least) * share;
    const kind = draw(0);
    this.#sinceNod = 0;
    this.#nod = {
      frame: 0,
      strokes: kind < STROKES.three ? 3 : kind < STROKES.three + STROKES.two ? 2 : 1,
      length: Math.round(between(STROKE_FRAMES, draw(1))),
      depth: between(STROKE_RAD, draw(2)),
    };
  }

  /** Each stroke is a raised cosine: it begins and ends at rest. */
  #stroke(): number {
    const nod = this.#nod;
    if (!nod) return 0;
    const stroke = Math.floor(nod.frame / nod.length);
    const turn = (nod.frame % nod.length) / nod.length;
    nod.frame += 1;
    if (nod.frame >= nod.strokes * nod.length) this.#nod = undefined;
    return nod.depth * STROKE_DECAY ** stroke * 0.5 * (1 - Math.cos(2 * Math.PI * turn));
  }
}
