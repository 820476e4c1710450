// What a visitor says or writes on its way to the turn: through the moderation, and in the order in which it was said, however long
// each check takes.

import type { SampleIndex } from '../types.ts';
import type { Reviewer } from './reviewer.ts';

export interface QuestionsParts {
  /** Undefined where everything may be said. */
  reviewer: Reviewer | undefined;
  /** BCP 47 tag. */
  language(): string;
  position(): SampleIndex;
  /** It may be passed on. */
  ask(text: string, sample: SampleIndex): void;
  /** It may not. */
  refuse(sample: SampleIndex): void;
}

export class Questions {
  readonly #parts: QuestionsParts;
  #last: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(parts: QuestionsParts) {
    this.#parts = parts;
  }

  /** May words be shown before the whole of them was checked? */
  get showsPartials(): boolean {
    return this.#parts.reviewer === undefined;
  }

  pass(text: string): void {
    const { reviewer, language, position, ask, refuse } = this.#parts;
    const sample = position();
    if (!reviewer) {
      ask(text, sample);
      return;
    }
    // All are checked at the same time, and wait for those before them.
    const checked = reviewer.allowsVisitor(text, language());
    this.#last = this.#last.then(async () => {
      const isAllowed = await checked;
      if (this.#closed) return;
      if (isAllowed) ask(text, sample);
      else refuse(sample);
    });
  }

  /** What is still being checked is passed to nobody. */
  close(): void {
    this.#closed = true;
  }
}
