// The picture as it is played: with sound or without, in its square or with the page seen around it.
import type { VideoShape } from '../../server/types.ts';
import { drawTransparent, type TransparentVideo } from '../src/transparent.ts';
import type { PanelTexts } from './panel-texts.ts';
import type { PanelView } from './panel-view.ts';

export class Playing {
  readonly #view: PanelView;
  readonly #texts: PanelTexts;
  readonly #isTransparent: boolean;
  /** Starts sound that the browser kept back. */
  readonly #onGesture: () => void;
  #transparent: TransparentVideo | undefined;

  constructor(view: PanelView, texts: PanelTexts, isTransparent: boolean, onGesture: () => void) {
    this.#view = view;
    this.#texts = texts;
    this.#isTransparent = isTransparent;
    this.#onGesture = onGesture;
    view.showTransparent(isTransparent, false);
  }

  get muted(): boolean {
    return this.#view.video.muted;
  }

  mute(muted: boolean): void {
    this.#view.video.muted = muted;
    this.#view.showSound(muted);
    if (!muted && this.#view.veil === 'silent') this.#view.showVeil('none');
  }

  begin({ matte }: VideoShape): void {
    const { video, canvas } = this.#view;
    if (matte === 'below') this.#transparent = drawTransparent(video, canvas);
    this.#view.showTransparent(this.#isTransparent, this.#transparent !== undefined);
  }

  started(withSound: boolean): void {
    if (withSound) this.#view.showVeil('none');
    else this.#view.showVeil('silent', '', this.#texts.tapForSound, () => this.unsilence());
  }

  /** Any use of the panel is the gesture that the browser waited for. */
  unsilence(): void {
    if (this.#view.veil === 'silent') this.#onGesture();
  }

  close(): void {
    this.#transparent?.close();
    this.#transparent = undefined;
  }
}
