// The kiosk's conductor: an invitation until somebody comes, a conversation until nobody is left, and a picture of patience whenever the
// server is away. Nothing that a visitor said outlives the visit.
import {
  ApiError,
  type Look,
  listLanguages,
  listPortraits,
  listTopics,
  type PortraitChoice,
  stillUrl,
} from '../src/api.ts';
import { Captions } from '../src/captions.ts';
import { LiveAvatar } from '../src/live-avatar.ts';
import { pushToTalk } from '../src/push-to-talk.ts';
import { ownServer, type Server } from '../src/server.ts';
import type { ServerEvent } from '../src/socket.ts';
import { Transcript } from '../src/transcript.ts';
import type { Language } from '../widget/options.ts';
import { PANEL_TEXTS } from '../widget/panel-texts.ts';
import { voiceFor } from '../widget/voice.ts';
import { ErrorLog } from './error-log.ts';
import { Keeper } from './keeper.ts';
import type { Options } from './options.ts';
import { Silence } from './silence.ts';
import { keepStill, keptStill } from './still.ts';
import { KIOSK_TEXTS, type KioskTexts } from './texts.ts';
import { type Screen, type State, View } from './view.ts';
import { WakeLock } from './wake-lock.ts';

/** Topics at a time: before anything was said, and beside what was said. */
const TOPICS_AT_FIRST = 5;
const TOPICS_BESIDE = 3;
/** More often than the server's shortest useful `conversations.idleSeconds`. */
const KEEP_ALIVE_MS = 30_000;
/** The picture at rest is kept this long after the avatar appeared: by then it has its full sharpness. */
const STILL_AFTER_MS = 4000;
/** How long a visitor who was promised a person may wait without a touch. */
const HAND_OVER_WAIT_MS = 300_000;

export class Kiosk {
  readonly #options: Options;
  readonly #server: Server;
  readonly #view: View;
  readonly #avatar: LiveAvatar;
  readonly #keeper: Keeper;
  readonly #silence: Silence;
  readonly #errors = new ErrorLog();
  readonly #wakeLock = new WakeLock((error) => this.#errors.add(error));
  readonly #talkButton: { release: () => void };
  #transcript: Transcript;
  #language: Language;
  #choice: PortraitChoice | undefined;
  #voices: { id: string }[] = [];
  #topics: string[] = [];
  #firstTopic = 0;
  /** What is to be on the screen once the connection is back. */
  #wanted: 'attract' | 'talk' = 'attract';
  /** To be said once there is a conversation to say it in. */
  #toSay: string | undefined;
  /** Where the conversation is, in samples, as the server last told; and where this visit began. */
  #position = 0;
  #visitFrom = 0;
  #isTalking = false;
  #handedOverMs = Number.NEGATIVE_INFINITY;

