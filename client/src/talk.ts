// The card in which a visitor talks with the avatar: the transcript as it grows, a line to write in, and a button for the voice.
// Reports what was pressed; knows nothing of the connection.
import { element } from './dom.ts';
import { handOverNotice } from './hand-over.ts';
import type { ServerEvent } from './socket.ts';
import { Transcript } from './transcript.ts';

export interface TalkHandlers {
  /** False when the server refused it. */
  onAsk: (text: string) => Promise<boolean>;
  onListen: (on: boolean) => void;
}

const WORDS = {
  names: { visitor: 'You', avatar: 'Avatar', agent: 'A person' },
  source: (title: string) => `From: ${title}`,
};

const HAND_OVER = {
  queue: (position: number) =>
    position === 1 ? 'A person will be with you next.' : `You wait for a person: ${position - 1} before you.`,
  agentSpeaks: (name: string) => `A person speaks now: ${name}. They hear you when you talk.`,
  agentLeft: 'The avatar speaks again.',
  leaveMessage: 'Nobody is at the desk. What you write next is kept for them.',
  messageKept: 'Your message is kept for the desk.',
};

export class Talk {
  readonly transcript = new Transcript(element('transcript', HTMLOListElement), WORDS);
  readonly #question = element('question', HTMLInputElement);
  readonly #ask = element('ask-button', HTMLButtonElement);
  readonly #listen = element('listen', HTMLButtonElement);
  readonly #handlers: TalkHandlers;

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

  /** Where the visitor stands with getting a person. */
  showHandOver(event: ServerEvent): void {
    const notice = handOverNotice(event, HAND_OVER);
    if (notice !== undefined) this.#notify(notice);
  }

  clear(): void {
    this.transcript.clear();
    this.#notify('');
    this.setListening(false);
  }

  #notify(notice: string): void {
    element('hand-over', HTMLElement).textContent = notice;
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
