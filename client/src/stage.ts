// The stage: the avatar's video with its sound, and the veil over it that says what is going on and offers the one button
// that is needed then. Browsers refuse sound before a gesture: then the picture plays silently until "Start" is pressed.
import { element } from './dom.ts';

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
    if (posterUrl === undefined) this.#poster.removeAttribute('src');
    else this.#poster.src = posterUrl;
    this.#enter('opening', sentence);
  }

  /** Plays the avatar, with sound where the browser allows it, else silently with a button that starts the sound. */
  async play(stream: MediaStream): Promise<void> {
    this.#video.srcObject = stream;
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