  constructor(options: Options) {
    this.#options = options;
    this.#server = { base: ownServer.base, token: async () => options.token };
    this.#language = options.language;
    this.#choice = options.choice;
    this.#view = new View(options.heading, (language) => void this.#choose(language), options.languages);
    this.#transcript = this.#newTranscript();
    this.#avatar = new LiveAvatar({
      server: this.#server,
      video: this.#view.video,
      // The log is what a screen reader reads, so nobody listens to the captions' own region.
      captions: new Captions(this.#view.captions, document.createElement('p')),
      handlers: {
        onEvent: (event) => this.#receive(event),
        onStatus: (status) => this.#keeper.show(status),
        onPlay: (withSound) => this.#played(withSound),
        onMediaBlocked: () => this.#blocked(),
        onEnd: (error) => this.#keeper.lost(error),
      },
    });
    this.#keeper = new Keeper({
      open: () => this.#open(),
      close: () => this.#avatar.close(),
      onAway: (away, isNew) => (away ? this.#show('offline') : this.#back(isNew)),
      onError: (error) => this.#errors.add(error),
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
    const { theme, hasMicrophone } = this.#options;
    if (theme !== undefined) document.documentElement.dataset.theme = theme;
    this.#view.microphone.hidden = !hasMicrophone;
    this.#view.showLanguage(this.#language, this.#options.starts.has('voice'));
    this.#showStill();
    this.#wakeLock.start();
    window.setInterval(() => void this.#greet(), Math.min(this.#options.greetMs, 2 ** 31 - 1));
    window.setInterval(() => this.#keepAlive(), KEEP_ALIVE_MS);
    window.matchMedia('(orientation: portrait)').addEventListener('change', () => this.#turned());
    void this.#keeper.renew();
  }

  get #texts(): KioskTexts {
    return KIOSK_TEXTS[this.#language];
  }

  get #isConnected(): boolean {
    return this.#keeper.connection === 'connected';
  }

  async #open(): Promise<void> {
    this.#choice ??= { id: await firstPortrait(this.#server) };
    this.#showStill();
    this.#voices = await listLanguages(this.#server);
    await this.#avatar.open(this.#choice, this.#look);
    await this.#tellLanguage();
    await this.#loadTopics();
    window.setTimeout(() => this.#takeStill(), STILL_AFTER_MS);
  }

  get #look(): Look {
    const { size, background } = this.#options;
    const framing = window.innerHeight > window.innerWidth ? 'portrait' : 'landscape';
    return { size, framing, ...(background !== undefined && { background }) };
  }

  /** The picture is there, in the old conversation or a new one. */
  #back(isNew: boolean): void {
    if (isNew) {
      this.#wipe();
      // Who talked when the connection broke finds the avatar again, but not what was said.
      if (this.#view.screen === 'offline' && this.#wanted === 'talk') this.#toSay ??= this.#texts.back;
    }
    this.#show(this.#wanted);
    if (this.#toSay !== undefined) void this.#speak(this.#toSay);
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
    this.#unmute();
    this.#wanted = 'talk';
    this.#wipe();
    this.#avatar.interrupt();
    this.#toSay = this.#texts.welcome;
    if (this.#isConnected) this.#back(false);
    else this.#show('talk');
  }

  /** Nobody is there any more: all of the visit goes, on the screen and on the server. */
  #reset(): void {
    this.#wanted = 'attract';
    this.#toSay = undefined;
    this.#wipe();
    this.#setLanguage(this.#options.language);
    this.#show('attract');
    void this.#keeper.renew();
  }

  #wipe(): void {
    this.#clearLog();
    this.#view.say('');
    this.#view.showHandOver(false);
    this.#handedOverMs = Number.NEGATIVE_INFINITY;
  }

  #clearLog(): void {
    this.#visitFrom = this.#position;
    this.#transcript.clear();
    this.#showTopics();
  }

