// A visitor's microphone in the pipeline's thread: RTP packets in, utterances out. What is the avatar's own voice is no
// utterance; how loud the visitor is, the avatar's listening face is told.

import { createMicrophoneReceiver } from '../../media/codec/index.ts';
import { createVoiceInput, type VadModel, type VadSettings, type VoiceSpan } from '../../speech/index.ts';
import { CLOCK_RATE_HZ, MODEL_RATE_HZ, MODEL_SAMPLES_PER_FRAME } from '../../types.ts';
import { EchoGuard } from './echo-guard.ts';

/** What a visitor does; sound is 16 kHz mono in [-1, 1], of the utterance from its beginning on, pauses within it too. */
export type VisitorEvent =
  | { kind: 'begins' }
  | { kind: 'sound'; pcm: Float32Array; speaking: boolean }
  /** Silence since a moment; the visitor may go on: `goes-on` is told then. */
  | { kind: 'pauses' }
  | { kind: 'goes-on' };

export interface VisitorEarParts {
  vad: VadModel;
  settings: Partial<VadSettings>;
  tell(event: VisitorEvent, transfer?: ArrayBuffer): void;
  /** Loudness of 40 ms, RMS in [0, 1]. */
  level(rms: number): void;
}

/** After a pause of this long an utterance is forgotten, whether somebody closed it or not. */
const FORGOTTEN_PAUSE_SAMPLES = MODEL_RATE_HZ * 3;
/** New sound between two decisions whose voice it is: 96 ms, three frames of the detector. */
const DECISION_SAMPLES = MODEL_RATE_HZ * 0.096;

type State =
  /** Nobody speaks. */
  | { is: 'silent' }
  /** Somebody speaks while the avatar's voice is in the air: it may be that voice. */
  | { is: 'in-doubt'; sound: Float32Array[]; samples: number }
  | { is: 'speaking' }
  | { is: 'pausing'; samples: number };

export class VisitorEar {
  readonly #parts: VisitorEarParts;
  readonly #receiver = createMicrophoneReceiver();
  readonly #input;
  readonly #guard = new EchoGuard();
  #state: State = { is: 'silent' };
  /** The newest sound, for the guard. */
  #recent = new Float32Array(0);
  /** By the last decision the newest voice is the avatar's own. */
  #isEcho = false;
  /** Sound since the last decision. */
  #undecided = 0;
  /** While a button is held everything is speech. */
  #isHeld = false;
  #levelSum = 0;
  #levelCount = 0;
  #closed = false;

  constructor(parts: VisitorEarParts) {
    this.#parts = parts;
    this.#input = createVoiceInput({ vad: parts.vad, sampleRateHz: CLOCK_RATE_HZ, settings: parts.settings });
  }

  /** @param packet a whole RTP packet, in the order of arrival */
  receive(packet: Uint8Array): void {
    for (const block of this.#receiver.push(packet)) {
      void this.#input.push(block).then((spans) => {
        if (!this.#closed) for (const span of spans) this.#hear(span);
      });
    }
  }

  /** The avatar's own sound, as it is sent: 48 kHz. */
  played(sound: Float32Array): void {
    this.#guard.played(sound);
  }

  /** Push to talk: from `down` to up everything is one utterance. */
  hold(down: boolean): void {
    if (this.#isHeld === down) return;
    this.#isHeld = down;
    if (down) this.#begin([]);
    else if (this.#state.is === 'speaking') this.#pause();
  }

  close(): void {
    this.#closed = true;
    this.#receiver.close();
    this.#input.close();
  }

  #hear(span: VoiceSpan): void {
    this.#measure(span.data16);
    const joined = new Float32Array(this.#recent.length + span.data16.length);
    joined.set(this.#recent);
    joined.set(span.data16, this.#recent.length);
    this.#recent = joined.slice(Math.max(0, joined.length - EchoGuard.windowSamples));
    this.#decide(span);
    const speaking = this.#isHeld || (span.speaking && !this.#isEcho);
    switch (this.#state.is) {
      case 'silent':
        if (speaking) this.#doubt(span.data16);
        else if (span.speaking) this.#state = { is: 'in-doubt', sound: [span.data16], samples: span.data16.length };
        break;
      case 'in-doubt':
        this.#state.sound.push(span.data16);
        this.#state.samples += span.data16.length;
        this.#settle(this.#state, !span.speaking);
        break;
      case 'speaking':
        this.#sound(span.data16, speaking);
        if (!speaking || (span.ends && !this.#isHeld)) this.#pause();
        break;
      case 'pausing':
        if (speaking) {
          this.#state = { is: 'speaking' };
          this.#parts.tell({ kind: 'goes-on' });
        } else {
          this.#state.samples += span.data16.length;
          if (this.#state.samples > FORGOTTEN_PAUSE_SAMPLES) this.#state = { is: 'silent' };
        }
        if (this.#state.is !== 'silent') this.#sound(span.data16, speaking);
        break;
    }
  }

  /** Whose voice is the newest sound? Asked again and again, since a visitor may begin while the avatar's voice is in the air. */
  #decide(span: VoiceSpan): void {
    if (!this.#guard.isAudible) {
      this.#isEcho = false;
      return;
    }
    // A voice that is over while it is in doubt is decided by what there is of it.
    const isDue = span.speaking ? span.starts === true : this.#state.is === 'in-doubt';
    this.#undecided = isDue ? DECISION_SAMPLES : this.#undecided + span.data16.length;
    if (this.#undecided < DECISION_SAMPLES || !(span.speaking || isDue)) return;
    this.#undecided = 0;
    this.#isEcho = this.#guard.isEcho(this.#recent);
  }

  /** A voice begins: whose is it? */
  #doubt(sound: Float32Array): void {
    if (this.#isHeld) this.#begin([sound]);
    else {
      const state: State = { is: 'in-doubt', sound: [sound], samples: sound.length };
      this.#state = state;
      this.#settle(state, false);
    }
  }

  /** Decides once there is enough to compare; `isOver` when there will be no more. */
  #settle(doubt: State & { is: 'in-doubt' }, isOver: boolean): void {
    const enough = doubt.samples >= EchoGuard.windowSamples || !this.#guard.isAudible;
    if (!this.#isEcho && (enough || isOver)) {
      this.#begin(doubt.sound);
      if (isOver) this.#pause();
      return;
    }
    if (isOver) this.#state = { is: 'silent' };
    // What is older than a decision looks at was the avatar's.
    while (doubt.samples - (doubt.sound[0]?.length ?? 0) >= EchoGuard.windowSamples) {
      doubt.samples -= doubt.sound.shift()?.length ?? 0;
    }
  }

  #begin(sound: Float32Array[]): void {
    this.#state = { is: 'speaking' };
    this.#parts.tell({ kind: 'begins' });
    for (const pcm of sound) this.#sound(pcm, true);
  }

  #pause(): void {
    this.#state = { is: 'pausing', samples: 0 };
    this.#parts.tell({ kind: 'pauses' });
  }

  #sound(data: Float32Array, speaking: boolean): void {
    if (data.length === 0) return;
    const pcm = data.slice();
    this.#parts.tell({ kind: 'sound', pcm, speaking }, pcm.buffer);
  }

  #measure(sound: Float32Array): void {
    for (const value of sound) {
      this.#levelSum += value * value;
      this.#levelCount += 1;
      if (this.#levelCount < MODEL_SAMPLES_PER_FRAME) continue;
      this.#parts.level(Math.sqrt(this.#levelSum / this.#levelCount));
      this.#levelSum = 0;
      this.#levelCount = 0;
    }
  }
}
