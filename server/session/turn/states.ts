// The one state machine of a conversation. What the avatar does follows from three facts, the strongest first:
//
//   the avatar's voice sounds      -> speaking
//   an answer is being thought of  -> thinking
//   the visitor speaks             -> listening
//   none of them                   -> idle
//
// docs/architecture.md has it as a diagram. Every change is told once, with the sample from which it holds.

import type { ConversationState, SampleIndex } from '../../types.ts';

export class ConversationStates {
  #speaking = false;
  #thinking = false;
  #listening = false;
  #state: ConversationState = 'idle';
  readonly #changed: (state: ConversationState, sample: SampleIndex) => void;

  constructor(changed: (state: ConversationState, sample: SampleIndex) => void) {
    this.#changed = changed;
  }

  get state(): ConversationState {
    return this.#state;
  }

  /** The state where the avatar does not speak: what the motion rests in. */
  get rest(): ConversationState {
    if (this.#thinking) return 'thinking';
    return this.#listening ? 'listening' : 'idle';
  }

  speaking(does: boolean, sample: SampleIndex): void {
    this.#speaking = does;
    this.#settle(sample);
  }

  thinking(does: boolean, sample: SampleIndex): void {
    this.#thinking = does;
    this.#settle(sample);
  }

  listening(does: boolean, sample: SampleIndex): void {
    this.#listening = does;
    this.#settle(sample);
  }

  #settle(sample: SampleIndex): void {
    const state = this.#speaking ? 'speaking' : this.rest;
    if (state === this.#state) return;
    this.#state = state;
    this.#changed(state, sample);
  }
}
