// The form for a new picture: from a file, dropped onto the page's field, or from the camera. Says what was chosen; sends nothing.
import { ApiError } from '../src/api.ts';
import { element } from '../src/dom.ts';
import type { Kind } from './api.ts';
import { closeDevices, openDevices, takePicture } from './camera.ts';

export interface NewPicture {
  name: string;
  kind: Kind;
  picture: Blob;
}

export interface NewAvatarHandlers {
  onSend: (wish: NewPicture) => Promise<void>;
  onRefused: (sentence: string) => void;
}

export class NewAvatar {
  readonly #form = element('new-form', HTMLFormElement);
  readonly #drop = element('drop', HTMLElement);
  readonly #file = element('new-file', HTMLInputElement);
  readonly #preview = element('new-preview', HTMLImageElement);
  readonly #video = element('camera', HTMLVideoElement);
  readonly #camera = element('camera-open', HTMLButtonElement);
  readonly #shoot = element('camera-shoot', HTMLButtonElement);
  readonly #send = element('new-send', HTMLButtonElement);
  readonly #handlers: NewAvatarHandlers;
  #picture: Blob | undefined;
  #stream: MediaStream | undefined;
  #maxBytes = Infinity;

  constructor(handlers: NewAvatarHandlers) {
    this.#handlers = handlers;
    this.#file.addEventListener('change', () => this.#take(this.#file.files?.[0]));
    this.#camera.addEventListener('click', () => void this.#openCamera());
    this.#shoot.addEventListener('click', () => void this.#takeFromCamera());
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#submit();
    });
    this.#drop.addEventListener('dragover', (event) => {
      event.preventDefault();
      this.#drop.dataset.over = 'true';
    });
    for (const gone of ['dragleave', 'drop']) this.#drop.addEventListener(gone, () => delete this.#drop.dataset.over);
    this.#drop.addEventListener('drop', (event) => {
      event.preventDefault();
      this.#take(event.dataTransfer?.files[0]);
    });
  }

  setLimit(maxBytes: number): void {
    this.#maxBytes = maxBytes;
  }

  /** Empties the form and gives the camera back. */
  clear(): void {
    this.#closeCamera();
    this.#form.reset();
    this.#showPicture(undefined);
  }

  #take(file: File | undefined): void {
    if (file === undefined) return;
    if (file.size > this.#maxBytes) {
      const limit = Math.floor(this.#maxBytes / 1e6);
      this.#handlers.onRefused(`The picture has ${(file.size / 1e6).toFixed(1)} MB; at most ${limit} MB are taken.`);
      return;
    }
    this.#closeCamera();
    this.#showPicture(file);
    const name = element('new-name', HTMLInputElement);
    if (name.value === '') name.value = file.name.replace(/\.\w+$/, '').replace(/[-_]+/g, ' ');
  }

  async #openCamera(): Promise<void> {
    try {
      this.#stream = await openDevices({ sound: false });
      this.#video.srcObject = this.#stream;
      await this.#video.play();
      this.#showCamera(true);
    } catch (error) {
      this.#handlers.onRefused(error instanceof ApiError ? error.message : 'The camera could not be opened.');
    }
  }

  async #takeFromCamera(): Promise<void> {
    try {
      const picture = await takePicture(this.#video);
      this.#closeCamera();
      this.#showPicture(picture);
    } catch (error) {
      this.#handlers.onRefused(error instanceof ApiError ? error.message : 'No picture came from the camera.');
    }
  }

  async #submit(): Promise<void> {
    if (this.#picture === undefined) {
      this.#handlers.onRefused('Choose a picture first: a file, or one from the camera.');
      this.#file.focus();
      return;
    }
    const data = new FormData(this.#form);
    this.#send.disabled = true;
    this.#send.textContent = 'Checking the picture';
    try {
      const kind = String(data.get('kind')) as Kind;
      await this.#handlers.onSend({ name: String(data.get('name')).trim(), kind, picture: this.#picture });
    } finally {
      this.#send.disabled = false;
      this.#send.textContent = 'Check the picture';
    }
  }

  #showPicture(picture: Blob | undefined): void {
    if (this.#preview.src !== '') URL.revokeObjectURL(this.#preview.src);
    this.#picture = picture;
    this.#preview.hidden = picture === undefined;
    if (picture === undefined) this.#preview.removeAttribute('src');
    else this.#preview.src = URL.createObjectURL(picture);
  }

  #showCamera(open: boolean): void {
    this.#video.hidden = !open;
    this.#shoot.hidden = !open;
    this.#camera.hidden = open;
    if (open) this.#showPicture(undefined);
  }

  #closeCamera(): void {
    closeDevices(this.#stream);
    this.#stream = undefined;
    this.#video.srcObject = null;
    this.#showCamera(false);
  }
}
