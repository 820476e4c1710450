// One conversation as a bot's server holds it: makes the avatar speak, hears what happens.
import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { AudioSpeech } from './audio-speech.ts';
import { Connection } from './connection.ts';
import { toClientError, VaktraClientError } from './error.ts';
import { addressOf } from './http.ts';
import type { Heard, Hello, Request } from './protocol.ts';
import { Speech } from './speech.ts';
import type { Mood, ServerEvent, ServerOptions, SessionEvents, SpeakOptions, SpeechEnd } from './types.ts';

/** Well within the shortest time after which servers close what nobody uses. */
const KEEP_ALIVE_MS = 60_000;
/** What is still on its way when a conversation is left is waited for this long. */
const GOODBYE_MS = 2000;

/** Emits `SessionEvents`. Made by `connect`. */
export class Session extends EventEmitter<SessionEvents> {
  readonly id: string;
  /** Opens this conversation and no other: for a page. Undefined where the server is open, or somebody else opened it. */
  readonly token: string | undefined;
  readonly #server: ServerOptions;
  readonly #connection: Connection;
  readonly #speeches = new Map<string, Speech>();
  #keepAlive: NodeJS.Timeout | undefined;
  #joined: Hello | undefined;
  #state: Hello['state'] = 'idle';
  #position = 0;
  #backlogMs = 0;
  #isClosing = false;
  #isOver = false;

