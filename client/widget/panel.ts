// The opened widget: a conversation on its stage, what was said below it, and a line to write in. Loaded with the first use.
// Says everything that goes wrong in the visitor's language, and by an event in the server's own words.
import { ApiError, listLanguages, listPortraits, thumbnailUrl } from '../src/api.ts';
import { Captions } from '../src/captions.ts';
import type { ConnectionStatus } from '../src/conversation.ts';
import { LiveAvatar } from '../src/live-avatar.ts';
import { pushToTalk } from '../src/push-to-talk.ts';
import type { ServerEvent } from '../src/socket.ts';
import { Transcript } from '../src/transcript.ts';
import { drawTransparent, type TransparentVideo } from '../src/transparent.ts';
import { icon, sheetOf } from './build.ts';
import type { Options } from './options.ts';
import panelCss from './panel.css?inline';
import { PANEL_TEXTS, type PanelTexts, sentenceFor } from './panel-texts.ts';
import { buildPanel, type PanelView } from './panel-view.ts';
import type { Remembered } from './remember.ts';
import { TokenError } from './token.ts';
import { voiceFor } from './voice.ts';
import type { AvatarState, ConnectionState, SpeakOptions } from './widget.d.ts';

export interface PanelParts {
  /** The element, from which events go out. */
  host: HTMLElement;
  shadow: ShadowRoot;
  /** What the launcher stands in. */
  root: HTMLElement;
  options: Options;
  remembered: Remembered;
}

/** What lies over the picture. */
type Veil = 'opening' | 'silent' | 'blocked' | 'ended' | 'none';

const CONNECTION: Record<ConnectionStatus, ConnectionState> = {
  connecting: 'connecting',
  connected: 'connected',
  reconnecting: 'reconnecting',
  ended: 'disconnected',
};

export class Panel {
  readonly #parts: PanelParts;
  readonly #texts: PanelTexts;
  readonly #view: PanelView;
  readonly #transcript: Transcript;
  readonly #avatar: LiveAvatar;
  readonly #talkButton: { release: () => void };
  #transparent: TransparentVideo | undefined;
  #connecting: Promise<void> | undefined;
  #veilAction: () => void = () => {};
  state: AvatarState = 'idle';
  connection: ConnectionState = 'disconnected';

