// The kiosk's conductor: an invitation until somebody comes, a conversation until nobody is left, and a picture of patience whenever the
// server is away. Nothing that a visitor said outlives the visit.
import { ApiError } from '../src/api.ts';
import { pushToTalk } from '../src/push-to-talk.ts';
import { ownServer, type Server } from '../src/server.ts';
import type { ServerEvent } from '../src/socket.ts';
import type { Language } from '../widget/options.ts';
import { complaintOf } from './complaint.ts';
import { ErrorLog } from './error-log.ts';
import { Link } from './link.ts';
import { keepPage } from './offline-page.ts';
import type { Options } from './options.ts';
import { startOversight } from './oversight.ts';
import { Silence } from './silence.ts';
import { startWatching } from './starters.ts';
import { KIOSK_TEXTS, type KioskTexts } from './texts.ts';
import { Topics } from './topics.ts';
import { type Screen, View } from './view.ts';
import { VisitLog } from './visit-log.ts';

/** How long a visitor who was promised a person may wait without a touch. */
const HAND_OVER_WAIT_MS = 300_000;

export class Kiosk {
  readonly #options: Options;
  readonly #view: View;
  readonly #link: Link;
  readonly #topics: Topics;
  readonly #log: VisitLog;
  readonly #server: Server;
  readonly #silence: Silence;
  readonly #errors = new ErrorLog();
  readonly #talkButton: { release: () => void };
  #language: Language;
  /** What is to be on the screen once the connection is back. */
  #wanted: 'attract' | 'talk' = 'attract';
  /** To be said once there is a conversation to say it in. */
  #toSay: string | undefined;
  #visits = 0;
  #isTalking = false;
  #handedOverMs = Number.NEGATIVE_INFINITY;

