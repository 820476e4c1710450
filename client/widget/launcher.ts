// <vaktra-avatar>: the part that every visitor loads. A small button (floating) or a still picture (inline), and the element's API; the
// rest (panel.ts, with WebRTC) comes with the first use. Whatever fails here fails inside the element, never on the host page.
import { h, icon, sheetOf } from './build.ts';
import launcherCss from './launcher.css?inline';
import { LAUNCHER_TEXTS } from './launcher-texts.ts';
import { type Options, readOptions } from './options.ts';
import type { Panel } from './panel.ts';
import { Remembered } from './remember.ts';
import type { AvatarState, ConnectionState, SpeakOptions, VaktraAvatarElement } from './widget.d.ts';

/** Built as one file beside the server's start page. In a variable, because Vite takes a URL of import.meta for a file to copy. */
const thisScript = import.meta.url;
const HOME = new URL('./', thisScript);
const TAG = 'vaktra-avatar';
const RIGHT_TO_LEFT = 'ar';

// Where there is no document (a server that renders the host page) the module can still be imported.
const Base = globalThis.HTMLElement ?? (class {} as typeof HTMLElement);

class VaktraAvatar extends Base implements VaktraAvatarElement {
  static readonly observedAttributes = ['lang', 'mode', 'avatar', 'portrait', 'server', 'heading'];
  readonly #shadow = this.attachShadow({ mode: 'open' });
  #root: HTMLElement | undefined;
  #options: Options | undefined;
  #panel: Panel | undefined;
  #script: Promise<typeof import('./panel.ts')> | undefined;
  #loading: Promise<Panel> | undefined;

  get state(): AvatarState {
    return this.#panel?.state ?? 'idle';
  }

  get connection(): ConnectionState {
    return this.#panel?.connection ?? 'disconnected';
  }

  get muted(): boolean {
    return this.#panel?.muted ?? this.#remembered().device.muted ?? false;
  }

