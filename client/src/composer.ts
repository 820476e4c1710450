// The form in which a person says what the avatar should say: text, its language, its mood, the microphone and the interrupt.
// Reports what was pressed; knows nothing of the connection.
import { EMOTIONS, type Emotion } from '../../server/types.ts';
import { element } from './dom.ts';

/** Remembered between visits, on this device only. */
const LANGUAGE_KEY = 'vaktra.language';
const DEFAULT_LANGUAGE = 'en';

export interface ComposerHandlers {
  /** False when the server refused it. */
  onSpeak: (text: string, language: string | undefined) => Promise<boolean>;
  onMicrophone: (on: boolean) => void;
  onInterrupt: () => void;
  /** Another mood was chosen. */
  onMood: () => void;
  /** Another language was chosen. */
  onLanguage: () => void;
}

export class Composer {
  readonly #text = element('text', HTMLTextAreaElement);
  readonly #language = element('language', HTMLSelectElement);
  readonly #mood = element('mood', HTMLSelectElement);
  readonly #speak = element('speak', HTMLButtonElement);
  readonly #microphone = element('microphone', HTMLButtonElement);
  readonly #interrupt = element('interrupt', HTMLButtonElement);
  readonly #handlers: ComposerHandlers;

  constructor(handlers: ComposerHandlers) {
    this.#handlers = handlers;
    const form = element('composer', HTMLFormElement);
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.#text.addEventListener('keydown', (event) => {
      // While an input method composes, Enter takes its suggestion.
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.#submit();
    });
    this.#microphone.addEventListener('click', () => handlers.onMicrophone(!this.#isMicrophoneOn()));
    this.#interrupt.addEventListener('click', () => handlers.onInterrupt());
    document.addEventListener('keydown', (event) => {
      // In an open dialog Escape closes the dialog.
      if (event.key === 'Escape' && document.querySelector('dialog[open]') === null) this.#interrupt.click();
    });
    this.#mood.addEventListener('change', () => handlers.onMood());
    this.#language.addEventListener('change', () => {
      localStorage.setItem(LANGUAGE_KEY, this.#language.value);
      handlers.onLanguage();
    });
  }

  /** The mood that was chosen; undefined leaves it to wording and voice. */
  get mood(): Emotion | undefined {
    return EMOTIONS.find((emotion) => emotion === this.#mood.value);
  }

  get language(): string | undefined {
    return this.#language.value || undefined;
  }

  fillLanguages(languages: { id: string; name: string }[]): void {
    const options = languages.map(({ id, name }) => new Option(name, id));
    this.#language.replaceChildren(...options);
    const wished = [localStorage.getItem(LANGUAGE_KEY), DEFAULT_LANGUAGE];
    const chosen = wished.find((id) => languages.some((language) => language.id === id));
    const english = languages.find(({ id }) => id.startsWith(DEFAULT_LANGUAGE));
    this.#language.value = chosen ?? english?.id ?? languages[0]?.id ?? '';
  }

  setConnected(connected: boolean): void {
    this.#speak.disabled = !connected;
    this.#microphone.disabled = !connected;
  }

  /** The interrupt is offered while something is said or waits to be said. */
  setSpeaking(speaking: boolean): void {
    this.#interrupt.disabled = !speaking;
  }

  setMicrophone(on: boolean): void {
    this.#microphone.setAttribute('aria-pressed', String(on));
    element('microphone-text', HTMLElement).textContent = on ? 'Stop my voice' : 'Use my voice';
    element('microphone-hint', HTMLElement).hidden = !on;
  }

  #isMicrophoneOn(): boolean {
    return this.#microphone.getAttribute('aria-pressed') === 'true';
  }

  #submit(): void {
    const text = this.#text.value.trim();
    if (text === '' || this.#speak.disabled) {
      this.#text.focus();
      return;
    }
    void this.#send(text);
  }

  async #send(text: string): Promise<void> {
    this.#text.value = '';
    const accepted = await this.#handlers.onSpeak(text, this.#language.value === '' ? undefined : this.#language.value);
    // What was refused comes back to be corrected, unless something else was typed meanwhile.
    if (!accepted && this.#text.value === '') this.#text.value = text;
  }
}
