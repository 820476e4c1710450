// Visitors who wait for a person, in the order in which they asked. Everybody is told their place when it changes, and nobody waits for
// longer than the configured time.
import type { DeskConversation } from './types.ts';

export interface Wish {
  conversation: DeskConversation;
  reason: string;
  /** Monotonic, in milliseconds. */
  sinceMs: number;
}

interface Entry extends Wish {
  patience: NodeJS.Timeout;
  toldPosition: number;
}

export class Queue {
  readonly #patienceMs: number;
  readonly #givenUp: (wish: Wish) => void;
  #entries: Entry[] = [];

  /** @param givenUp told of everybody who has waited for too long, and waits no more */
  constructor(patienceMs: number, givenUp: (wish: Wish) => void) {
    this.#patienceMs = patienceMs;
    this.#givenUp = givenUp;
  }

  /** Who waits already keeps their place. */
  add(wish: Wish): void {
    if (this.#entries.some(({ conversation }) => conversation === wish.conversation)) return;
    const patience = setTimeout(() => {
      this.remove(wish.conversation);
      this.#givenUp(wish);
    }, this.#patienceMs).unref();
    this.#entries.push({ ...wish, patience, toldPosition: 0 });
    this.#entries.sort((one, other) => one.sinceMs - other.sinceMs);
    this.#tell();
  }

  /** They wait no more: somebody came, or the conversation is over. */
  remove(conversation: DeskConversation): void {
    const entry = this.#entries.find((one) => one.conversation === conversation);
    if (!entry) return;
    clearTimeout(entry.patience);
    this.#entries = this.#entries.filter((one) => one !== entry);
    this.#tell();
  }

  /** Everybody; nobody waits any more. */
  takeAll(): Wish[] {
    const all = this.#entries;
    this.close();
    return all;
  }

  find(conversation: DeskConversation): { position: number; ms: number; reason: string } | undefined {
    const index = this.#entries.findIndex((entry) => entry.conversation === conversation);
    const entry = this.#entries[index];
    return entry && { position: index + 1, ms: performance.now() - entry.sinceMs, reason: entry.reason };
  }

  close(): void {
    for (const { patience } of this.#entries) clearTimeout(patience);
    this.#entries = [];
  }

  #tell(): void {
    for (const [index, entry] of this.#entries.entries()) {
      const position = index + 1;
      if (entry.toldPosition === position) continue;
      entry.toldPosition = position;
      entry.conversation.person.wait({ position, waitedMs: performance.now() - entry.sinceMs });
    }
  }
}
