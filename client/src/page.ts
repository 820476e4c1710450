// The page's conductor: opens conversations, passes what happens to the parts that show it, and what is pressed to the
// conversation. Holds the only state that is shared: which conversation is on stage.
import type { ConversationState, PortraitWarning } from '../../server/types.ts';
import {
  ApiError,
  findSession,
  listLanguages,
  listPortraits,
  openSession,
  type PortraitChoice,
  type Session,
  thumbnailUrl,
} from './api.ts';
import { BackgroundChoice } from './background-choice.ts';
import { Captions } from './captions.ts';
import { Composer } from './composer.ts';
import { type ConnectionStatus, Conversation } from './conversation.ts';
import { element } from './dom.ts';
import { newEventId } from './event-id.ts';
import { FaceChooser } from './face-chooser.ts';
import { FigurePanel } from './figure-panel.ts';
import { FirstSound } from './first-sound.ts';
import { Gallery } from './gallery.ts';
import type { MicrophoneUse } from './media.ts';
import { Playout } from './playout.ts';
import type { ServerEvent } from './socket.ts';
import { Stage } from './stage.ts';
import { StatusLine } from './status-line.ts';
import { Talk } from './talk.ts';
import { Toasts } from './toasts.ts';

/** The conversation of this tab, so that a reload goes on with it; gone with the tab. */
const SESSION_KEY = 'vaktra.session';
/** In the page's address: a conversation that somebody else opened, such as a bot. It is shown, and lives on without this page. */
const GUEST_OF = new URLSearchParams(location.search).get('session');
const FIGURES_INTERVAL_MS = 1000;

