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
  /** Where the answer that is heard now is taken from. */
  #source: string | undefined;
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

  /** @param sample where it began on the conversation's clock: an answer that is cut is told after the question that cut it */
  say(who: Speaker, text: string, sample: number, isFinal: boolean): void {
    const entry = (who === 'visitor' && this.#partial) || document.createElement('li');
    entry.dataset.who = who;
    entry.dataset.final = String(isFinal);
    entry.dataset.sample = String(sample);
    const name = document.createElement('b');
    name.textContent = NAMES[who];
    entry.replaceChildren(name, ' ', text);
    if (!entry.isConnected) this.#list.insertBefore(entry, this.#firstAfter(sample));
    if (who === 'avatar' && this.#source !== undefined) entry.append(sourceElement(this.#source));
    if (who === 'avatar') this.#source = undefined;
    if (who === 'visitor') this.#partial = isFinal ? undefined : entry;
    entry.scrollIntoView({ block: 'nearest' });
  }

  /** Where the answer that comes next is taken from. */
  showSource(title: string): void {
    this.#source = title;
  }

  clear(): void {
    this.#list.replaceChildren();
    this.#partial = undefined;
    this.setListening(false);
  }

  #firstAfter(sample: number): Element | null {
    return [...this.#list.children].find((entry) => Number((entry as HTMLElement).dataset.sample) > sample) ?? null;
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

function sourceElement(title: string): HTMLElement {
  const source = document.createElement('small');
  source.textContent = `From: ${title}`;
  return source;
}
