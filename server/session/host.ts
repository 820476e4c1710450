// All conversations of this server: opens them, up to the limit, and closes them.

import { randomInt, randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { Brain, Moderation } from '../bot/index.ts';
import type { Config } from '../config.ts';
import { VaktraError } from '../errors.ts';
import type { MediaHost, Pacer } from '../media/index.ts';
import { videoShape } from '../render/index.ts';
import type { Recogniser, Speech } from '../speech/index.ts';
import { type CastPortrait, castPortrait } from './casting.ts';
import { prepareLook } from './chosen-look.ts';
import { LiveConversation } from './conversation.ts';
import type { ConversationObserver } from './conversation-parts.ts';
import type { Desk } from './desk/index.ts';
import type { Gallery } from './gallery.ts';
import type { PipelinePool } from './pipeline-pool.ts';
import type { PipelineSettings } from './pipeline-settings.ts';
import type { Studio } from './studio/index.ts';
import type { ConversationHost, ConversationOptions, PortraitSummary } from './types.ts';
import { videoBitrate } from './video-bitrate.ts';

const MAX_SEED = 2 ** 31;

export interface HostParts {
  config: Config;
  media: MediaHost;
  pacer: Pacer;
  pool: PipelinePool;
  speech: Speech;
  /** Undefined where whoever drives a conversation by the API gives the answers. */
  brain: Brain | undefined;
  moderation: Moderation | undefined;
  /** Undefined where visitors write. */
  recogniser: Recogniser | undefined;
  gallery: Gallery;
  studio: Studio;
  desk: Desk;
  pipelineSettings: PipelineSettings;
  observer: ConversationObserver;
  logger: Logger;
}

export class LiveConversationHost implements ConversationHost {
  readonly #parts: HostParts;
  readonly #conversations = new Map<string, LiveConversation>();
  /** Conversations that are being opened count too, or a burst would pass the limit. */
  #opening = 0;
  #closed = false;

  constructor(parts: HostParts) {
    this.#parts = parts;
  }

  get size(): number {
    return this.#conversations.size;
  }

  async create(options: ConversationOptions): Promise<LiveConversation> {
    const { max } = this.#parts.config.conversations;
    if (this.#closed) throw new VaktraError('conversations_full', 'The server is shutting down: try another one.');
    if (this.size + this.#opening >= max) {
      throw new VaktraError('conversations_full', `All ${max} conversations are taken: try again in a minute.`);
    }
    this.#opening += 1;
    const startMs = performance.now();
    try {
      const conversation = await this.#open(options);
      this.#parts.observer.prepared((performance.now() - startMs) / 1000);
      return conversation;
    } finally {
      this.#opening -= 1;
    }
  }

  get(id: string): LiveConversation {
    const conversation = this.#conversations.get(id);
    if (!conversation)
      throw new VaktraError('conversation_unknown', `There is no conversation "${id}": open a new one.`);
    return conversation;
  }

  /** Those that are open now. */
  all(): LiveConversation[] {
    return [...this.#conversations.values()];
  }

  portraits(): PortraitSummary[] {
    return this.#parts.gallery.list();
  }

  portraitThumbnail(id: string, sizePx: number): Promise<Uint8Array> {
    return this.#parts.gallery.thumbnail(id, sizePx);
  }

  languages(): { id: string; name: string }[] {
    return this.#parts.speech.languages();
  }

  topics(language: string): readonly string[] {
    return this.#parts.brain?.topics(language) ?? [];
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#conversations.values()].map((conversation) => conversation.close()));
  }

  async #open(options: ConversationOptions): Promise<LiveConversation> {
    const cast = await castPortrait(options.portrait, this.#parts, options.onStep);
    try {
      return await this.#openCast(cast, options);
    } catch (error) {
      await this.#parts.studio.guard.dismiss(cast.admission);
      throw error;
    }
  }

  async #openCast(cast: CastPortrait, { look: lookChoice, language }: ConversationOptions): Promise<LiveConversation> {
    const { media, pacer, pool, speech, brain, moderation, recogniser, config, logger, observer, pipelineSettings } =
      this.#parts;
    const { avatar, title, portraitId, admission, options: chosen } = cast;
    const look = await prepareLook(lookChoice);
    const id = randomUUID();
    const video = videoShape(look);
    const videoBitrateKbps = videoBitrate(config.media.videoBitrateKbps, video);
    const room = await media.createRoom(videoBitrateKbps);
    const conversation = new LiveConversation({
      id,
      portrait: { id: portraitId, title, warnings: avatar.warnings },
      video,
      room,
      pacer,
      speech,
      brain,
      moderation,
      recogniser,
      timing: config.turns,
      logger,
      observer,
      maxBacklogMs: config.speech.maxBacklogSeconds * 1000,
      language: language ?? chosen.language ?? config.speech.language,
      videoBitrateKbps,
      onClosed: () => {
        this.#conversations.delete(id);
        observer.opened(this.size);
      },
    });
    try {
      const seed = randomInt(MAX_SEED);
      conversation.attach(
        await pool.open(id, avatar, seed, { ...pipelineSettings, look, videoBitrateKbps }, (reply) =>
          conversation.onPipeline(reply),
        ),
      );
      if (chosen.emotion) conversation.setMood({ emotion: chosen.emotion });
      await this.#parts.studio.guard.opened(conversation, admission);
    } catch (error) {
      await conversation.close();
      throw error;
    }
    this.#conversations.set(id, conversation);
    this.#parts.desk.watch(conversation);
    observer.opened(this.size);
    return conversation;
  }
}
