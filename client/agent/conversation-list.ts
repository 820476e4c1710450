// The list of live conversations: who waits for a person first, and for how long. Keeps the focus where it was when it changes.
import type { DeskChanged } from '../../server/signaling/desk-messages.ts';
import { element } from '../src/dom.ts';
import { since } from './times.ts';

export type Entry = DeskChanged['conversations'][number];

const WHO = { visitor: 'Visitor', avatar: 'Avatar', agent: 'Agent' };

export class ConversationList {
  readonly #list = element('conversations', HTMLUListElement);
  readonly #onOpen: (session: string) => void;

  constructor(onOpen: (session: string) => void) {
    this.#onOpen = onOpen;
  }

  /** @param open the conversation that is looked at */
  fill(entries: readonly Entry[], open: string | undefined): void {
    const focused = (document.activeElement as HTMLElement | null)?.dataset.session;
    this.#list.replaceChildren(...entries.map((entry) => this.#item(entry, entry.session === open)));
    element('no-conversations', HTMLElement).hidden = entries.length > 0;
    if (focused !== undefined) this.#button(focused)?.focus();
  }

  mark(open: string | undefined): void {
    for (const button of this.#list.querySelectorAll<HTMLElement>('[data-session]')) {
      if (button.dataset.session === open) button.setAttribute('aria-current', 'true');
      else button.removeAttribute('aria-current');
    }
  }

  #button(session: string): HTMLElement | null {
    return this.#list.querySelector(`[data-session="${CSS.escape(session)}"]`);
  }

  #item(entry: Entry, isOpen: boolean): HTMLLIElement {
    const button = document.createElement('button');
    button.type = 'button';
    button.dataset.session = entry.session;
    button.dataset.standing = standingOf(entry);
    if (isOpen) button.setAttribute('aria-current', 'true');
    const topic = document.createElement('span');
    topic.className = 'topic';
    topic.textContent = entry.topic ?? 'Nothing asked yet';
    const last = document.createElement('span');
    last.className = 'last';
    last.textContent = entry.last ? `${WHO[entry.last.who]}: ${entry.last.text}` : entry.portrait;
    button.append(topic, standing(entry), last);
    button.addEventListener('click', () => this.#onOpen(entry.session));
    const item = document.createElement('li');
    item.append(button);
    return item;
  }
}

function standingOf({ waiting, agent, mine }: Entry): 'waiting' | 'mine' | 'taken' | 'avatar' {
  if (waiting) return 'waiting';
  if (mine) return 'mine';
  return agent === undefined ? 'avatar' : 'taken';
}

/** A chip: who answers, or how long somebody has waited. */
export function standing(entry: Entry): HTMLElement {
  const chip = document.createElement('span');
  chip.className = 'chip';
  chip.dataset.standing = standingOf(entry);
  const { waiting, agent, mine, open_ms } = entry;
  if (waiting) chip.append(`${waiting.position}. Waits `, since(performance.now() - waiting.waited_ms));
  else if (mine) chip.append('Yours');
  else if (agent !== undefined) chip.append(agent);
  else chip.append('Avatar ', since(performance.now() - open_ms));
  return chip;
}