  connectedCallback(): void {
    if (this.#root !== undefined) return; // moved within the page
    this.#render();
    const { isOpen, session } = this.#remembered().tab;
    if (session !== undefined) void this.#open(isOpen === true, true);
  }

  disconnectedCallback(): void {
    // An element that is only moved is back by the end of this task.
    queueMicrotask(() => {
      if (!this.isConnected) this.#clear();
    });
  }

  attributeChangedCallback(): void {
    if (this.#root === undefined || this.#panel !== undefined) return;
    this.#clear();
    this.#render();
  }

  async connect(): Promise<void> {
    await this.#open(true, false);
  }

  disconnect(): void {
    this.#panel?.disconnect();
  }

  async speak(text: string, options: SpeakOptions = {}): Promise<void> {
    await (await this.#connected()).speak(text, options);
  }

  async ask(text: string): Promise<void> {
    await (await this.#connected()).ask(text);
  }

  interrupt(): void {
    this.#panel?.interrupt();
  }

  mute(muted = true): void {
    this.#remembered().device = { muted };
    this.#panel?.mute(muted);
  }

  minimise(): void {
    this.#panel?.minimise();
  }

  async #connected(): Promise<Panel> {
    const panel = await this.#load();
    await panel.connect();
    return panel;
  }

  /** Shows the panel; `resume`: only if the conversation that was left on the page before still lives. */
  async #open(visibly: boolean, resume: boolean): Promise<void> {
    try {
      const panel = await this.#load();
      if (resume) await panel.resume(visibly);
      else await panel.open();
    } catch (error) {
      this.#say(error);
    }
  }

  #load(): Promise<Panel> {
    this.#loading ??= this.#fetchPanel().catch((error: unknown) => {
      this.#loading = undefined;
      throw error;
    });
    return this.#loading;
  }

  async #fetchPanel(): Promise<Panel> {
    const options = this.#options;
    const root = this.#root;
    if (options === undefined || root === undefined) throw new Error(`<${TAG}> is not on the page.`);
    root.dataset.phase = 'loading';
    const { Panel } = await this.#fetchScript(options);
    if (this.#root !== root) throw new Error(`<${TAG}> was taken off the page.`);
    this.#panel = new Panel({ host: this, shadow: this.#shadow, root, options, remembered: this.#remembered() });
    return this.#panel;
  }

  /** Begins as soon as the button is likely to be pressed; what fails is tried again when it is. */
  #fetchScript({ server }: Options): Promise<typeof import('./panel.ts')> {
    const fetchIt = async () => {
      // Browsers remember a script that could not be loaded as missing: so ask first whether the server is there.
      const answer = await fetch(new URL('healthz', server.base));
      if (!answer.ok) throw new Error(`The server answered ${answer.status}.`);
      return import('./panel.ts');
    };
    this.#script ??= fetchIt().catch((error: unknown) => {
      this.#script = undefined;
      throw error;
    });
    return this.#script;
  }

  #say(error: unknown): void {
    const root = this.#root;
    if (root === undefined || this.#panel !== undefined) return;
    root.dataset.phase = 'away';
    const notice = root.querySelector('.notice');
    if (notice !== null && this.#options) notice.textContent = LAUNCHER_TEXTS[this.#options.language].away;
    const detail = { code: 'unreachable', message: error instanceof Error ? error.message : String(error) };
    this.dispatchEvent(new CustomEvent('error', { detail }));
  }

  #render(): void {
    const options = readOptions(this, HOME);
    this.#options = options;
    const texts = LAUNCHER_TEXTS[options.language];
    const words = options.floating ? texts.open : texts.start;
    const button = h(
      'button',
      { type: 'button', class: 'launcher', part: 'launcher', 'aria-expanded': 'false' },
      options.floating ? icon('talk') : icon('play'),
      h('span', { class: 'launcher-label', part: 'launcher-label' }, options.heading ?? words),
    );
    button.setAttribute('aria-label', options.heading === undefined ? words : `${options.heading}: ${words}`);
    button.addEventListener('click', () => void this.#open(true, false));
    for (const sign of ['pointerenter', 'focus']) {
      button.addEventListener(sign, () => void this.#fetchScript(options).catch(() => undefined), { once: true });
    }
    const direction = options.language === RIGHT_TO_LEFT ? 'rtl' : 'ltr';
    const root = h('div', { class: 'root', part: 'root', lang: options.language, dir: direction });
    root.dataset.mode = options.floating ? 'floating' : 'inline';
    root.dataset.phase = 'closed';
    root.append(
      h('div', { class: 'start' }, this.#still(options), button),
      h('p', { class: 'notice', role: 'status' }),
    );
    this.#root = root;
    this.#shadow.adoptedStyleSheets = [sheetOf(launcherCss)];
    this.#shadow.replaceChildren(root);
  }

  /** The portrait at rest, where the page names one; without it nothing is asked of the server before the first use. */
  #still({ portrait, server, floating }: Options): HTMLElement {
    if (portrait === undefined) return h('span', { class: 'still' });
    const still = h('img', { class: 'still', part: 'still', alt: '', crossorigin: 'anonymous', decoding: 'async' });
    still.addEventListener('error', () => still.remove());
    const picture = floating ? 'thumbnail.jpg' : 'still.jpg';
    still.src = new URL(`v1/portraits/${encodeURIComponent(portrait)}/${picture}`, server.base).href;
    return still;
  }

  #remembered(): Remembered {
    return new Remembered(this.id || this.getAttribute('avatar') || this.getAttribute('portrait') || 'default');
  }

  #clear(): void {
    this.#panel?.close();
    this.#panel = undefined;
    this.#loading = undefined;
    this.#root = undefined;
    this.#shadow.replaceChildren();
  }
}

// A page may bring the script twice.
if (globalThis.customElements !== undefined && customElements.get(TAG) === undefined) {
  customElements.define(TAG, VaktraAvatar);
}
