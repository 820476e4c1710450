// Events of a conversation whose listeners may throw: that is the listener's problem, and the others hear the event.

import { EventEmitter } from 'node:events';
import type { ConversationEvents } from './types.ts';

export class GuardedEmitter extends EventEmitter<ConversationEvents> {
  readonly #onFailed: (error: unknown, event: keyof ConversationEvents) => void;

  /** @param onFailed told of each listener that threw */
  constructor(onFailed: (error: unknown, event: keyof ConversationEvents) => void) {
    super();
    this.#onFailed = onFailed;
  }

  protected tell<E extends keyof ConversationEvents>(event: E, ...args: ConversationEvents[E]): void {
    for (const listener of this.rawListeners(event)) {
      try {
        (listener as (...args: ConversationEvents[E]) => void).apply(this, args);
      } catch (error) {
        this.#onFailed(error, event);
      }
    }
  }
}
