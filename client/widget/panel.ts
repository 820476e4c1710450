// The opened widget: a conversation on its stage, what was said below it, and a line to write in. Loaded with the first use.
// Says everything that goes wrong in the visitor's language, and by an event in the server's own words.
import { ApiError, listLanguages, listPortraits, listTopics, stillUrl } from '../src/api.ts';
import { Captions } from '../src/captions.ts';
import type { ConnectionStatus } from '../src/conversation.ts';
import { LiveAvatar } from '../src/live-avatar.ts';
import { pushToTalk } from '../src/push-to-talk.ts';
import type { ServerEvent } from '../src/socket.ts';
import { Transcript } from '../src/transcript.ts';
import { drawTransparent, type TransparentVideo } from '../src/transparent.ts';
import { sheetOf } from './build.ts';
import { faultOf, sentenceFor } from './faults.ts';
import type { Options } from './options.ts';
import panelCss from './panel.css?inline';
import { PANEL_TEXTS, type PanelTexts } from './panel-texts.ts';
import { PanelView } from './panel-view.ts';
import type { Remembered } from './remember.ts';
import { voiceFor } from './voice.ts';
import type { AvatarState, ConnectionState, SpeakOptions } from './widget.d.ts';

/** Questions that are offered before anything was said. */
const TOPICS_OFFERED = 3;