  constructor(server: ServerOptions, id: string, token?: string) {
    super();
    this.id = id;
    this.token = token;
    this.#server = server;
    this.#connection = new Connection(server, id, {
      onEvent: (event) => this.#receive(event),
      onReconnecting: (attempt) => this.emit('reconnecting', { attempt }),
      onReconnected: (joined) => {
        this.#greeted(joined);
        this.emit('reconnected');
      },
      // The server tells of every end, also of the one that was asked for here.
      onEnd: (error) => this.#end(this.#isClosing ? undefined : error),
    });
  }

  /** @throws VaktraClientError */
  async join(): Promise<this> {
    this.#greeted(await this.#connection.open());
    if (this.#server.keepAlive) {
      this.#keepAlive = setInterval(() => this.keepAlive().catch(() => undefined), KEEP_ALIVE_MS);
    }
    return this;
  }

  /** The page that shows this conversation. */
  get pageUrl(): string {
    const page = addressOf(this.#server.url, '');
    page.searchParams.set('session', this.id);
    if (this.token !== undefined) page.searchParams.set('token', this.token);
    return page.href;
  }

  /** Who is seen, what the picture is like, and what was said until the conversation was joined last. */
  get details(): Pick<Hello, 'portrait' | 'video' | 'transcript'> {
    if (this.#joined === undefined) throw new VaktraClientError('conversation_unknown', 'Join the conversation first.');
    const { portrait, video, transcript } = this.#joined;
    return { portrait, video, transcript };
  }

  get state(): Hello['state'] {
    return this.#state;
  }

  /** The conversation's clock, in samples at 48 kHz, as of the last news of it. */
  get position(): number {
    return this.#position;
  }

  get isConnected(): boolean {
    return this.#connection.isConnected;
  }

  /** Has the avatar speak this, behind what it is saying. Nothing is heard before somebody watches. */
  speak(text: string, { eventId, language, emotion, strength }: SpeakOptions = {}): Speech {
    const speech = this.#open(eventId);
    const request: Request = {
      type: 'speak',
      event_id: speech.eventId,
      text,
      wait: true,
      ...(language !== undefined && { language }),
      ...moodOf({ emotion, strength }),
    };
    this.#waitFor(speech, request);
    return speech;
  }

  /** Speaks and waits until it was heard or cut. @throws VaktraClientError */
  say(text: string, options?: SpeakOptions): Promise<SpeechEnd> {
    return this.speak(text, options).ended;
  }

  /**
   * A speech whose sound you write piece by piece; `write` waits while enough is ahead.
   *
   * @param rateHz of PCM s16 little-endian mono, 8000 to 48000
   * @throws VaktraClientError `audio_rate_unsupported`
   */
  openAudio(rateHz: number, { eventId, emotion, strength }: Omit<SpeakOptions, 'language'> = {}): AudioSpeech {
    const speech = this.#open(eventId);
    return new AudioSpeech({
      speech,
      rateHz,
      mood: moodOf({ emotion, strength }),
      request: async (request) => {
        try {
          return await this.#connection.request(request);
        } catch (thrown) {
          const error = toClientError(thrown);
          if (error.code !== 'audio_backlog_full') this.#refused(speech, error);
          throw error;
        }
      },
      end: () => this.#waitFor(speech, { type: 'speak_end', event_id: speech.eventId, wait: true }),
      backlogMs: () => this.#backlogMs,
      pushed: (ms) => {
        this.#backlogMs += ms;
      },
    });
  }

  /** Speaks the sound of a stream to its end, or until it is cut: then the stream is closed and read no more. */
  speakAudio(
    stream: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
    rateHz: number,
    options?: Omit<SpeakOptions, 'language'>,
  ): Pick<AudioSpeech, 'eventId' | 'started' | 'ended'> {
    const speech = this.openAudio(rateHz, options);
    this.#pump(stream, speech).catch((thrown) => {
      const handle = this.#speeches.get(speech.eventId);
      if (handle) this.#refused(handle, toClientError(thrown));
    });
    return speech;
  }

  /** Stops what is said at once and forgets what waits ("clear buffer"). */
  async interrupt(): Promise<void> {
    await this.#connection.request({ type: 'interrupt' });
  }

  /** Has the bot of the server answer this, as if the visitor had written it. */
  async ask(text: string): Promise<void> {
    await this.#connection.request({ type: 'ask', text });
  }

  /** The face's mood from now on; without an emotion it is taken back. */
  async mood(mood: Mood = {}): Promise<void> {
    await this.#connection.request({ type: 'mood', ...moodOf(mood) });
  }

  /** What is spoken and understood from now on, a BCP 47 tag. */
  async language(language: string): Promise<void> {
    await this.#connection.request({ type: 'language', language });
  }

  /** Counts as use: puts off the end of a conversation that nobody uses. */
  async keepAlive(): Promise<void> {
    await this.#connection.request({ type: 'keep_alive' });
  }

  /** Ends the conversation for all who are in it. Harmless when it is over. */
  async close(): Promise<void> {
    if (this.#isOver) return;
    this.#isClosing = true;
    const goodbye = this.#connection.isConnected ? this.#connection.request({ type: 'close' }) : Promise.resolve();
    // Answered or not, it is over for this client; the server closes what nobody is in.
    await Promise.race([
      goodbye.catch(() => undefined),
      new Promise((resolve) => setTimeout(resolve, GOODBYE_MS).unref()),
    ]);
    this.leave();
  }

  /** Leaves the conversation, which goes on for the others. Harmless when it is over. */
  leave(): void {
    this.#end();
  }

  async #pump(stream: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, speech: AudioSpeech): Promise<void> {
    let odd = new Uint8Array(0);
    for await (const piece of stream) {
      if (speech.isDone) return;
      // Streams are cut anywhere, samples are two bytes.
      const bytes = Buffer.concat([odd, piece]);
      const whole = bytes.length - (bytes.length % 2);
      odd = new Uint8Array(bytes.subarray(whole));
      await speech.write(bytes.subarray(0, whole));
    }
    await speech.speakEnd();
  }

  #open(eventId: string = randomUUID()): Speech {
    const known = this.#speeches.get(eventId);
    if (known) return known;
    const speech = new Speech(eventId);
    this.#speeches.set(eventId, speech);
    return speech;
  }

  #refused(speech: Speech, error: VaktraClientError): void {
    if (!this.#speeches.delete(speech.eventId)) return;
    speech.fail(error);
    if (!this.#isOver) this.emit('speech.failed', { event_id: speech.eventId, error });
  }

  /** The answer to `request` comes when the speech was heard; also when it is made again after a lost connection, whose events are lost. */
  #waitFor(speech: Speech, request: Request): void {
    this.#connection.request(request).then(
      (result) => this.#heard(speech, result as unknown as Heard),
      (error) => this.#refused(speech, toClientError(error)),
    );
  }

  #heard(speech: Speech, { playback_position: position, interrupted, text }: Heard): void {
    this.#speeches.delete(speech.eventId);
    speech.end({ position, interrupted, text });
  }

  #greeted(joined: Hello): void {
    this.#joined = joined;
    this.#state = joined.state;
    this.#position = joined.position;
  }

  #receive(event: ServerEvent): void {
    if (event.type === 'state') {
      this.#state = event.state;
      this.#position = event.sample;
    } else if (event.type === 'stats') {
      this.#position = event.position;
      this.#backlogMs = event.backlog_ms;
    } else if (event.type === 'speech.started') {
      this.#speeches.get(event.event_id)?.start(event.sample);
    } else if (event.type === 'speech.interrupted') {
      // Sound that is still being pushed stops here; every other end is told by the answer to the request.
      const { event_id, playback_position: position, text } = event;
      this.#speeches.get(event_id)?.end({ position, interrupted: true, text });
    }
    // The type of an event is its name, which the compiler does not follow through a union.
    this.emit(event.type as 'state', event as never);
  }

  #end(error?: VaktraClientError): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearInterval(this.#keepAlive);
    const over =
      error ?? new VaktraClientError('conversation_closed', 'This client has left the conversation: connect again.');
    this.#connection.close(over);
    for (const speech of this.#speeches.values()) speech.fail(over);
    this.#speeches.clear();
    this.emit('closed', error === undefined ? {} : { error });
  }
}

function moodOf({ emotion, strength }: Mood): Mood {
  return { ...(emotion !== undefined && { emotion }), ...(strength !== undefined && { strength }) };
}
