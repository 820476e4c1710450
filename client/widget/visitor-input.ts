// What the visitor says to the opened widget: written in its line, touched among the topics, or spoken while a button is held.
import type { LiveAvatar } from '../src/live-avatar.ts';
import { pushToTalk } from '../src/push-to-talk.ts';
import type { PanelTexts } from './panel-texts.ts';
import type { PanelView } from './panel-view.ts';

export interface VisitorInputParts {
  view: PanelView;
  texts: PanelTexts;
  avatar: LiveAvatar;
  /** Opens a conversation where none is open. */
  connect: () => Promise<void>;
  /** Any use is the gesture that the browser waited for before it plays sound. */
  onUse: () => void;
  onRefused: (error: unknown) => void;
}

export class VisitorInput {
  readonly #parts: VisitorInputParts;
  readonly #button: { release: () => void };

  constructor(parts: VisitorInputParts) {
    this.#parts = parts;
    const { microphone, form } = parts.view;
    this.#button = pushToTalk(microphone, (down) => void this.#talk(down));
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#send();
    });
  }

  /** The button is let go, whoever holds it. */
  release(): void {
    this.#button.release();
  }

  /** @returns whether the server took it */
  async ask(text: string): Promise<boolean> {
    const { view, avatar, connect, onUse, onRefused } = this.#parts;
    onUse();
    view.say('');
    try {
      await connect();
      await avatar.ask(text);
      return true;
    } catch (error) {
      onRefused(error);
      return false;
    }
  }

  async #talk(down: boolean): Promise<void> {
    const { view, texts, avatar, connect, onUse, onRefused } = this.#parts;
    onUse();
    view.say(down ? texts.release : '');
    try {
      if (down) await connect();
      await avatar.talk(down);
    } catch (error) {
      this.#button.release();
      onRefused(error);
    }
  }

  async #send(): Promise<void> {
    const { message } = this.#parts.view;
    const text = message.value.trim();
    if (text === '') return;
    message.value = '';
    // What was refused comes back to be sent again, unless something else was typed meanwhile.
    if (!(await this.ask(text)) && message.value === '') message.value = text;
  }
}
