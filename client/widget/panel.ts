// The opened widget: a conversation on its stage, what was said below it, and a line to write in. Loaded with the first use.
// Says everything that goes wrong in the visitor's language, and by an event in the server's own words.
import { type ApiError, listTopics, stillUrl } from '../src/api.ts';
import { Captions } from '../src/captions.ts';
import type { ConnectionStatus } from '../src/conversation.ts';
import { handOverNotice } from '../src/hand-over.ts';
import { LiveAvatar } from '../src/live-avatar.ts';
import type { ServerEvent } from '../src/socket.ts';
import { Transcript } from '../src/transcript.ts';
import { sheetOf } from './build.ts';
import { faultOf, sentenceFor } from './faults.ts';
import { choiceFor, lookFor, voiceOf } from './opening.ts';
import type { Options } from './options.ts';
import panelCss from './panel.css?inline';
import { PANEL_TEXTS, type PanelTexts } from './panel-texts.ts';
import { PanelView } from './panel-view.ts';
import { Placement } from './placement.ts';
import { Playing } from './playing.ts';
import type { Remembered } from './remember.ts';
import { VisitorInput } from './visitor-input.ts';
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
  readonly #input: VisitorInput;
  readonly #placement: Placement;
  readonly #playing: Playing;
  #connecting: Promise<void> | undefined;
  state: AvatarState = 'idle';
  connection: ConnectionState = 'disconnected';

  constructor(parts: PanelParts) {
    this.#parts = parts;
    const { options, shadow, remembered, root } = parts;
    this.#texts = PANEL_TEXTS[options.language];
    this.#view = new PanelView(this.#texts, options.heading ?? this.#texts.heading, options.floating);
    this.#placement = new Placement(parts);
    this.#playing = new Playing(this.#view, this.#texts, options.transparent, () => {
      this.mute(false);
      void this.#avatar.unmute();
    });
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
        onPlay: (withSound) => this.#playing.started(withSound),
        onMediaBlocked: () => this.#view.showVeil('blocked', this.#texts.noMedia),
        onEnd: (error) => this.#ended(error),
      },
    });
    this.#input = new VisitorInput({
      view: this.#view,
      texts: this.#texts,
      avatar: this.#avatar,
      connect: () => this.connect(),
      onUse: () => this.#playing.unsilence(),
      onRefused: (error) => this.#complain(error),
    });
    this.#view.microphone.hidden = !options.hasMicrophone;
    this.#view.captions.hidden = !options.hasCaptions;
    this.#playing.mute(remembered.device.muted === true);
    this.#listen();
    this.#showConnection('disconnected');
    shadow.adoptedStyleSheets = [...shadow.adoptedStyleSheets, sheetOf(panelCss)];
    root.append(this.#view.panel);
  }

  get muted(): boolean {
    return this.#playing.muted;
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
    else this.#placement.set('minimised');
    try {
      const said = await this.#avatar.resume(session.id, session.token);
      for (const { who, text, sample } of said) this.#transcript.say(who, text, sample, true);
      this.#entered();
    } catch {
      // It is over, as conversations are after a while: the widget begins anew.
      this.#placement.forget();
      this.#placement.set('closed');
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
    this.#placement.set('closed');
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
    this.#playing.mute(muted);
    this.#tell('mute', { muted });
  }

  minimise(): void {
    if (!this.#parts.options.floating || !this.#placement.isOpen) return;
    this.#placement.set('minimised');
    this.#placement.remember(this.#avatar.session);
    this.#placement.focusLauncher();
    this.#tell('minimise');
  }

  /** Ends the conversation and frees what it held. */
  close(): void {
    this.#input.release();
    this.#playing.close();
    this.#avatar.close();
    this.#placement.forget();
    this.#showState('idle');
    this.#showConnection('disconnected');
  }

  async #connect(): Promise<void> {
    const { options } = this.#parts;
    const { server, greeting } = options;
    this.#transcript.clear();
    this.#view.say('');
    this.#view.showVeil('opening', this.#texts.connecting);
    try {
      const choice = await choiceFor(options);
      if ('id' in choice) this.#view.showStill(stillUrl(choice.id, server));
      const voice = voiceOf(options);
      // Where opening fails, nobody waits for this one.
      voice.catch(() => undefined);
      await this.#avatar.open(choice, lookFor(options), options.language);
      this.#entered();
      const language = await voice;
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
    this.#placement.remember(this.#avatar.session);
    this.#playing.begin(session.video);
    this.#view.announce(session.announcement);
    this.#tell('connected', { session: session.id });
  }

  async #offerTopics(language: string): Promise<void> {
    const topics = await listTopics(language, this.#parts.options.server);
    this.#view.offer(topics.slice(0, TOPICS_OFFERED), (question) => void this.#input.ask(question));
  }

  #ended(error: ApiError): void {
    this.close();
    this.#offerAnew(sentenceFor(error.code, this.#texts));
    this.#tell('disconnected', { code: error.code, message: error.message });
  }

  #offerAnew(sentence: string): void {
    this.#view.showVeil('ended', sentence, this.#texts.again, () => void this.open());
  }

  #receive(event: ServerEvent): void {
    const { type, ...detail } = event;
    const notice = handOverNotice(event, this.#texts);
    if (notice !== undefined) this.#view.say(notice);
    if (event.type === 'state') this.#showState(event.state);
    else if (event.type === 'transcript') {
      this.#view.offer([], () => {});
      this.#transcript.say(event.who, event.text, event.sample, event.final);
    } else if (event.type === 'source') this.#transcript.showSource(event.title);
    else if (event.type === 'hand_over') this.#view.say(this.#texts.handOver);
    else if (event.type === 'error') this.#view.say(sentenceFor(event.code, this.#texts));
    this.#tell(type, detail);
  }

  #complain(error: unknown): void {
    const fault = faultOf(error);
    this.#view.say(sentenceFor(fault.code, this.#texts));
    this.#tell('error', fault);
  }

  #listen(): void {
    const { sound, minimise, end, stop, panel } = this.#view;
    sound.addEventListener('click', () => {
      this.#parts.remembered.device = { muted: !this.muted };
      this.mute(!this.muted);
    });
    minimise.hidden = !this.#parts.options.floating;
    minimise.addEventListener('click', () => this.minimise());
    end.addEventListener('click', () => {
      this.disconnect();
      this.#placement.focusLauncher();
    });
    stop.addEventListener('click', () => this.interrupt());
    panel.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') this.minimise();
      // The host page's own shortcuts must not fire while somebody writes here.
      event.stopPropagation();
    });
  }

  #show(withFocus: boolean): void {
    this.#placement.set('open');
    if (withFocus) this.#view.message.focus({ preventScroll: true });
    this.#placement.remember(this.#avatar.session);
    this.#tell('open');
  }

  #showState(state: AvatarState): void {
    this.state = state;
    this.#view.showState(state);
  }

  #showConnection(connection: ConnectionState): void {
    this.connection = connection;
    this.#view.showConnection(connection);
  }

  #tell(type: string, detail?: object): void {
    this.#parts.host.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