export interface PanelParts {
  /** The element, from which events go out. */
  host: HTMLElement;
  shadow: ShadowRoot;
  /** What the launcher stands in. */
  root: HTMLElement;
  options: Options;
  remembered: Remembered;
}

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
  state: AvatarState = 'idle';
  connection: ConnectionState = 'disconnected';

  constructor(parts: PanelParts) {
    this.#parts = parts;
    const { options, shadow, remembered, root } = parts;
    this.#texts = PANEL_TEXTS[options.language];
    this.#view = new PanelView(this.#texts, options.heading ?? this.#texts.heading, options.floating);
    const { you: visitor, avatar, agent, from } = this.#texts;
    this.#transcript = new Transcript(this.#view.log, {
      names: { visitor, avatar: options.heading ?? avatar, agent },
      source: (title) => from + title,
    });
    this.#avatar = new LiveAvatar({
      server: options.server,
      video: this.#view.video,
      // The log is what a screen reader reads, so nobody listens to the captions' own region.
      captions: new Captions(this.#view.captions, document.createElement('p')),
      handlers: {
        onEvent: (event) => this.#receive(event),
        onStatus: (status) => this.#showConnection(CONNECTION[status]),
        onPlay: (withSound) => this.#played(withSound),
        onMediaBlocked: () => this.#view.showVeil('blocked', this.#texts.noMedia),
        onEnd: (error) => this.#ended(error),
      },
    });
    this.#talkButton = pushToTalk(this.#view.microphone, (down) => void this.#talk(down));
    this.#view.microphone.hidden = !options.hasMicrophone;
    this.#view.captions.hidden = !options.hasCaptions;
    this.#view.showTransparent(options.transparent, false);
    this.#view.video.muted = remembered.device.muted === true;
    this.#view.showSound(this.muted);
    this.#listen();
    this.#showConnection('disconnected');
    shadow.adoptedStyleSheets = [...shadow.adoptedStyleSheets, sheetOf(panelCss)];
    root.append(this.#view.panel);
  }

  get muted(): boolean {
    return this.#view.video.muted;
  }

  /** Shows the panel and connects, if nothing is connected; what fails is said on the panel. */
  async open(): Promise<void> {
    this.#show(true);
    await this.connect().catch((error: unknown) => console.warn('The avatar could not be reached:', error));
  }

  /** Goes on with the conversation of the page before, if it still lives. */
  async resume(visibly: boolean): Promise<void> {
    const { options, remembered } = this.#parts;
    const { session } = remembered.tab;
    if (session === undefined) return;
    if (options.portrait !== undefined) this.#view.showStill(stillUrl(options.portrait, options.server));
    this.#view.showVeil('opening', this.#texts.connecting);
    if (visibly) this.#show(false);
    else this.#setPhase('minimised');
    try {
      const said = await this.#avatar.resume(session.id, session.token);
      for (const { who, text, sample } of said) this.#transcript.say(who, text, sample, true);
      this.#entered();
    } catch {
      // It is over, as conversations are after a while: the widget begins anew.
      remembered.tab = {};
      this.#setPhase('closed');
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
    this.#setPhase('closed');
    if (this.#avatar.session === undefined) return;
    this.close();
    this.#tell('disconnected', { code: 'conversation_closed', message: 'The conversation was ended on this page.' });
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
    this.#view.video.muted = muted;
    this.#view.showSound(muted);
    if (!muted && this.#view.veil === 'silent') this.#view.showVeil('none');
    this.#tell('mute', { muted });
  }

  minimise(): void {
    if (!this.#parts.options.floating || this.#parts.root.dataset.phase !== 'open') return;
    this.#setPhase('minimised');
    this.#remember();
    this.#launcher?.focus();
    this.#tell('minimise');
  }

  /** Ends the conversation and frees what it held. */
  close(): void {
    this.#talkButton.release();
    this.#transparent?.close();
    this.#transparent = undefined;
    this.#avatar.close();
    this.#parts.remembered.tab = {};
    this.#showState('idle');
    this.#showConnection('disconnected');
  }

  async #connect(): Promise<void> {
    const { options } = this.#parts;
    const { server, look, greeting } = options;
    this.#transcript.clear();
    this.#view.say('');
    this.#view.showVeil('opening', this.#texts.connecting);
    try {
      const id = options.portrait ?? (await firstPortrait(options));
      this.#view.showStill(stillUrl(id, server));
      const languages = listLanguages(server);
      // Without WebGL nothing can be seen through.
      await this.#avatar.open({ id }, options.transparent && !hasWebGl() ? { ...look, background: 'blur' } : look);
      this.#entered();
      const language = voiceFor(options.voice, await languages);
      if (language !== undefined) await this.#avatar.request({ type: 'language', language });
      if (greeting) await this.#avatar.speak(greeting, language === undefined ? {} : { language });
      else await this.#offerTopics(language ?? options.voice);
    } catch (error) {
      const fault = faultOf(error);
      this.close();
      this.#offerAnew(sentenceFor(fault.code, this.#texts));
      this.#tell('error', fault);
      throw error;
    }
  }

  #entered(): void {
    const { session } = this.#avatar;
    if (session === undefined) return;
    this.#remember();
    const { video, canvas } = this.#view;
    if (session.video.matte === 'below') this.#transparent = drawTransparent(video, canvas);
    this.#view.showTransparent(this.#parts.options.transparent, this.#transparent !== undefined);
    this.#tell('connected', { session: session.id });
  }

  async #offerTopics(language: string): Promise<void> {
    const topics = await listTopics(language, this.#parts.options.server);
    this.#view.offer(topics.slice(0, TOPICS_OFFERED), (question) => void this.#ask(question));
  }

  #ended(error: ApiError): void {
    this.close();
    this.#offerAnew(sentenceFor(error.code, this.#texts));
    this.#tell('disconnected', { code: error.code, message: error.message });
  }

  #offerAnew(sentence: string): void {
    this.#view.showVeil('ended', sentence, this.#texts.again, () => void this.open());
  }

  #played(withSound: boolean): void {
    if (withSound) this.#view.showVeil('none');
    else this.#view.showVeil('silent', '', this.#texts.tapForSound, () => this.#unsilence());
  }

  #receive(event: ServerEvent): void {
    const { type, ...detail } = event;
    if (event.type === 'state') this.#showState(event.state);
    else if (event.type === 'transcript') {
      this.#view.offer([], () => {});
      this.#transcript.say(event.who, event.text, event.sample, event.final);
    } else if (event.type === 'source') this.#transcript.showSource(event.title);
    else if (event.type === 'hand_over') this.#view.say(this.#texts.handOver);
    else if (event.type === 'error') this.#view.say(sentenceFor(event.code, this.#texts));
    this.#tell(type, detail);
  }

  async #talk(down: boolean): Promise<void> {
    this.#unsilence();
    this.#view.say(down ? this.#texts.release : '');
    try {
      if (down) await this.connect();
      await this.#avatar.talk(down);
    } catch (error) {
      this.#talkButton.release();
      this.#complain(error);
    }
  }

  /** @returns whether the server took it */
  async #ask(text: string): Promise<boolean> {
    this.#unsilence();
    this.#view.say('');
    try {
      await this.connect();
      await this.#avatar.ask(text);
      return true;
    } catch (error) {
      this.#complain(error);
      return false;
    }
  }

  async #send(): Promise<void> {
    const { message } = this.#view;
    const text = message.value.trim();
    if (text === '') return;
    message.value = '';
    // What was refused comes back to be sent again, unless something else was typed meanwhile.
    if (!(await this.#ask(text)) && message.value === '') message.value = text;
  }

  #complain(error: unknown): void {
    const fault = faultOf(error);
    this.#view.say(sentenceFor(fault.code, this.#texts));
    this.#tell('error', fault);
  }

  /** Any use of the panel is the gesture that the browser waited for. */
  #unsilence(): void {
    if (this.#view.veil !== 'silent') return;
    this.mute(false);
    void this.#avatar.unmute();
  }

  #listen(): void {
    const { sound, minimise, end, stop, form, panel } = this.#view;
    sound.addEventListener('click', () => {
      this.#parts.remembered.device = { muted: !this.muted };
      this.mute(!this.muted);
    });
    minimise.hidden = !this.#parts.options.floating;
    minimise.addEventListener('click', () => this.minimise());
    end.addEventListener('click', () => {
      this.disconnect();
      this.#launcher?.focus();
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

  #show(withFocus: boolean): void {
    this.#setPhase('open');
    if (withFocus) this.#view.message.focus({ preventScroll: true });
    this.#remember();
    this.#tell('open');
  }

  #setPhase(phase: 'closed' | 'minimised' | 'open'): void {
    this.#parts.root.dataset.phase = phase;
    this.#launcher?.setAttribute('aria-expanded', String(phase === 'open'));
  }

  get #launcher(): HTMLElement | null {
    return this.#parts.root.querySelector('.launcher');
  }

  #showState(state: AvatarState): void {
    this.state = state;
    this.#view.showState(state);
  }

  #showConnection(connection: ConnectionState): void {
    this.connection = connection;
    this.#view.showConnection(connection);
  }

  #remember(): void {
    const { session } = this.#avatar;
    if (session === undefined) return;
    const { id, token } = session;
    const isOpen = this.#parts.root.dataset.phase === 'open';
    this.#parts.remembered.tab = { isOpen, session: { id, ...(token !== undefined && { token }) } };
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

function hasWebGl(): boolean {
  return document.createElement('canvas').getContext('webgl') !== null;
}
