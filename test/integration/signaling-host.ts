// A conversation host for the tests of the protocol: it records what it was asked and says nothing by itself.
// Media is not part of these tests; test/browser runs the real host.
import { EventEmitter } from 'node:events';
import { tmpdir } from 'node:os';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { VaktraError } from '../../server/errors.ts';
import type {
  ChosenPortrait,
  Conversation,
  ConversationEvents,
  ConversationHost,
  ConversationOptions,
  ConversationStats,
} from '../../server/session/index.ts';
import {
  createSignaling,
  type Signaling,
  type SignalingConfig,
  type SignalingOptions,
} from '../../server/signaling/index.ts';
import { PREPARING_STEPS } from '../../server/types.ts';

const STATS: ConversationStats = {
  state: 'idle',
  position: 96_000,
  picturesSent: 50,
  picturesRepeated: 1,
  clockStalls: 0,
  queuedMs: 40,
  backlogMs: 0,
  motionMsPerPicture: 1.5,
  renderMsPerPicture: 2.5,
  encodeMsPerPicture: 1.25,
  videoBitrateKbps: 387,
};

export class RecordingConversation extends EventEmitter<ConversationEvents> implements Conversation {
  readonly id: string;
  readonly portrait: ChosenPortrait;
  readonly video = { width: 512, height: 512, matte: 'none' as const };
  readonly rtpCapabilities = { codecs: [], headerExtensions: [] };
  readonly calls: { name: string; args: unknown[] }[] = [];
  /** What the next call throws. */
  failure: Error | undefined;
  closed = false;

  constructor(id: string, portraitId: string) {
    super();
    this.id = id;
    this.portrait = { id: portraitId, title: 'A painting', warnings: [] };
  }

  async createTransport() {
    this.#record('createTransport');
    return {
      id: 'transport-1',
      iceParameters: { usernameFragment: 'user', password: 'secret' },
      iceCandidates: [],
      dtlsParameters: { role: 'auto' as const, fingerprints: [] },
    };
  }
  async connectTransport(...args: Parameters<Conversation['connectTransport']>) {
    this.#record('connectTransport', ...args);
  }
  async restartIce(...args: Parameters<Conversation['restartIce']>) {
    this.#record('restartIce', ...args);
    return { usernameFragment: 'again', password: 'secret' };
  }
  async consume(...args: Parameters<Conversation['consume']>) {
    this.#record('consume', ...args);
    return [{ id: 'c1', producerId: 'p1', kind: 'audio' as const, rtpParameters: { codecs: [] } }];
  }
  async resumeConsumers(...args: Parameters<Conversation['resumeConsumers']>) {
    this.#record('resumeConsumers', ...args);
  }
  async produceMicrophone(...args: Parameters<Conversation['produceMicrophone']>) {
    this.#record('produceMicrophone', ...args);
    return { id: 'microphone-1' };
  }
  async stopMicrophone(...args: Parameters<Conversation['stopMicrophone']>) {
    this.#record('stopMicrophone', ...args);
  }
  async hearVisitor(...args: Parameters<Conversation['hearVisitor']>) {
    this.#record('hearVisitor', ...args);
    return undefined;
  }
  handOver(...args: Parameters<Conversation['handOver']>) {
    this.#record('handOver', ...args);
  }
  async speak(...args: Parameters<Conversation['speak']>) {
    this.#record('speak', ...args);
  }
  async say(...args: Parameters<Conversation['say']>) {
    this.#record('say', ...args);
    return { position: 24_000, measure: 'heard' as const, isInterrupted: true, text: 'Hel' };
  }
  pushAudio(...args: Parameters<Conversation['pushAudio']>) {
    this.#record('pushAudio', ...args);
  }
  async speakEnd(...args: Parameters<Conversation['speakEnd']>) {
    this.#record('speakEnd', ...args);
    return { position: 48_000, measure: 'sent' as const, isInterrupted: false, text: '' };
  }
  readonly transcript = [];
  readonly person = {
    agent: undefined,
    standing: { agent: undefined, queue: undefined, isMessageAsked: false, microphones: [] },
  };
  ask(...args: Parameters<Conversation['ask']>) {
    this.#record('ask', ...args);
  }
  holdToTalk(...args: Parameters<Conversation['holdToTalk']>) {
    this.#record('holdToTalk', ...args);
  }
  setLanguage(...args: Parameters<Conversation['setLanguage']>) {
    this.#record('setLanguage', ...args);
  }
  interrupt() {
    this.#record('interrupt');
  }
  setMood(...args: Parameters<Conversation['setMood']>) {
    this.#record('setMood', ...args);
  }
  reportPlayoutDelay(...args: Parameters<Conversation['reportPlayoutDelay']>) {
    this.#record('reportPlayoutDelay', ...args);
  }
  stats() {
    return STATS;
  }
  warn(warning: VaktraError) {
    this.emit('warning', warning);
  }
  async close(error?: VaktraError) {
    if (this.closed) return;
    this.closed = true;
    this.emit('closed', error === undefined ? {} : { error });
  }