  #isBusy(): boolean {
    const waits = performance.now() - this.#handedOverMs < HAND_OVER_WAIT_MS;
    return this.#isTalking || waits || document.body.dataset.state !== 'idle';
  }

  #receive(event: ServerEvent): void {
    if (event.type === 'stats') this.#position = event.position;
    if (event.type === 'state') {
      this.#position = event.sample;
      this.#view.showState(event.state);
    } else if (event.type === 'transcript') {
      // What was said to invite visitors belongs to no visit.
      if (event.sample > this.#visitFrom) this.#say(event);
    } else if (event.type === 'source') this.#transcript.showSource(event.title);
    else if (event.type === 'hand_over') this.#handOver();
    else if (event.type === 'error') this.#complain(new ApiError(event.code, event.message));
  }

  #say({ who, text, sample, final }: Extract<ServerEvent, { type: 'transcript' }>): void {
    const isFirst = this.#view.log.childElementCount === 0;
    this.#transcript.say(who, text, sample, final);
    if (isFirst) this.#showTopics();
  }

  #handOver(): void {
    this.#handedOverMs = performance.now();
    this.#view.showHandOver(true);
  }

  async #talk(down: boolean): Promise<void> {
    this.#isTalking = down;
    this.#touched();
    if (down) this.#interrupt();
    this.#view.say(down ? this.#texts.release : '');
    try {
      await this.#avatar.talk(down);
    } catch (error) {
      this.#talkButton.release();
      this.#complain(error);
    }
  }

  async #ask(question: string): Promise<void> {
    this.#touched();
    this.#interrupt();
    this.#view.say('');
    await this.#avatar.ask(question).catch((error: unknown) => this.#complain(error));
  }

  async #speak(text: string): Promise<void> {
    const language = voiceFor(this.#language, this.#voices);
    const spoken = this.#avatar.speak(text, language === undefined ? {} : { language });
    await spoken.catch((error: unknown) => this.#errors.add(error));
  }

  async #greet(): Promise<void> {
    const isIdle = this.#isConnected && document.body.dataset.state === 'idle';
    if (this.#view.screen === 'attract' && isIdle) await this.#speak(this.#texts.greeting);
  }

  #keepAlive(): void {
    if (this.#isConnected) this.#avatar.request({ type: 'keep_alive' }).catch((error) => this.#errors.add(error));
  }

  #interrupt(): void {
    if (document.body.dataset.state === 'speaking') this.#avatar.interrupt();
  }

  async #choose(language: Language): Promise<void> {
    this.#touched();
    this.#setLanguage(language);
    if (!this.#isConnected) return;
    this.#avatar.interrupt();
    try {
      await this.#tellLanguage();
      await this.#loadTopics();
    } catch (error) {
      this.#complain(error);
    }
    await this.#speak(this.#wanted === 'talk' ? this.#texts.welcome : this.#texts.greeting);
  }

  #setLanguage(language: Language): void {
    if (this.#language === language) return;
    this.#language = language;
    this.#view.showLanguage(language, this.#options.starts.has('voice'));
    this.#clearLog();
    this.#transcript = this.#newTranscript();
  }

  async #tellLanguage(): Promise<void> {
    const language = voiceFor(this.#language, this.#voices);
    if (language !== undefined) await this.#avatar.request({ type: 'language', language });
  }

  async #loadTopics(): Promise<void> {
    this.#topics = await listTopics(this.#language, this.#server);
    this.#firstTopic = 0;
    this.#showTopics();
  }

  #showTopics(): void {
    const count = this.#view.log.childElementCount === 0 ? TOPICS_AT_FIRST : TOPICS_BESIDE;
    const shown = this.#topics.slice(this.#firstTopic, this.#firstTopic + count);
    const more = (): void => {
      this.#touched();
      this.#firstTopic += count;
      if (this.#firstTopic >= this.#topics.length) this.#firstTopic = 0;
      this.#showTopics();
    };
    this.#view.showTopics(shown, (topic) => void this.#ask(topic), this.#topics.length > count ? more : undefined);
  }

  #newTranscript(): Transcript {
    const { you: visitor, avatar, agent, from } = PANEL_TEXTS[this.#language];
    return new Transcript(this.#view.log, {
      names: { visitor, avatar: this.#options.heading ?? avatar, agent },
      source: (title) => from + title,
    });
  }

  #complain(error: unknown): void {
    this.#errors.add(error);
    const code = error instanceof ApiError ? error.code : '';
    if (code === 'microphone_insecure') this.#view.say(this.#texts.insecure);
    else this.#view.say(code.startsWith('microphone_') ? this.#texts.noMicrophone : this.#texts.failed);
  }

  #played(withSound: boolean): void {
    this.#view.showSilent(!withSound);
  }

  #blocked(): void {
    this.#errors.add(new ApiError('media_blocked', 'No sound and no picture got through within eight seconds.'));
    this.#view.say(this.#texts.noMedia);
  }

  #unmute(): void {
    if (document.body.dataset.silent !== 'true') return;
    this.#view.showSilent(false);
    this.#avatar.unmute().catch((error: unknown) => this.#errors.add(error));
  }

  /** Any touch: the gesture that the browser waits for, and a sign that somebody is there. */
  #touched(): void {
    this.#unmute();
    this.#silence.broken();
  }

  #turned(): void {
    if (this.#view.screen === 'attract') void this.#keeper.renew();
  }

  get #stillLook(): string {
    const { framing, background } = this.#look;
    return JSON.stringify([this.#choice, framing, background]);
  }

  #showStill(): void {
    const kept = keptStill(this.#stillLook);
    if (kept !== undefined) this.#view.poster.src = kept;
    else if (this.#choice !== undefined && 'id' in this.#choice)
      this.#view.poster.src = stillUrl(this.#choice.id, this.#server);
  }

  #takeStill(): void {
    if (!this.#isConnected || (document.body.dataset.state as State) !== 'idle') return;
    const still = keepStill(this.#view.video, this.#stillLook);
    if (still !== undefined) this.#view.poster.src = still;
  }

  #listen(): void {
    const { begin, stage, stop, finish, stay, stillThere } = this.#view;
    begin.addEventListener('click', () => this.#begin());
    stage.addEventListener('pointerdown', () => this.#interrupt());
    stop.addEventListener('click', () => this.#interrupt());
    finish.addEventListener('click', () => this.#reset());
    stay.addEventListener('click', () => this.#silence.broken());
    stillThere.addEventListener('close', () => this.#silence.broken());
    document.addEventListener('pointerdown', () => this.#touched());
    document.addEventListener('keydown', () => this.#touched());
  }
}

async function firstPortrait(server: Server): Promise<string> {
  const { portraits } = await listPortraits(server);
  const [first] = portraits;
  if (first === undefined) throw new ApiError('portrait_unknown', 'The server has no portraits.');
  return first.id;
}