export class Page {
  readonly #stage = new Stage();
  readonly #toasts = new Toasts(element('toasts', HTMLElement));
  readonly #playout = new Playout(
    new Captions(element('captions', HTMLElement), element('captions-spoken', HTMLElement)),
  );
  readonly #status = new StatusLine();
  readonly #panel = new FigurePanel();
  readonly #firstSound = new FirstSound();
  readonly #gallery = new Gallery({
    onChoice: (choice) => void this.#open(choice),
    onRefused: (sentence) => this.#toasts.show(sentence),
  });
  readonly #background = new BackgroundChoice(() => this.#choice && void this.#open(this.#choice));
  readonly #faceChooser = new FaceChooser((choice) => void this.#open(choice));
  readonly #composer = new Composer({
    onSpeak: (text, language) => this.#speak(text, language),
    onMicrophone: (on) => void this.#switchMicrophone('speak', on),
    onLanguage: () => this.#tellChoices(),
    onInterrupt: () => this.#conversation?.tell({ type: 'interrupt' }),
    onMood: () => this.#tellChoices(),
  });
  readonly #talk = new Talk({
    onAsk: (text) => this.#ask(text),
    onListen: (on) => void this.#switchMicrophone('listen', on),
  });
  #conversation: Conversation | undefined;
  /** What is on stage, so that it can be opened anew. */
  #choice: PortraitChoice | undefined;

  async start(): Promise<void> {
    this.#stage.onPicture(() => this.#playout.draw());
    window.setInterval(() => void this.#readFigures(), FIGURES_INTERVAL_MS);
    await this.#load();
  }

  async #load(): Promise<void> {
    this.#stage.open(undefined, 'Connecting');
    try {
      const [{ portraits, max_picture_bytes }, languages] = await Promise.all([listPortraits(), listLanguages()]);
      this.#gallery.fill(portraits, max_picture_bytes);
      this.#composer.fillLanguages(languages);
      if (GUEST_OF !== null) {
        element('portrait-card', HTMLElement).hidden = true;
        const session = await findSession(GUEST_OF);
        // An uploaded picture has no poster.
        const poster = portraits.find(({ id }) => id === session.portrait.id);
        await this.#enter(session, poster);
        return;
      }
      const wished = new URLSearchParams(location.search).get('portrait');
      const first = portraits.find(({ id }) => id === wished) ?? portraits[0];
      if (first === undefined) throw new ApiError('portrait_unknown', 'The server has no portraits.');
      if (wished === null && (await this.#resume())) return;
      this.#stage.open(thumbnailUrl(first.id), 'Waking the portrait');
      await this.#open({ id: first.id });
    } catch (error) {
      this.#showStatus('ended');
      if (isOver(error)) this.#offer(undefined, sentenceOf(error));
      else this.#stage.end(sentenceOf(error), 'Try again', () => void this.#load());
    }
  }

  /** Goes on with the conversation that this tab had before it was loaded anew. */
  async #resume(): Promise<boolean> {
    const id = sessionStorage.getItem(SESSION_KEY);
    sessionStorage.removeItem(SESSION_KEY);
    if (id === null) return false;
    try {
      const session = await findSession(id);
      await this.#enter(session, { id: session.portrait.id });
      this.#gallery.mark(this.#choice);
      return true;
    } catch {
      return false; // it is over: a new one is opened
    }
  }

  /** Puts a portrait on stage. The one that is there stays until the server has accepted the new one. */
  async #open(choice: PortraitChoice): Promise<void> {
    this.#gallery.setBusy(true);
    this.#background.setBusy(true);
    this.#stage.setBusy(true);
    try {
      const session = await openSession(
        choice,
        (step) => this.#gallery.showStep(step),
        undefined,
        this.#background.look,
      );
      this.#leave();
      await this.#enter(session, choice);
      if ('picture' in choice) this.#warnOf(session.portrait.warnings);
    } catch (error) {
      const sentence = sentenceOf(error);
      const faces = error instanceof ApiError ? error.faces : [];
      if ('picture' in choice && faces.length > 1) this.#faceChooser.ask(choice, faces);
      else if (this.#conversation !== undefined) this.#toasts.show(sentence);
      if (this.#conversation === undefined) this.#offer(choice, sentence);
    } finally {
      this.#gallery.mark(this.#choice);
      this.#gallery.setBusy(false);
      this.#background.setBusy(false);
      this.#stage.setBusy(false);
    }
  }

  async #enter(session: Session, choice: PortraitChoice | undefined): Promise<void> {
    this.#choice = choice;
    this.#stage.open(posterOf(choice), 'Waking the portrait');
    const conversation = new Conversation(session, {
      onEvent: (event) => this.#receive(event),
      onStatus: (status) => this.#showStatus(status),
      onStream: (stream) => {
        this.#firstSound.attach(stream);
        void this.#try(() => this.#stage.play(stream, session.video));
      },
      onEnd: (error) => {
        this.#leave();
        this.#offer(choice, error.message);
      },
    });
    this.#conversation = conversation;
    if (session.announcement !== undefined) element('announcement', HTMLElement).textContent = session.announcement;
    if (GUEST_OF === null) sessionStorage.setItem(SESSION_KEY, session.id);
    try {
      for (const { who, text, sample } of await conversation.join()) this.#talk.transcript.say(who, text, sample, true);
    } catch (error) {
      this.#leave();
      throw error;
    }
  }

  /** What about an own picture could be better, in one notice. */
  #warnOf(warnings: readonly PortraitWarning[]): void {
    if (warnings.length > 0) this.#toasts.show(warnings.map(({ message }) => message).join(' '), 'warning');
  }

  /** Ends the conversation that is on stage and forgets all that belonged to it. */
  #leave(): void {
    const conversation = this.#conversation;
    this.#conversation = undefined;
    sessionStorage.removeItem(SESSION_KEY);
    if (GUEST_OF === null) conversation?.close();
    else conversation?.leave();
    this.#panel.clear();
    this.#playout.reset();
    this.#composer.setMicrophone(false);
    this.#talk.clear();
    this.#setState('idle');
  }

  #offer(choice: PortraitChoice | undefined, sentence: string): void {
    if (GUEST_OF !== null || choice === undefined) {
      this.#stage.end(sentence, 'Open one of your own', () => location.assign(location.pathname));
      return;
    }
    this.#stage.end(sentence, 'Start again', () => {
      this.#stage.open(posterOf(choice), 'Waking the portrait');
      void this.#open(choice);
    });
  }

  #receive(event: ServerEvent): void {
    this.#playout.receive(event);
    this.#talk.showHandOver(event);
    switch (event.type) {
      case 'state':
        this.#setState(event.state);
        break;
      case 'stats':
        this.#panel.showServer(event);
        break;
      case 'transcript':
        this.#talk.transcript.say(event.who, event.text, event.sample, event.final);
        break;
      case 'source':
        this.#talk.transcript.showSource(event.title);
        break;
      case 'warning':
        this.#toasts.show(event.message, 'warning');
        break;
      case 'error':
        this.#toasts.show(event.message);
        break;
    }
  }

  #speak(text: string, language: string | undefined): Promise<boolean> {
    this.#stage.unmute();
    this.#firstSound.start((latencyMs) => this.#panel.showFirstSound(latencyMs));
    const request = { type: 'speak', event_id: newEventId(), text, ...(language && { language }) } as const;
    return this.#try(() => this.#conversation?.request(request));
  }

  #ask(text: string): Promise<boolean> {
    this.#stage.unmute();
    this.#firstSound.start((latencyMs) => this.#panel.showFirstSound(latencyMs));
    return this.#try(() => this.#conversation?.request({ type: 'ask', text }));
  }

  #tellChoices(): void {
    const { mood: emotion, language } = this.#composer;
    this.#conversation?.tell({ type: 'mood', ...(emotion && { emotion }) });
    if (language) this.#conversation?.tell({ type: 'language', language });
  }

  async #switchMicrophone(use: MicrophoneUse, on: boolean): Promise<void> {
    this.#stage.unmute();
    const conversation = this.#conversation;
    const switched = await this.#try(() =>
      on
        ? conversation?.startMicrophone(use, () => void this.#switchMicrophone(use, false))
        : conversation?.stopMicrophone(),
    );
    this.#composer.setMicrophone(use === 'speak' && on && switched);
    this.#talk.setListening(use === 'listen' && on && switched);
  }

  async #readFigures(): Promise<void> {
    const figures = await this.#playout.measure(this.#conversation);
    if (figures !== undefined) this.#panel.showReceiver(figures);
  }

  #showStatus(status: ConnectionStatus): void {
    this.#composer.setConnected(status === 'connected');
    this.#talk.setConnected(status === 'connected');
    // A new conversation knows nothing of what was chosen before; in somebody else's nothing was chosen here.
    if (status === 'connected' && GUEST_OF === null) this.#tellChoices();
    this.#status.showConnection(status);
  }

  #setState(state: ConversationState): void {
    this.#composer.setSpeaking(state === 'speaking');
    this.#status.showState(state);
  }

  /** Does what was pressed; what goes wrong is shown, and the page goes on. */
  async #try(action: () => Promise<unknown> | undefined): Promise<boolean> {
    try {
      await action();
      return true;
    } catch (error) {
      this.#toasts.show(sentenceOf(error));
      return false;
    }
  }
}

function posterOf(choice: PortraitChoice | undefined): string | undefined {
  return choice !== undefined && 'id' in choice ? thumbnailUrl(choice.id) : undefined;
}

/** A conversation that is not there is not there when asked again. */
function isOver(error: unknown): boolean {
  return error instanceof ApiError && error.code.startsWith('conversation_');
}

/** The server's sentence, or for a fault of the page itself one that says so; the console has the rest. */
function sentenceOf(error: unknown): string {
  if (error instanceof ApiError) return error.message;
  console.error(error);
  return 'Something went wrong on this page. Reload it to start anew.';
}
