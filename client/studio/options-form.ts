// How an avatar speaks and looks where a conversation does not say otherwise. Saved as it is chosen.
import { EMOTIONS } from '../../server/types.ts';
import { element } from '../src/dom.ts';
import type { Avatar, Options } from './api.ts';

const COLOUR_CHOICE = 'colour';

export class OptionsForm {
  readonly #form = element('options', HTMLFormElement);
  readonly #language = element('option-language', HTMLSelectElement);
  readonly #background = element('option-background', HTMLSelectElement);
  readonly #colour = element('option-colour', HTMLInputElement);
  readonly #framing = element('option-framing', HTMLSelectElement);
  readonly #emotion = element('option-emotion', HTMLSelectElement);
  readonly #saved = element('options-saved', HTMLElement);

  constructor(onChange: (options: Options) => Promise<void>) {
    this.#form.addEventListener('submit', (event) => event.preventDefault());
    this.#form.addEventListener('change', () => {
      this.#colour.hidden = this.#background.value !== COLOUR_CHOICE;
      this.#saved.textContent = '';
      void onChange(this.#read()).then(() => {
        this.#saved.textContent = 'Saved.';
      });
    });
  }

  fillLanguages(languages: readonly { id: string; name: string }[]): void {
    const own = new Option('The server’s language', '');
    this.#language.replaceChildren(own, ...languages.map(({ id, name }) => new Option(name, id)));
  }

  show({ options }: Avatar): void {
    const { language = '', background = 'keep', framing = 'square', emotion = '' } = options;
    const isColour = background.startsWith('#');
    this.#language.value = language;
    this.#background.value = isColour ? COLOUR_CHOICE : background;
    if (isColour) this.#colour.value = background;
    this.#colour.hidden = !isColour;
    this.#framing.value = framing;
    this.#emotion.value = emotion;
    this.#saved.textContent = '';
  }

  #read(): Options {
    const emotion = EMOTIONS.find((one) => one === this.#emotion.value);
    const { value: language } = this.#language;
    const { value: background } = this.#background;
    return {
      ...(language && { language }),
      background: background === COLOUR_CHOICE ? this.#colour.value : background,
      framing: this.#framing.value,
      ...(emotion && { emotion }),
    };
  }
}