  #record(name: string, ...args: unknown[]): void {
    this.calls.push({ name, args });
    const failure = this.failure;
    this.failure = undefined;
    if (failure !== undefined) throw failure;
  }
}

export class RecordingHost implements ConversationHost {
  readonly conversations = new Map<string, RecordingConversation>();
  readonly created: ConversationOptions[] = [];

  async create(options: ConversationOptions): Promise<RecordingConversation> {
    const portraitId = 'id' in options.portrait ? options.portrait.id : 'upload';
    if (portraitId === 'nobody') throw new VaktraError('portrait_unknown', 'There is no portrait "nobody".');
    this.created.push(options);
    for (const step of PREPARING_STEPS) options.onStep?.(step);
    const conversation = new RecordingConversation(`session-${this.conversations.size + 1}`, portraitId);
    this.conversations.set(conversation.id, conversation);
    return conversation;
  }
  get(id: string): RecordingConversation {
    const conversation = this.conversations.get(id);
    if (conversation === undefined) throw new VaktraError('conversation_unknown', `There is no conversation "${id}".`);
    if (conversation.closed) throw new VaktraError('conversation_closed', `Conversation "${id}" has ended.`);
    return conversation;
  }
  get size(): number {
    return [...this.conversations.values()].filter(({ closed }) => !closed).length;
  }
  portraits() {
    return [{ id: 'lady', title: 'A Lady', artist: 'A Painter', year: '1892', licence: 'public domain' }];
  }
  async portraitThumbnail(id: string) {
    if (id !== 'lady') throw new VaktraError('portrait_unknown', `There is no portrait "${id}".`);
    return new Uint8Array([0xff, 0xd8, 0xff, 0xd9]);
  }
  languages() {
    return [{ id: 'en', name: 'English' }];
  }
  topics(language: string) {
    return language === 'en' ? ['Where is my parcel?'] : [];
  }
  async close() {}
}

export const TEST_CONFIG: SignalingConfig = {
  http: {
    host: '127.0.0.1',
    port: 0,
    maxMessageBytes: 1_048_576,
    origins: [],
    tls: { cert: null, key: null, development: false },
  },
  access: { apiKeys: [], secret: null, tokenMinutes: 15 },
  label: { announcement: { en: 'This is an AI.', de: 'Dies ist eine KI.' } },
  portraits: { maxUploadBytes: 200_000 },
  media: { turn: { urls: [], secret: null, ttlSeconds: 60 } },
  conversations: { graceSeconds: 0.3, idleSeconds: 60, maxSeconds: 600, warningSeconds: 30 },
};

/** A listening signaling server on a free port; close it after the test. */
export async function startSignaling(
  host: ConversationHost,
  config: SignalingConfig = TEST_CONFIG,
  more: Pick<SignalingOptions, 'webhooks'> = {},
): Promise<Signaling & { port: number; url: string }> {
  const signaling = createSignaling({
    config,
    clientDirectory: tmpdir(),
    tlsDirectory: tmpdir(),
    host,
    logger: pino({ level: 'silent' }),
    metrics: new Registry(),
    ...more,
  });
  const { port } = await signaling.listen();
  return { ...signaling, port, url: `http://127.0.0.1:${port}` };
}
