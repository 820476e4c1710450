// The card in which a visitor talks with the avatar: the transcript as it grows, a line to write in, and a button for the voice.
// Reports what was pressed; knows nothing of the connection.
import { element } from './dom.ts';

export interface TalkHandlers {
  /** False when the server refused it. */
  onAsk: (text: string) => Promise<boolean>;
  onListen: (on: boolean) => void;
}

type Speaker = 'visitor' | 'avatar' | 'agent';

const NAMES: Record<Speaker, string> = { visitor: 'You', avatar: 'Avatar', agent: 'A person' };

export class Talk {
  readonly #list = element('transcript', HTMLOListElement);
  readonly #question = element('question', HTMLInputElement);
  readonly #ask = element('ask-button', HTMLButtonElement);
  readonly #listen = element('listen', HTMLButtonElement);
  readonly #handlers: TalkHandlers;
  /** What the visitor has said so far, until it is final. */
  #partial: HTMLLIElement | undefined;

  constructor(handlers: TalkHandlers) {
    this.#handlers = handlers;
    element('ask', HTMLFormElement).addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#submit();
    });
    this.#listen.addEventListener('click', () => handlers.onListen(!this.#isListening()));
  }

  setConnected(connected: boolean): void {
    this.#ask.disabled = !connected;
    this.#listen.disabled = !connected;
  }

  setListening(on: boolean): void {
    this.#listen.setAttribute('aria-pressed', String(on));
    element('listen-text', HTMLElement).textContent = on ? 'Stop listening' : 'Talk';
    element('listen-hint', HTMLElement).hidden = !on;
  }

  say(who: Speaker, text: string, isFinal: boolean): void {
    const entry = (who === 'visitor' && this.#partial) || document.createElement('li');
    entry.dataset.who = who;
    entry.dataset.final = String(isFinal);
    const name = document.createElement('b');
    name.textContent = NAMES[who];
    entry.replaceChildren(name, ' ', text);
    if (!entry.isConnected) this.#list.append(entry);
    if (who === 'visitor') this.#partial = isFinal ? undefined : entry;
    entry.scrollIntoView({ block: 'nearest' });
  }

  /** Where the answer that comes next is taken from. */
  showSource(title: string): void {
    const source = document.createElement('li');
    source.className = 'source';
    source.textContent = `From: ${title}`;
    this.#list.append(source);
  }

  clear(): void {
    this.#list.replaceChildren();
    this.#partial = undefined;
    this.setListening(false);
  }

  #isListening(): boolean {
    return this.#listen.getAttribute('aria-pressed') === 'true';
  }

  async #submit(): Promise<void> {
    const text = this.#question.value.trim();
    if (text === '' || this.#ask.disabled) {
      this.#question.focus();
      return;
    }
    this.#question.value = '';
    // What was refused comes back to be corrected, unless something else was typed meanwhile.
    if (!(await this.#handlers.onAsk(text)) && this.#question.value === '') this.#question.value = text;
  }
}
