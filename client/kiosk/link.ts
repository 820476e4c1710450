// The kiosk's way to its avatar: a conversation that is always open, in the shape of the screen, spoken in one language, with the still
// picture that is shown while there is none.
import { ApiError, type Look, listLanguages, listPortraits, type PortraitChoice, stillUrl } from '../src/api.ts';
import { Captions } from '../src/captions.ts';
import { LiveAvatar } from '../src/live-avatar.ts';
import type { Server } from '../src/server.ts';
import type { ServerEvent } from '../src/socket.ts';
import type { Language } from '../widget/options.ts';
import { voiceFor } from '../widget/voice.ts';
import type { ErrorLog } from './error-log.ts';
import { Keeper } from './keeper.ts';
import type { Options } from './options.ts';
import { keepStill, keptStill } from './still.ts';
import type { View } from './view.ts';

/** More often than the server's shortest useful `conversations.idleSeconds`. */
const KEEP_ALIVE_MS = 30_000;
/** How often it is looked whether the avatar rests, so that its picture can be kept; in the first seconds it is not sharp yet. */
const STILL_INTERVAL_MS = 4000;

export interface LinkHandlers {
  onEvent: (event: ServerEvent) => void;
  /** The connection has been gone for a moment. */
  onAway: () => void;
  /** It is there; `isNew`: in another conversation, which knows nothing of the one before. */
  onBack: (isNew: boolean) => void;
  onPlay: (withSound: boolean) => void;
  onMediaBlocked: () => void;
}

export interface LinkParts {
  options: Options;
  server: Server;
  view: View;
  errors: ErrorLog;
  handlers: LinkHandlers;
}

export class Link {
  readonly #parts: LinkParts;
  readonly avatar: LiveAvatar;
  readonly keeper: Keeper;
  #choice: PortraitChoice | undefined;
  #voices: { id: string }[] = [];
  /** Whose still picture was kept since the page was loaded. */
  #keptName = '';
  #language: Language;

  constructor(parts: LinkParts) {
    this.#parts = parts;
    const { options, server, view, errors, handlers } = parts;
    this.#choice = options.choice;
    this.#language = options.language;
    this.avatar = new LiveAvatar({
      server,
      video: view.video,
      // The log is what a screen reader reads, so nobody listens to the captions' own region.
      captions: new Captions(view.captions, document.createElement('p')),
      handlers: {
        onEvent: (event) => handlers.onEvent(event),
        onStatus: (status) => this.keeper.show(status),
        onPlay: (withSound) => handlers.onPlay(withSound),
        onMediaBlocked: () => handlers.onMediaBlocked(),
        onEnd: (error) => this.keeper.lost(error),
      },
    });
    this.keeper = new Keeper({
      open: () => this.#open(),
      close: () => this.avatar.close(),
      onAway: (away, isNew) => (away ? handlers.onAway() : handlers.onBack(isNew)),
      onError: (error) => errors.add(error),
    });
  }

  get isConnected(): boolean {
    return this.keeper.connection === 'connected';
  }

  start(): void {
    this.#showStill();
    window.setInterval(() => this.#keepAlive(), KEEP_ALIVE_MS);
    window.setInterval(() => this.#takeStill(), STILL_INTERVAL_MS);
    void this.keeper.renew();
  }

  /** What is spoken and understood from now on, also in conversations to come. */
  async setLanguage(language: Language): Promise<void> {
    this.#language = language;
    if (this.isConnected) await this.#tellLanguage();
  }

  /** Said in the language of the moment; what fails is logged, because a greeting is not worth more. */
  async say(text: string): Promise<void> {
    const language = voiceFor(this.#language, this.#voices);
    const spoken = this.avatar.speak(text, language === undefined ? {} : { language });
    await spoken.catch((error: unknown) => this.#parts.errors.add(error));
  }

  async #open(): Promise<void> {
    const { server } = this.#parts;
    this.#choice ??= { id: await firstPortrait(server) };
    this.#showStill();
    const opened = this.avatar.open(this.#choice, this.#look);
    [this.#voices] = await Promise.all([listLanguages(server), opened]);
    await this.#tellLanguage();
  }

  async #tellLanguage(): Promise<void> {
    const language = voiceFor(this.#language, this.#voices);
    if (language !== undefined) await this.avatar.request({ type: 'language', language });
  }

  #keepAlive(): void {
    if (!this.isConnected) return;
    this.avatar.request({ type: 'keep_alive' }).catch((error) => this.#parts.errors.add(error));
  }

  get #look(): Look {
    const { size, background } = this.#parts.options;
    const framing = window.innerHeight > window.innerWidth ? 'portrait' : 'landscape';
    return { size, framing, ...(background !== undefined && { background }) };
  }

  /** What tells the still picture from others. */
  get #stillName(): string {
    const { framing, background } = this.#look;
    return JSON.stringify([this.#choice, framing, background]);
  }

  #showStill(): void {
    const { view, server } = this.#parts;
    const kept = keptStill(this.#stillName);
    if (kept !== undefined) view.poster.src = kept;
    else if (this.#choice !== undefined && 'id' in this.#choice) view.poster.src = stillUrl(this.#choice.id, server);
  }

  #takeStill(): void {
    const { video, poster, state } = this.#parts.view;
    const name = this.#stillName;
    if (!this.isConnected || state !== 'idle' || name === this.#keptName) return;
    const still = keepStill(video, name);
    if (still === undefined) return;
    poster.src = still;
    this.#keptName = name;
  }
}

async function firstPortrait(server: Server): Promise<string> {
  const { portraits } = await listPortraits(server);
  const [first] = portraits;
  if (first === undefined) throw new ApiError('portrait_unknown', 'The server has no portraits.');
  return first.id;
}
