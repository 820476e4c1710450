// The questions that visitors may touch: as many as there is room for, the next ones on demand.
import { listTopics } from '../src/api.ts';
import type { Server } from '../src/server.ts';
import type { Language } from '../widget/options.ts';
import type { View } from './view.ts';

/** At a time: before anything was said, and beside what was said. An upright screen has them in two columns. */
const UPRIGHT = { atFirst: 6, beside: 4 };
const ACROSS = { atFirst: 5, beside: 3 };

export class Topics {
  readonly #view: View;
  readonly #server: Server;
  readonly #onTopic: (topic: string) => void;
  #all: string[] = [];
  #first = 0;

  constructor(view: View, server: Server, onTopic: (topic: string) => void) {
    this.#view = view;
    this.#server = server;
    this.#onTopic = onTopic;
    view.more.addEventListener('click', () => {
      const next = this.#first + this.#count;
      this.#first = next < this.#all.length ? next : 0;
      this.show();
    });
  }

  /** @throws ApiError */
  async load(language: Language): Promise<void> {
    this.#all = await listTopics(language, this.#server);
    this.#first = 0;
    this.show();
  }

  show(): void {
    const shown = this.#all.slice(this.#first, this.#first + this.#count);
    this.#view.showTopics(shown, this.#all.length <= this.#count, this.#onTopic);
  }

  get #count(): number {
    const { atFirst, beside } = window.innerHeight > window.innerWidth ? UPRIGHT : ACROSS;
    return this.#view.log.childElementCount === 0 ? atFirst : beside;
  }
}
