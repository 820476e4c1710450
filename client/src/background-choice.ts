// What is to be around the person on stage. Says what was chosen; whoever listens opens the conversation anew.
import type { Look } from './api.ts';
import { element } from './dom.ts';

export class BackgroundChoice {
  readonly #select = element('background', HTMLSelectElement);

  constructor(onChange: () => void) {
    this.#select.addEventListener('change', onChange);
  }

  get look(): Look {
    const background = this.#select.value;
    return background === '' ? {} : { background };
  }

  setBusy(busy: boolean): void {
    this.#select.disabled = busy;
  }
}
