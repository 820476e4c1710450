// Messages that visitors left while nobody was at the desk.
import type { DeskChanged } from '../../server/signaling/desk-messages.ts';
import { element } from '../src/dom.ts';

type Message = DeskChanged['messages'][number];

export class MessageList {
  readonly #list = element('messages', HTMLUListElement);
  readonly #onDone: (id: string) => void;
  #shown = '';

  constructor(onDone: (id: string) => void) {
    this.#onDone = onDone;
  }

  fill(messages: readonly Message[]): void {
    const ids = messages.map(({ id }) => id).join();
    // What did not change keeps its focus.
    if (ids === this.#shown) return;
    this.#shown = ids;
    element('messages-count', HTMLElement).textContent = messages.length > 0 ? String(messages.length) : '';
    element('no-messages', HTMLElement).hidden = messages.length > 0;
    this.#list.replaceChildren(...messages.map((message) => this.#item(message)));
  }

  #item({ id, at, text, language, reason }: Message): HTMLLIElement {
    const item = document.createElement('li');
    const words = document.createElement('p');
    words.lang = language;
    words.textContent = text;
    const when = document.createElement('time');
    when.dateTime = at;
    when.textContent = new Date(at).toLocaleString(undefined, { dateStyle: 'short', timeStyle: 'short' });
    const about = document.createElement('small');
    about.append(when, reason === '' ? '' : ` · ${reason}`);
    const done = document.createElement('button');
    done.type = 'button';
    done.textContent = 'Done';
    done.setAttribute('aria-label', `Done: ${text.slice(0, 60)}`);
    done.addEventListener('click', () => this.#onDone(id));
    item.append(words, about, done);
    return item;
  }
}
