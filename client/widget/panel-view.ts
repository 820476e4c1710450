// The opened widget's elements: built once, shown by data attributes and panel.css. Decides nothing.
import { h, icon } from './build.ts';
import type { PanelTexts } from './panel-texts.ts';
import type { AvatarState, ConnectionState } from './widget.d.ts';

/** What lies over the picture. */
export type Veil = 'opening' | 'silent' | 'blocked' | 'ended' | 'none';

/** Longest question that the server takes, in characters. */
const MAX_QUESTION_CHARS = '2000';

export class PanelView {
  readonly #texts: PanelTexts;
  readonly #status = h('span', { class: 'status-text' });
  readonly #veilText = h('p', { class: 'veil-text' });
  readonly #veilButton = h('button', { type: 'button', class: 'primary', part: 'button primary' });
  readonly #notice = h('p', { class: 'hint', part: 'notice', role: 'status' });
  readonly #poster = h('img', { class: 'poster', part: 'poster', alt: '', crossorigin: 'anonymous' });
  readonly panel: HTMLElement;
  readonly video = h('video', { class: 'video', part: 'video', playsinline: true, disablepictureinpicture: true });
  readonly canvas = h('canvas', { class: 'canvas', part: 'video', 'aria-hidden': 'true' });
  readonly captions = h('p', { class: 'captions', part: 'captions', 'aria-hidden': 'true' });
  readonly log: HTMLOListElement;
  readonly topics: HTMLElement;
  readonly sound: HTMLButtonElement;
  readonly minimise: HTMLButtonElement;
  readonly end: HTMLButtonElement;
  readonly stop: HTMLButtonElement;
  readonly form = h('form', { class: 'composer', part: 'composer' });
  readonly message: HTMLInputElement;
  readonly microphone: HTMLButtonElement;
  #onVeil: () => void = () => {};
  #state: AvatarState = 'idle';
  #connection: ConnectionState = 'disconnected';

  constructor(texts: PanelTexts, heading: string, isDialog: boolean) {
    this.#texts = texts;
    this.log = h('ol', { class: 'log', part: 'log', 'aria-label': texts.log, tabindex: '0' });
    this.topics = h('div', { class: 'topics', part: 'topics' });
    this.sound = round('sound', texts.soundOn, 'soundOn');
    this.minimise = round('minimise', texts.minimise, 'minimise');
    this.end = round('end', texts.end, 'end');
    this.stop = round('stop', texts.stop, 'stop');
    this.microphone = round('microphone', texts.hold, 'microphone');
    this.message = h('input', {
      class: 'message',
      part: 'input',
      type: 'text',
      'aria-label': texts.message,
      placeholder: texts.message,
      maxlength: MAX_QUESTION_CHARS,
      autocomplete: 'off',
      enterkeyhint: 'send',
      dir: 'auto',
    });
    const send = round('send', texts.send, 'send');
    send.type = 'submit';
    this.form.append(this.microphone, this.message, this.stop, send);
    this.video.setAttribute('aria-label', heading);
    this.#veilButton.addEventListener('click', () => this.#onVeil());
    const spinner = h('span', { class: 'spinner', 'aria-hidden': 'true' });
    const who = h(
      'p',
      { class: 'who' },
      h('strong', { class: 'name', part: 'heading' }, heading),
      h('span', { class: 'status', role: 'status' }, this.#status),
    );
    const stage = h(
      'div',
      { class: 'stage', part: 'stage' },
      this.#poster,
      this.video,
      this.canvas,
      h('div', { class: 'veil', part: 'veil' }, spinner, this.#veilText, this.#veilButton),
      h('header', { class: 'bar', part: 'header' }, who, this.sound, this.minimise, this.end),
      h(
        'span',
        { class: 'mark', part: 'mark', role: 'img', 'aria-label': texts.disclosure, title: texts.disclosure },
        icon('ai'),
      ),
      h('div', { class: 'foot' }, this.captions),
    );
    // A list may not be a log itself.
    const said = h('div', { class: 'said', role: 'log' }, this.log);
    const disclosure = h('p', { class: 'disclosure', part: 'disclosure' }, texts.disclosure);
    const talk = h('div', { class: 'talk', part: 'talk' }, said, this.topics, this.#notice, this.form, disclosure);
    const role = isDialog ? 'dialog' : 'region';
    this.panel = h('section', { class: 'panel', part: 'panel', role, 'aria-label': heading }, stage, talk);
    this.showState('idle');
  }

  get veil(): string | undefined {
    return this.panel.dataset.veil;
  }

  showVeil(veil: Veil, sentence = '', buttonText = '', onButton: () => void = () => {}): void {
    this.panel.dataset.veil = veil;
    this.#veilText.textContent = sentence;
    this.#veilButton.replaceChildren(...(buttonText === '' ? [] : [icon('play'), buttonText]));
    this.#veilButton.hidden = buttonText === '';
    this.#onVeil = onButton;
  }

  showState(state: AvatarState): void {
    this.#state = state;
    this.panel.dataset.state = state;
    this.#showStatus();
  }

  showConnection(connection: ConnectionState): void {
    this.#connection = connection;
    this.panel.dataset.connection = connection;
    this.#showStatus();
  }

  showSound(muted: boolean): void {
    const label = muted ? this.#texts.soundOff : this.#texts.soundOn;
    this.sound.setAttribute('aria-label', label);
    this.sound.title = label;
    this.sound.replaceChildren(icon(muted ? 'soundOff' : 'soundOn'));
  }

  /** Whether the page is seen around the person, and whether the picture comes with a matte that does it. */
  showTransparent(wished: boolean, matte: boolean): void {
    this.panel.dataset.transparent = String(wished);
    this.panel.dataset.matte = String(matte);
  }

  showStill(address: string): void {
    this.#poster.src = address;
  }

  /** Questions to touch; gone with the first thing that is said. */
  offer(questions: readonly string[], onChoice: (question: string) => void): void {
    const buttons = questions.map((question) => {
      const button = h('button', { type: 'button', class: 'topic', part: 'topic' }, question);
      button.addEventListener('click', () => onChoice(question));
      return button;
    });
    this.topics.replaceChildren(...buttons);
  }

  /** That one talks with an AI, before anything is said; nothing on a conversation that only goes on. */
  announce(sentence: string | undefined): void {
    if (sentence === undefined) return;
    this.log.prepend(h('li', { class: 'announcement', part: 'announcement' }, icon('ai'), sentence));
  }

  say(sentence: string): void {
    this.#notice.textContent = sentence;
  }

  #showStatus(): void {
    const { connecting, reconnecting, ended, live, listening, thinking, speaking } = this.#texts;
    const states = { idle: live, listening, thinking, speaking };
    const connections = { connecting, reconnecting, disconnected: ended, connected: states[this.#state] };
    this.#status.textContent = connections[this.#connection];
  }
}

function round(name: string, label: string, picture: Parameters<typeof icon>[0]): HTMLButtonElement {
  const attributes = {
    type: 'button',
    class: `round ${name}`,
    part: `button ${name}`,
    'aria-label': label,
    title: label,
  };
  return h('button', attributes, icon(picture));
}
