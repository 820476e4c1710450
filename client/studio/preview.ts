// The avatar live, as visitors would see it: it says what is typed.
import { ApiError } from '../src/api.ts';
import { Captions } from '../src/captions.ts';
import { element } from '../src/dom.ts';
import { LiveAvatar } from '../src/live-avatar.ts';
import { ownServer } from '../src/server.ts';
import type { Avatar } from './api.ts';
import { showPicture } from './picture.ts';

export interface PreviewHandlers {
  onRefused: (sentence: string) => void;
  /** It may have been taken back meanwhile. */
  onEnded: () => void;
}

export class Preview {
  readonly #stage = element('stage', HTMLElement);
  readonly #poster = element('poster', HTMLImageElement);
  readonly #veilText = element('veil-text', HTMLElement);
  readonly #button = element('veil-button', HTMLButtonElement);
  readonly #form = element('preview-form', HTMLFormElement);
  readonly #text = element('preview-text', HTMLTextAreaElement);
  readonly #send = element('preview-speak', HTMLButtonElement);
  readonly #handlers: PreviewHandlers;
  readonly #live: LiveAvatar;
  #avatar: Avatar | undefined;

  constructor(handlers: PreviewHandlers) {
    this.#handlers = handlers;
    this.#live = new LiveAvatar({
      server: ownServer,
      video: element('avatar', HTMLVideoElement),
      captions: new Captions(element('captions', HTMLElement), element('captions-spoken', HTMLElement)),
      handlers: {
        onEvent: (event) => {
          if (event.type === 'state') document.body.dataset.state = event.state;
          if (event.type === 'warning' || event.type === 'error') handlers.onRefused(event.message);
        },
        onStatus: () => undefined,
        onPlay: () => this.#enter('playing'),
        onMediaBlocked: () => this.#enter('ended', 'No sound and picture get through to this browser.'),
        onEnd: (error) => {
          this.#enter('ended', error.message);
          handlers.onEnded();
        },
      },
    });
    this.#button.addEventListener('click', () => void this.#open());
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#speak();
    });
  }

  show(avatar: Avatar): void {
    const isAnother = this.#avatar?.id !== avatar.id || this.#avatar.version !== avatar.version;
    this.#avatar = avatar;
    void showPicture(this.#poster, avatar);
    if (isAnother) this.close();
    // What has ended itself says why; that stays until it may be shown again.
    if (isAnother || avatar.consent === 'valid') this.#offer();
  }

  /** Options were changed: they count from the next conversation on. */
  restart(): void {
    if (this.#live.session === undefined) return;
    this.#live.close();
    this.#offer();
  }

  close(): void {
    this.#live.close();
    document.body.dataset.state = 'idle';
  }

  #offer(): void {
    if (this.#live.session !== undefined) return;
    const may = this.#avatar?.consent === 'valid';
    this.#enter('ended', may ? '' : 'It may be seen here once somebody has agreed.');
  }

  async #open(): Promise<boolean> {
    const avatar = this.#avatar;
    if (avatar === undefined) return false;
    this.#enter('opening', 'Waking the avatar');
    try {
      await this.#live.open({ avatar: avatar.id });
      return true;
    } catch (error) {
      if (!(error instanceof ApiError)) console.error(error);
      const sentence = error instanceof ApiError ? error.message : 'The avatar could not be opened: try again.';
      this.#enter('ended', sentence);
      return false;
    }
  }

  async #speak(): Promise<void> {
    const text = this.#text.value.trim();
    if (text === '') return;
    this.#send.disabled = true;
    try {
      if (this.#live.session === undefined && !(await this.#open())) return;
      await this.#live.speak(text);
      await this.#live.unmute().catch(() => undefined); // played before it came: the browser has its gesture now
    } catch (error) {
      this.#handlers.onRefused(error instanceof ApiError ? error.message : 'That could not be spoken: try again.');
    } finally {
      this.#send.disabled = false;
    }
  }

  #enter(phase: 'opening' | 'playing' | 'ended', sentence = ''): void {
    this.#stage.dataset.phase = phase;
    this.#veilText.textContent = sentence;
    const may = this.#avatar?.consent === 'valid';
    this.#button.hidden = phase !== 'ended' || !may;
    this.#send.disabled = !may;
  }
}
