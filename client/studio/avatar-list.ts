// The list of avatars: a picture, a name and whether it may be shown.
import { element } from '../src/dom.ts';
import type { Avatar } from './api.ts';
import { showPicture } from './picture.ts';
import { KIND_TEXT, STANDING_TEXT } from './words.ts';

export class AvatarList {
  readonly #list = element('avatars', HTMLUListElement);
  readonly #empty = element('no-avatars', HTMLElement);
  readonly #onChoice: (id: string) => void;

  constructor(onChoice: (id: string) => void) {
    this.#onChoice = onChoice;
  }

  fill(avatars: readonly Avatar[], chosen: string | undefined): void {
    this.#empty.hidden = avatars.length > 0;
    const focused = document.activeElement instanceof HTMLElement ? document.activeElement.dataset.avatar : undefined;
    this.#list.replaceChildren(...avatars.map((avatar) => this.#item(avatar, avatar.id === chosen)));
    // The list was made anew under whoever went through it by keyboard.
    if (focused) this.#list.querySelector<HTMLElement>(`[data-avatar="${focused}"]`)?.focus();
  }

  #item(avatar: Avatar, isChosen: boolean): HTMLLIElement {
    const image = document.createElement('img');
    void showPicture(image, avatar);
    image.alt = '';
    image.width = 56;
    image.height = 56;
    const name = document.createElement('span');
    name.className = 'avatar-name';
    name.textContent = avatar.name;
    const state = document.createElement('span');
    state.className = 'avatar-state';
    state.dataset.standing = avatar.consent;
    state.textContent = `${KIND_TEXT[avatar.kind]}. ${STANDING_TEXT[avatar.consent]}`;
    const button = document.createElement('button');
    button.type = 'button';
    button.dataset.avatar = avatar.id;
    if (isChosen) button.setAttribute('aria-current', 'true');
    button.append(image, name, state);
    button.addEventListener('click', () => this.#onChoice(avatar.id));
    const item = document.createElement('li');
    item.append(button);
    return item;
  }
}