  constructor(options: Options) {
    this.#options = options;
    const server: Server = { base: ownServer.base, token: async () => options.token };
    this.#server = server;
    this.#language = options.language;
    this.#view = new View(options.heading, (language) => void this.#choose(language), options.languages);
    this.#log = new VisitLog(this.#view.log, options.heading, options.language);
    this.#topics = new Topics(this.#view, server, (topic) => void this.#ask(topic));
    this.#link = new Link({
      options,
      server,
      view: this.#view,
      errors: this.#errors,
      handlers: {
        onEvent: (event) => this.#receive(event),
        onAway: () => this.#show('offline'),
        onBack: (isNew) => this.#back(isNew),
        onPlay: (withSound) => this.#view.showSilent(!withSound),
        onMediaBlocked: () => this.#complain(new ApiError('media_blocked', 'No sound and no picture gets through.')),
      },
    });
    this.#silence = new Silence(options.silenceMs, {
      isBusy: () => this.#isBusy(),
      onQuestion: (secondsLeft) => this.#view.ask(secondsLeft),
      onEnd: () => this.#reset(),
    });
    this.#talkButton = pushToTalk(this.#view.microphone, (down) => void this.#talk(down));
    this.#listen();
  }

  start(): void {
    const { theme, hasMicrophone, greetMs } = this.#options;
    if (theme !== undefined) document.documentElement.dataset.theme = theme;
    this.#view.microphone.hidden = !hasMicrophone;
    this.#showLanguage();
    if (Number.isFinite(greetMs)) window.setInterval(() => void this.#greet(), greetMs);
    startOversight(
      {
        name: this.#options.name,
        link: this.#link,
        view: this.#view,
        errors: this.#errors,
        language: () => this.#language,
        visits: () => this.#visits,
      },
      this.#server,
      () => this.#reset(),
    );
    startWatching(this.#options, this.#errors, () => this.#somebody());
    this.#link.start();
    keepPage().catch((error: unknown) => this.#errors.add(error));
  }

  get #texts(): KioskTexts {
    return KIOSK_TEXTS[this.#language];
  }

  /** The picture is there, in the old conversation or a new one. */
  #back(isNew: boolean): void {
    if (isNew) {
      this.#wipe(true);
      this.#topics.load(this.#language).catch((error: unknown) => this.#errors.add(error));
      // Who talked when the connection broke finds the avatar again, but not what was said.
      if (this.#view.screen === 'offline' && this.#wanted === 'talk') this.#toSay ??= this.#texts.back;
    }
    this.#show(this.#wanted);
    if (this.#toSay !== undefined) void this.#link.say(this.#toSay);
    this.#toSay = undefined;
  }

  #show(screen: Screen): void {
    if (this.#view.screen === screen) return;
    this.#view.showScreen(screen);
    if (screen === 'talk') this.#silence.start();
    else this.#silence.stop();
    if (screen === 'offline') this.#talkButton.release();
  }

  /** Somebody has come. */
  #begin(): void {
    this.#visits += 1;
    this.#wanted = 'talk';
    this.#wipe();
    this.#link.avatar.interrupt();
    this.#toSay = this.#texts.welcome;
    if (this.#link.isConnected) this.#back(false);
    else this.#show('talk');
  }

  /** Somebody was seen or heard by the device: the avatar's own voice and picture do not count. */
  #somebody(): void {
    if (this.#view.screen === 'attract' && this.#view.state === 'idle') this.#begin();
  }

  /** Nobody is there any more: all of the visit goes, on the screen and on the server. */
  #reset(): void {
    this.#wanted = 'attract';
    this.#toSay = undefined;
    this.#wipe();
    this.#setLanguage(this.#options.language);
    this.#show('attract');
    void this.#link.keeper.renew();
  }

  /** @param isNew there is another conversation */
  #wipe(isNew = false): void {
    this.#log.clear(isNew);
    this.#topics.show();
    this.#view.say('');
    this.#view.showHandOver(false);
    this.#handedOverMs = Number.NEGATIVE_INFINITY;
  }

  #isBusy(): boolean {
    const waits = performance.now() - this.#handedOverMs < HAND_OVER_WAIT_MS;
    return this.#isTalking || waits || this.#view.state !== 'idle';
  }

  #receive(event: ServerEvent): void {
    const wasEmpty = this.#view.log.childElementCount === 0;
    this.#log.receive(event);
    // Beside what was said there is room for fewer.
    if (wasEmpty && this.#view.log.childElementCount > 0) this.#topics.show();
    if (event.type === 'state') this.#view.showState(event.state);
    else if (event.type === 'hand_over') {
      this.#handedOverMs = performance.now();
      this.#view.showHandOver(true);
    } else if (event.type === 'error') this.#complain(new ApiError(event.code, event.message));
  }

  async #talk(down: boolean): Promise<void> {
    this.#isTalking = down;
    if (down) this.#interrupt();
    this.#view.say(down ? this.#texts.release : '');
    try {
      await this.#link.avatar.talk(down);
    } catch (error) {
      this.#talkButton.release();
      this.#complain(error);
    }
  }

  async #ask(question: string): Promise<void> {
    this.#interrupt();
    this.#view.say('');
    await this.#link.avatar.ask(question).catch((error: unknown) => this.#complain(error));
  }

  async #greet(): Promise<void> {
    const isQuiet = this.#link.isConnected && this.#view.state === 'idle';
    if (this.#view.screen === 'attract' && isQuiet) await this.#link.say(this.#texts.greeting);
  }

  #interrupt(): void {
    if (this.#view.state === 'speaking') this.#link.avatar.interrupt();
  }

  async #choose(language: Language): Promise<void> {
    this.#setLanguage(language);
    if (!this.#link.isConnected) return;
    this.#link.avatar.interrupt();
    await this.#link.say(this.#wanted === 'talk' ? this.#texts.welcome : this.#texts.greeting);
  }

  #setLanguage(language: Language): void {
    if (this.#language === language) return;
    this.#language = language;
    this.#showLanguage();
    this.#log.setLanguage(language);
    this.#topics.show();
    this.#link.setLanguage(language).catch((error: unknown) => this.#complain(error));
    if (this.#link.isConnected) this.#topics.load(language).catch((error: unknown) => this.#errors.add(error));
  }

  #showLanguage(): void {
    this.#view.showLanguage(this.#language, this.#options.starts.has('voice'));
  }

  #complain(error: unknown): void {
    this.#errors.add(error);
    this.#view.say(complaintOf(error, this.#texts));
  }

  /** Any touch: the gesture that the browser waits for, and a sign that somebody is there. */
  #touched(): void {
    this.#silence.broken();
    if (!this.#view.isSilent) return;
    this.#view.showSilent(false);
    this.#link.avatar.unmute().catch((error: unknown) => this.#errors.add(error));
  }

  #listen(): void {
    const { begin, stage, stop, finish, stay, stillThere } = this.#view;
    begin.addEventListener('click', () => this.#begin());
    stage.addEventListener('pointerdown', () => this.#interrupt());
    stop.addEventListener('click', () => this.#interrupt());
    finish.addEventListener('click', () => this.#reset());
    stay.addEventListener('click', () => this.#silence.broken());
    stillThere.addEventListener('close', () => this.#silence.broken());
    document.addEventListener('pointerup', () => this.#touched());
    document.addEventListener('keydown', () => this.#touched());
    // A screen that is turned is filled anew, but not in the middle of a visit.
    window.matchMedia('(orientation: portrait)').addEventListener('change', () => {
      if (this.#view.screen === 'attract') void this.#link.keeper.renew();
    });
  }
}
