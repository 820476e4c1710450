// The questions that visitors may touch: as many as there is room for, the next ones on demand.
import { listTopics } from '../src/api.ts';
import type { Server } from '../src/server.ts';
import type { Language } from '../widget/options.ts';
import type { View } from './view.ts';

/** At a time: before anything was said, and beside what was said. */
const AT_FIRST = 5;
const BESIDE = 3;

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
  }

  /** @throws ApiError */
  async load(language: Language): Promise<void> {
    this.#all = await listTopics(language, this.#server);
    this.#first = 0;
    this.show();
  }

  show(): void {
    const count = this.#view.log.childElementCount === 0 ? AT_FIRST : BESIDE;
    const shown = this.#all.slice(this.#first, this.#first + count);
    const more = (): void => {
      this.#first = this.#first + count < this.#all.length ? this.#first + count : 0;
      this.show();
    };
    this.#view.showTopics(shown, this.#onTopic, this.#all.length > count ? more : undefined);
  }
}
