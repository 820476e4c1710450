// The stage: the avatar's video with its sound, and the veil over it that says what is going on and offers the one button
// that is needed then. Browsers refuse sound before a gesture: then the picture plays silently until "Start" is pressed.
import type { VideoShape } from '../../server/types.ts';
import { element } from './dom.ts';
import { drawTransparent, type TransparentVideo } from './transparent.ts';

/** What the veil is there for; `playing` is without a veil. */
type Phase = 'opening' | 'silent' | 'playing' | 'ended';

export class Stage {
  readonly #stage = element('stage', HTMLElement);
  readonly #video = element('avatar', HTMLVideoElement);
  readonly #poster = element('poster', HTMLImageElement);
  readonly #veilText = element('veil-text', HTMLElement);
  readonly #button = element('veil-button', HTMLButtonElement);
  readonly #buttonText = element('veil-button-text', HTMLElement);
  readonly #sound = element('sound', HTMLButtonElement);
  /** A canvas has one context for good; each conversation gets its own canvas. */
  #cutOut = element('avatar-cut-out', HTMLCanvasElement);
  #transparent: TransparentVideo | undefined;
  #onButton: () => void = () => {};

  constructor() {
    this.#button.addEventListener('click', () => this.#onButton());
    this.#sound.addEventListener('click', () => this.#setMuted(!this.#video.muted));
    this.#video.addEventListener('volumechange', () => this.#showSound());
    this.#showSound();
  }

  /** The stage while a conversation opens: the portrait's still picture and a word of patience. */
  open(posterUrl: string | undefined, sentence: string): void {
    this.#video.srcObject = null;
    this.#showCutOut(undefined);
    if (posterUrl === undefined) this.#poster.removeAttribute('src');
    else this.#poster.src = posterUrl;
    this.#enter('opening', sentence);
  }

  /**
   * Plays the avatar, with sound where the browser allows it, else silently with a button that starts the sound.
   *
   * @throws Error for a transparent one where the browser has no WebGL
   */
  async play(stream: MediaStream, { matte }: VideoShape): Promise<void> {
    this.#video.srcObject = stream;
    this.#showCutOut(matte);
    try {
      await this.#video.play();
      this.#enter('playing');
    } catch (error) {
      if (!(error instanceof DOMException) || error.name !== 'NotAllowedError') throw error;
      this.#setMuted(true);
      await this.#video.play();
      this.#enter('silent', 'The browser waits for you before it plays sound.', 'Start');
      this.#onButton = () => this.unmute();
    }
  }

  /** Shows that something is being prepared, while what is on stage goes on. */
  setBusy(busy: boolean): void {
    this.#stage.setAttribute('aria-busy', String(busy));
  }

  /** Starts the sound; to be called from a gesture. Harmless when it already plays. */
  unmute(): void {
    if (this.#stage.dataset.phase !== 'silent') return;
    this.#setMuted(false);
    void this.#video.play();
    this.#enter('playing');
  }

  /** The conversation is over; the button is the way on. */
  end(sentence: string, buttonText: string, onButton: () => void): void {
    this.#onButton = onButton;
    this.#enter('ended', sentence, buttonText);
  }

  /** Calls `draw` once for each picture that the browser shows. */
  onPicture(draw: () => void): void {
    const next = (): void => {
      draw();
      this.#video.requestVideoFrameCallback(next);
    };
    this.#video.requestVideoFrameCallback(next);
  }

  #showCutOut(matte: VideoShape['matte'] | undefined): void {
    const isCutOut = matte === 'below';
    // The repair of a connection brings the same picture once more.
    if (isCutOut && this.#transparent !== undefined) return;
    this.#stage.dataset.cutOut = String(isCutOut);
    if (this.#transparent !== undefined) {
      this.#transparent.close();
      this.#transparent = undefined;
      const fresh = this.#cutOut.cloneNode() as HTMLCanvasElement;
      this.#cutOut.replaceWith(fresh);
      this.#cutOut = fresh;
    }
    this.#cutOut.hidden = !isCutOut;
    this.#poster.hidden = isCutOut;
    if (isCutOut) this.#transparent = drawTransparent(this.#video, this.#cutOut);
  }

  #enter(phase: Phase, sentence = '', buttonText = ''): void {
    this.#stage.dataset.phase = phase;
    this.#veilText.textContent = sentence;
    this.#buttonText.textContent = buttonText;
    this.#button.hidden = buttonText === '';
    this.#sound.hidden = phase !== 'playing';
  }

  #setMuted(muted: boolean): void {
    this.#video.muted = muted;
  }

  #showSound(): void {
    const on = !this.#video.muted;
    this.#sound.setAttribute('aria-pressed', String(on));
    this.#sound.title = on ? 'Sound is on' : 'Sound is off';
    this.#video.dataset.sound = on ? 'on' : 'off';
  }
}
