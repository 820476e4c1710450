// The choice of a portrait: the shipped paintings as radio buttons with pictures, and the form for one's own picture.
// Says what was chosen and shows what is active; opens nothing itself.

import type { PortraitSummary } from '../../server/session/index.ts';
import type { PreparingStep } from '../../server/types.ts';
import { type PortraitChoice, thumbnailUrl } from './api.ts';
import { element } from './dom.ts';

export interface GalleryHandlers {
  onChoice: (choice: PortraitChoice) => void;
  onRefused: (sentence: string) => void;
}

const OPEN_TEXT = 'Use your own picture';
const STEP_TEXT: Record<PreparingStep, string> = {
  decode: 'Reading the picture',
  find: 'Looking for the face',
  check: 'Checking the portrait',
  matte: 'Cutting out the person',
  fill: 'Filling the background',
  mesh: 'Shaping the head',
};

export class Gallery {
  readonly #list = element('portraits', HTMLFieldSetElement);
  readonly #open = element('upload-open', HTMLButtonElement);
  readonly #dialog = element('upload', HTMLDialogElement);
  readonly #form = element('upload-form', HTMLFormElement);
  readonly #handlers: GalleryHandlers;
  #maxPictureBytes = Infinity;

  constructor(handlers: GalleryHandlers) {
    this.#handlers = handlers;
    this.#open.addEventListener('click', () => this.#dialog.showModal());
    element('upload-cancel', HTMLButtonElement).addEventListener('click', () => this.#dialog.close());
    this.#form.addEventListener('submit', () => this.#upload());
  }

  fill(portraits: PortraitSummary[], maxPictureBytes: number): void {
    this.#maxPictureBytes = maxPictureBytes;
    const legend = this.#list.querySelector('legend');
    this.#list.replaceChildren(...(legend === null ? [] : [legend]), ...portraits.map((each) => this.#option(each)));
  }

  /** Marks the portrait that is on stage; none for an uploaded one. */
  mark(choice: PortraitChoice | undefined): void {
    const id = choice !== undefined && 'id' in choice ? choice.id : undefined;
    for (const input of this.#list.querySelectorAll('input')) input.checked = input.value === id;
  }

  /** While a conversation opens nothing else can be chosen. */
  setBusy(busy: boolean): void {
    this.#list.disabled = busy;
    this.#open.disabled = busy;
    if (!busy) this.#open.textContent = OPEN_TEXT;
  }

  /** Says what the server does with the picture; until it is no longer busy. */
  showStep(step: PreparingStep): void {
    this.#open.textContent = STEP_TEXT[step];
  }

  #option({ id, title, artist, year, licence }: PortraitSummary): HTMLLabelElement {
    const input = document.createElement('input');
    input.type = 'radio';
    input.name = 'portrait';
    input.value = id;
    input.addEventListener('change', () => this.#handlers.onChoice({ id }));
    const image = document.createElement('img');
    image.src = thumbnailUrl(id);
    image.alt = '';
    image.width = 96;
    image.height = 96;
    const name = document.createElement('span');
    name.className = 'portrait-title';
    name.textContent = title;
    const source = document.createElement('span');
    source.className = 'portrait-source';
    source.textContent = [artist, year].filter((part) => part !== '').join(', ');
    const label = document.createElement('label');
    label.className = 'portrait';
    label.title = `${title}. ${artist}, ${year}. ${licence}`;
    label.append(input, image, name, source);
    return label;
  }

  #upload(): void {
    const picture = element('upload-picture', HTMLInputElement).files?.[0];
    const name = element('upload-name', HTMLInputElement).value.trim();
    this.#form.reset();
    if (picture === undefined || name === '') return;
    if (picture.size > this.#maxPictureBytes) {
      const limit = Math.floor(this.#maxPictureBytes / 1e6);
      this.#handlers.onRefused(`The picture has ${(picture.size / 1e6).toFixed(1)} MB; at most ${limit} MB are taken.`);
      return;
    }
    this.#handlers.onChoice({ picture, consent: `${name} agreed (confirmed by tick on the page)` });
  }
}
