// Asks whose face is meant when an own picture shows several people: the picture with a button over each face.
import type { FaceBox } from '../../server/errors.ts';
import type { Upload } from './api.ts';
import { element } from './dom.ts';

export class FaceChooser {
  readonly #dialog = element('faces', HTMLDialogElement);
  readonly #place = element('faces-picture', HTMLElement);
  readonly #onChoice: (choice: Upload) => void;
  #url: string | undefined;

  constructor(onChoice: (choice: Upload) => void) {
    this.#onChoice = onChoice;
    this.#dialog.addEventListener('close', () => this.#forget());
  }

  /** @param faces from left to right, as the server counts them */
  ask(upload: Upload, faces: readonly FaceBox[]): void {
    this.#forget();
    this.#url = URL.createObjectURL(upload.picture);
    const picture = document.createElement('img');
    picture.src = this.#url;
    picture.alt = '';
    picture.className = 'faces-image';
    const buttons = faces.map((box, face) => {
      const button = document.createElement('button');
      button.type = 'button';
      button.className = 'face-box';
      button.setAttribute('aria-label', `Face ${face + 1} of ${faces.length}, from the left`);
      for (const side of ['left', 'top', 'width', 'height'] as const) button.style[side] = `${box[side] * 100}%`;
      button.addEventListener('click', () => {
        this.#dialog.close();
        this.#onChoice({ ...upload, face });
      });
      return button;
    });
    this.#place.replaceChildren(picture, ...buttons);
    this.#dialog.showModal();
  }

  #forget(): void {
    this.#place.replaceChildren();
    if (this.#url !== undefined) URL.revokeObjectURL(this.#url);
    this.#url = undefined;
  }
}
