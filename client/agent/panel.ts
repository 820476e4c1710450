// The conversation on the page: its head, what was said, and what the agent may do in it. Reports what was pressed.
import { element } from '../src/dom.ts';
import { Transcript } from '../src/transcript.ts';
import { type Entry, standing } from './conversation-list.ts';

/** A note is kept when nothing was typed for this long. */
const NOTE_REST_MS = 600;

export interface PanelHandlers {
  onTake: () => void;
  onGiveBack: () => void;
  /** False when the server refused it. */
  onSay: (text: string) => Promise<boolean>;
  onMicrophone: (on: boolean) => void;
  onHear: (on: boolean) => void;
  onNote: (text: string) => void;
  onBack: () => void;
}

export class Panel {
  readonly transcript = new Transcript(element('transcript', HTMLOListElement), {
    names: { visitor: 'Visitor', avatar: 'Avatar', agent: 'Agent' },
    source: (title) => `From: ${title}`,
  });
  readonly #take = element('take', HTMLButtonElement);
  readonly #giveBack = element('give-back', HTMLButtonElement);
  readonly #text = element('say-text', HTMLTextAreaElement);
  readonly #microphone = element('microphone', HTMLButtonElement);
  readonly #hear = element('hear', HTMLButtonElement);
  readonly #note = element('note', HTMLTextAreaElement);
  readonly #canned = element('canned', HTMLUListElement);
  readonly #handlers: PanelHandlers;
  #noteTimer = 0;

  constructor(handlers: PanelHandlers) {
    this.#handlers = handlers;
    this.#take.addEventListener('click', () => handlers.onTake());
    this.#giveBack.addEventListener('click', () => handlers.onGiveBack());
    this.#microphone.addEventListener('click', () => this.toggleMicrophone());
    this.#hear.addEventListener('click', () => this.toggleHearing());
    element('back', HTMLButtonElement).addEventListener('click', () => handlers.onBack());
    element('say', HTMLFormElement).addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#say(this.#text.value);
    });
    this.#text.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      void this.#say(this.#text.value);
    });
    this.#note.addEventListener('input', () => {
      window.clearTimeout(this.#noteTimer);
      this.#noteTimer = window.setTimeout(() => handlers.onNote(this.#note.value), NOTE_REST_MS);
    });
  }

  fillCanned(answers: readonly string[]): void {
    this.#canned.replaceChildren(
      ...answers.map((answer, index) => {
        const button = document.createElement('button');
        button.type = 'button';
        const key = document.createElement('kbd');
        key.textContent = String(index + 1);
        button.append(key, answer);
        button.addEventListener('click', () => void this.#say(answer));
        const item = document.createElement('li');
        item.append(button);
        return item;
      }),
    );
  }

  /** Another conversation is looked at. */
  open(): void {
    window.clearTimeout(this.#noteTimer);
    this.transcript.clear();
    this.#text.value = '';
    this.#note.value = '';
    this.setMicrophone(false);
    this.setHeard(false);
  }

  show(entry: Entry): void {
    element('conversation-title', HTMLElement).textContent = entry.topic ?? 'Conversation';
    element('standing', HTMLElement).replaceChildren(standing(entry));
    element('about', HTMLElement).textContent = [entry.portrait, entry.language, entry.waiting?.reason]
      .filter(Boolean)
      .join(' · ');
    const { mine, agent } = entry;
    document.body.dataset.mine = String(mine);
    this.#take.hidden = mine;
    this.#take.disabled = agent !== undefined;
    this.#take.textContent = agent === undefined || mine ? 'Take over' : `${agent} has it`;
    this.#giveBack.hidden = !mine;
    for (const id of ['controls', 'hearing']) element(id, HTMLFieldSetElement).disabled = !mine;
    if (document.activeElement !== this.#note) this.#note.value = entry.note;
  }

  focusText(): void {
    this.#text.focus();
  }

  setMicrophone(on: boolean): void {
    this.#microphone.setAttribute('aria-pressed', String(on));
    element('microphone-text', HTMLElement).textContent = on ? 'Stop speaking' : 'Speak by voice';
    element('on-air', HTMLElement).hidden = !on;
  }

  /** Whether the visitor's microphone sounds here. */
  setHeard(heard: boolean): void {
    element('heard', HTMLElement).textContent = heard ? 'You hear the visitor.' : 'The visitor’s microphone is off.';
  }

  toggleMicrophone(): void {
    if (!this.#isUsable()) return;
    this.#handlers.onMicrophone(this.#microphone.getAttribute('aria-pressed') !== 'true');
  }

  toggleHearing(): void {
    const on = this.#hear.getAttribute('aria-pressed') !== 'true';
    this.#hear.setAttribute('aria-pressed', String(on));
    this.#handlers.onHear(on);
  }

  /** A sentence from the list, by its number. */
  sayCanned(number: number): void {
    if (this.#isUsable()) this.#canned.querySelectorAll('button')[number - 1]?.click();
  }

  #isUsable(): boolean {
    return document.body.dataset.view === 'conversation' && document.body.dataset.mine === 'true';
  }

  async #say(words: string): Promise<void> {
    const text = words.trim();
    if (text === '' || !this.#isUsable()) return;
    if (this.#text.value.trim() === text) this.#text.value = '';
    // What was refused comes back to be corrected, unless something else was typed meanwhile.
    if (!(await this.#handlers.onSay(text)) && this.#text.value === '') this.#text.value = text;
  }
}