  constructor(parts: PanelParts) {
    this.#parts = parts;
    const { options, shadow, remembered } = parts;
    this.#texts = PANEL_TEXTS[options.language];
    this.#view = buildPanel(this.#texts, options.heading ?? this.#texts.heading, options.floating);
    const { you: visitor, avatar, agent, from } = this.#texts;
    this.#transcript = new Transcript(this.#view.log, {
      names: { visitor, avatar: options.heading ?? avatar, agent },
      source: (title) => from + title,
    });
    // The log is what a screen reader reads, so nobody listens to the captions' own region.
    const captions = new Captions(this.#view.captions, document.createElement('p'));
    this.#avatar = new LiveAvatar({
      server: options.server,
      video: this.#view.video,
      captions,
      handlers: {
        onEvent: (event) => this.#receive(event),
        onStatus: (status) => this.#showConnection(CONNECTION[status]),
        onPlay: (withSound) => this.#played(withSound),
        onMediaBlocked: () => this.#showVeil('blocked', this.#texts.noMedia),
        onEnd: (error) => this.#ended(error),
      },
    });
    this.#talkButton = pushToTalk(this.#view.microphone, (down) => void this.#talk(down));
    this.#view.microphone.hidden = !options.hasMicrophone;
    this.#view.captions.hidden = !options.hasCaptions;
    this.#view.panel.dataset.transparent = String(options.transparent);
    this.mute(remembered.device.muted === true);
    this.#listen();
    this.#showConnection('disconnected');
    shadow.adoptedStyleSheets = [...shadow.adoptedStyleSheets, sheetOf(panelCss)];
    parts.root.append(this.#view.panel);
  }

  get muted(): boolean {
    return this.#view.video.muted;
  }

  /** Shows the panel and connects, if nothing is connected; what fails is said on the panel. */
  async open(): Promise<void> {
    this.#show();
    await this.connect().catch((error: unknown) => console.warn('The avatar could not be reached:', error));
  }

  /** Goes on with the conversation of the page before, if it still lives. */
  async resume(visibly: boolean): Promise<void> {
    const { session } = this.#parts.remembered.tab;
    this.#close();
    if (session === undefined) return;
    if (visibly) this.#show(false);
    else this.#parts.root.dataset.phase = 'minimised';
    this.#showVeil('opening', this.#texts.connecting);
    this.#view.poster.src = this.#parts.options.portrait ? this.#still(this.#parts.options.portrait) : '';
    try {
      const said = await this.#avatar.resume(session.id, session.token);
      for (const { who, text, sample } of said) this.#transcript.say(who, text, sample, true);
      this.#entered();
    } catch {
      this.#forget(); // it is over, as conversations are after a while
      this.#close();
    }
  }

  /** @throws ApiError, TokenError */
  connect(): Promise<void> {
    if (this.#avatar.session !== undefined && this.#connecting === undefined) return Promise.resolve();
    this.#connecting ??= this.#connect().finally(() => {
      this.#connecting = undefined;
    });
    return this.#connecting;
  }

  disconnect(): void {
    if (this.#avatar.session === undefined) return;
    this.#leave();
    this.#close();
    this.#tell('disconnected', { code: 'conversation_closed', message: 'The page ended the conversation.' });
  }

  async speak(text: string, options: SpeakOptions): Promise<void> {
    await this.#avatar.speak(text, options);
  }

  async ask(text: string): Promise<void> {
    await this.#avatar.ask(text);
  }

  interrupt(): void {
    this.#avatar.interrupt();
  }

  mute(muted: boolean): void {
    const { video, sound } = this.#view;
    video.muted = muted;
    const label = muted ? this.#texts.soundOff : this.#texts.soundOn;
    sound.setAttribute('aria-label', label);
    sound.title = label;
    sound.replaceChildren(icon(muted ? 'soundOff' : 'soundOn'));
    if (!muted && this.#view.panel.dataset.veil === 'silent') this.#showVeil('none');
    this.#tell('mute', { muted });
  }

  minimise(): void {
    if (!this.#parts.options.floating || this.#parts.root.dataset.phase !== 'open') return;
    this.#parts.root.dataset.phase = 'minimised';
    this.#remember();
    const launcher = this.#parts.root.querySelector<HTMLElement>('.launcher');
    launcher?.setAttribute('aria-expanded', 'false');
    launcher?.focus();
    this.#tell('minimise');
  }

  /** Ends all of it: the element left the page. */
  close(): void {
    this.#leave();
  }

  async #connect(): Promise<void> {
    const { options } = this.#parts;
    const { server } = options;
    this.#transcript.clear();
    this.#say('');
    this.#showVeil('opening', this.#texts.connecting);
    try {
      const voice = listLanguages(server).then((languages) => voiceFor(options.voice, languages));
      const id = options.portrait ?? (await firstPortrait(options));
      this.#view.poster.src = this.#still(id);
      const canBeTransparent = !options.transparent || hasWebGl();
      await this.#avatar.open({ id }, canBeTransparent ? options.look : { ...options.look, background: 'blur' });
      this.#entered();
      const language = await voice;
      if (language !== undefined) await this.#avatar.request({ type: 'language', language });
      if (options.greeting) await this.#avatar.speak(options.greeting, language === undefined ? {} : { language });
    } catch (error) {
      const { code, message } = describe(error);
      this.#leave();
      this.#offer(sentenceFor(code, this.#texts));
      this.#tell('error', { code, message });
      throw error;
    }
  }

  #entered(): void {
    const { session } = this.#avatar;
    if (session === undefined) return;
    this.#remember();
    if (session.video.matte && hasWebGl()) this.#transparent = drawTransparent(this.#view.video, this.#view.canvas);
    this.#view.panel.dataset.matte = String(this.#transparent !== undefined);
    this.#tell('connected', { session: session.id });
  }

  #leave(): void {
    this.#talkButton.release();
    this.#transparent?.close();
    this.#transparent = undefined;
    this.#avatar.close();
    this.#forget();
    this.#showState('idle');
    this.#showConnection('disconnected');
  }

  #ended(error: ApiError): void {
    this.#leave();
    this.#offer(sentenceFor(error.code, this.#texts));
    this.#tell('disconnected', { code: error.code, message: error.message });
  }

  #offer(sentence: string): void {
    this.#showVeil('ended', sentence, this.#texts.again, () => void this.open());
  }

  #played(withSound: boolean): void {
    if (withSound) this.#showVeil('none');
    else this.#showVeil('silent', '', this.#texts.tapForSound, () => this.#unmute());
  }

  #unmute(): void {
    this.mute(false);
    void this.#avatar.unmute();
  }

  #receive(event: ServerEvent): void {
    const { type, ...detail } = event;
    if (event.type === 'state') this.#showState(event.state);
    else if (event.type === 'transcript') this.#transcript.say(event.who, event.text, event.sample, event.final);
    else if (event.type === 'source') this.#transcript.showSource(event.title);
    else if (event.type === 'hand_over') this.#say(this.#texts.handOver);
    else if (event.type === 'error') this.#say(sentenceFor(event.code, this.#texts));
    this.#tell(type, detail);
  }

  async #talk(down: boolean): Promise<void> {
    const { panel } = this.#view;
    this.#unsilence();
    panel.dataset.talking = String(down);
    this.#say(down ? this.#texts.release : '');
    try {
      if (down) await this.connect();
      await this.#avatar.talk(down);
    } catch (error) {
      this.#talkButton.release();
      this.#complain(error);
    }
  }

  async #send(): Promise<void> {
    const { message } = this.#view;
    const text = message.value.trim();
    if (text === '') return;
    this.#unsilence();
    message.value = '';
    this.#say('');
    try {
      await this.connect();
      await this.#avatar.ask(text);
    } catch (error) {
      // What was refused comes back to be sent again, unless something else was typed meanwhile.
      if (message.value === '') message.value = text;
      this.#complain(error);
    }
  }

  #complain(error: unknown): void {
    const { code, message } = describe(error);
    this.#say(sentenceFor(code, this.#texts));
    this.#tell('error', { code, message });
  }

  /** Any use of the panel is the gesture that the browser waited for. */
  #unsilence(): void {
    if (this.#view.panel.dataset.veil === 'silent') this.#unmute();
  }

  #listen(): void {
    const { veilButton, sound, minimise, end, stop, form, panel } = this.#view;
    const launcher = this.#parts.root.querySelector('.launcher');
    veilButton.addEventListener('click', () => this.#veilAction());
    sound.addEventListener('click', () => {
      this.#parts.remembered.device = { muted: !this.muted };
      this.mute(!this.muted);
    });
    minimise.hidden = !this.#parts.options.floating;
    minimise.addEventListener('click', () => this.minimise());
    end.addEventListener('click', () => {
      if (this.#avatar.session === undefined) this.#close();
      else this.disconnect();
      launcher instanceof HTMLElement && launcher.focus();
    });
    stop.addEventListener('click', () => this.interrupt());
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#send();
    });
    panel.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') this.minimise();
      // The host page's own shortcuts must not fire while somebody writes here.
      event.stopPropagation();
    });
  }

  #show(withFocus = true): void {
    this.#parts.root.dataset.phase = 'open';
    this.#parts.root.querySelector('.launcher')?.setAttribute('aria-expanded', 'true');
    if (withFocus) this.#view.message.focus({ preventScroll: true });
    this.#remember();
    this.#tell('open');
  }

  #close(): void {
    const { root } = this.#parts;
    root.dataset.phase = 'closed';
    root.querySelector('.launcher')?.setAttribute('aria-expanded', 'false');
  }

  #showVeil(veil: Veil, sentence = '', buttonText = '', onButton: () => void = () => {}): void {
    const { panel, veilText, veilButton } = this.#view;
    panel.dataset.veil = veil;
    veilText.textContent = sentence;
    veilButton.replaceChildren(...(buttonText === '' ? [] : [icon('play'), buttonText]));
    veilButton.hidden = buttonText === '';
    this.#veilAction = onButton;
  }

  #showState(state: AvatarState): void {
    this.state = state;
    this.#view.panel.dataset.state = state;
    this.#showStatus();
  }

  #showConnection(connection: ConnectionState): void {
    this.connection = connection;
    this.#view.panel.dataset.connection = connection;
    this.#showStatus();
  }

  #showStatus(): void {
    const { connecting, reconnecting, ended, live, listening, thinking, speaking } = this.#texts;
    const states = { idle: live, listening, thinking, speaking };
    const connections = { connecting, reconnecting, disconnected: ended, connected: states[this.state] };
    this.#view.status.textContent = connections[this.connection];
  }

  #say(sentence: string): void {
    this.#view.notice.textContent = sentence;
  }

  #still(portrait: string): string {
    return thumbnailUrl(portrait, this.#parts.options.server);
  }

  #remember(): void {
    const session = this.#avatar.session;
    const isOpen = this.#parts.root.dataset.phase === 'open';
    if (session === undefined) return;
    const { id, token } = session;
    this.#parts.remembered.tab = { isOpen, session: { id, ...(token !== undefined && { token }) } };
  }

  #forget(): void {
    this.#parts.remembered.tab = {};
  }

  #tell(type: string, detail?: object): void {
    this.#parts.host.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

async function firstPortrait({ server }: Options): Promise<string> {
  const { portraits } = await listPortraits(server);
  const [first] = portraits;
  if (first === undefined) throw new ApiError('portrait_unknown', 'The server has no portraits.');
  return first.id;
}

function describe(error: unknown): { code: string; message: string } {
  if (error instanceof ApiError) return error;
  if (error instanceof TokenError) return { code: 'token_missing', message: error.message };
  console.error(error);
  return { code: 'internal', message: error instanceof Error ? error.message : String(error) };
}

function hasWebGl(): boolean {
  return document.createElement('canvas').getContext('webgl') !== null;
}
