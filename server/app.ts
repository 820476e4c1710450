// The one place where the parts are put together, and taken apart again.

import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { closePortraitThread, openAvatarStore } from './avatar/index.ts';
import { createModeration } from './bot/index.ts';
import { type Config, PROJECT_ROOT } from './config.ts';
import { startMediaHost, startPacer } from './media/index.ts';
import { createLogger, createMetrics, type Metrics } from './observe/index.ts';
import { conversationObserver, figuresOf, measuredModeration, measuredSpeech, mediaObserver } from './observers.ts';
import {
  Desk,
  Gallery,
  LiveConversationHost,
  motionModelOptions,
  openMessageStore,
  type PipelineDiagnostics,
  PipelinePool,
  painterOptions,
  pipelineSettings,
  Studio,
  type ThreadCensus,
} from './session/index.ts';
import { createSignaling, createWebhooks } from './signaling/index.ts';
import { startTalk } from './talk.ts';
import { mediasoupWorkerPath } from './worker-path.ts';

/** The page as Vite builds it. */
const CLIENT_DIRECTORY = join(PROJECT_ROOT, 'dist/client');
/** Portraits that were prepared once; safe to delete. */
const PREPARED_DIRECTORY = join(PROJECT_ROOT, '.cache/prepared');
/** A certificate that was made on request; safe to delete. */
const TLS_DIRECTORY = join(PROJECT_ROOT, '.cache/tls');
/** Where browsers find this machine when media listens everywhere and nothing else is said. */
const LOCAL_ADDRESS = '127.0.0.1';
/** A visitor's statement outlives the longest conversation by this, and is erased with its end. */
const STATEMENT_MARGIN_SECONDS = 600;

export interface App {
  /** TCP port of the page and the socket. */
  readonly port: number;
  readonly host: LiveConversationHost;
  readonly metrics: Metrics;
  /** Process ids of the media workers, for measuring. */
  readonly workerPids: number[];
  /** What the pipeline threads hold for conversations: nothing while none is open. For finding leaks. */
  census(): Promise<ThreadCensus[]>;
  /** Takes no new conversations from now on. */
  drain(): void;
  /** Ends all conversations and frees everything. Harmless twice. */
  close(): Promise<void>;
}

export interface AppOptions {
  logger?: Logger;
  /** For measuring. */
  diagnostics?: PipelineDiagnostics;
}

/**
 * Starts the whole server.
 *
 * @throws VaktraError what keeps it from starting: `port_in_use`, `model_missing`, `worker_binary_missing`, ...;
 *   nothing is left running then
 */
export async function startApp(
  config: Config,
  { logger = createLogger(config.log), diagnostics }: AppOptions = {},
): Promise<App> {
  /** What was started, newest last: taken down in the opposite order. */
  const running: (() => void | Promise<void>)[] = [];
  const takeDown = async () => {
    for (let stop = running.pop(); stop; stop = running.pop()) await stop();
  };
  try {
    const threads = orCores(config.pipeline.threads);
    const metrics = createMetrics(() => figuresOf(host), threads);
    running.push(closePortraitThread);
    const gallery = await Gallery.load(config.portraits.directory, PREPARED_DIRECTORY);

    const pacer = startPacer();
    running.push(() => pacer.close());
    const media = await startMediaHost({
      workers: orCores(config.media.workers),
      listenIp: config.media.listenIp,
      announcedAddress: config.media.announcedAddress ?? announced(config.media.listenIp),
      basePort: config.media.basePort,
      workerBin: mediasoupWorkerPath(config.media.workerBin),
      logger,
      observer: mediaObserver(metrics),
    });
    running.push(() => media.close());

    const { engine, brain, recogniser } = await startTalk(config, logger);
    running.push(
      () => engine.close(),
      async () => brain?.close(),
      async () => recogniser?.close(),
    );
    const speech = measuredSpeech(engine, metrics);
    const { allowPrivate } = config.outgoing;
    const moderation = measuredModeration(createModeration({ ...config.moderation, allowPrivate, logger }), metrics);
    const studio = new Studio({
      store: openAvatarStore(config.data.directory),
      recogniser,
      codeMinutes: config.consent.codeMinutes,
      evidenceDays: config.data.evidenceDays,
      statementSeconds: config.conversations.maxSeconds + STATEMENT_MARGIN_SECONDS,
      logger,
    });
    running.push(() => studio.close());
    await studio.guard.recordShipped(gallery.portraits);
    const desk = new Desk({
      messages: openMessageStore(config.data.directory, config.desk.messageDays),
      cannedAnswers: config.desk.cannedAnswers,
      graceMs: config.desk.graceSeconds * 1000,
      patienceMs: config.desk.patienceSeconds * 1000,
    });
    running.push(() => desk.close());
    const pool = await PipelinePool.start({
      threads,
      data: { motion: motionModelOptions(config), painter: painterOptions(config) },
      logger,
    });
    running.push(() => pool.close());

    // Before the host, so that it is there until the last conversation has ended.
    const webhooks = createWebhooks(config.events, {
      allowPrivate,
      logger,
      count(outcome, seconds) {
        metrics.webhookEvents.inc({ outcome });
        if (seconds !== undefined) metrics.webhookDelivery.observe({ outcome }, seconds);
      },
    });
    running.push(async () => webhooks?.close());
    const host = new LiveConversationHost({
      config,
      media,
      pacer,
      pool,
      speech,
      brain,
      moderation,
      recogniser,
      gallery,
      studio,
      desk,
      logger,
      pipelineSettings: { ...pipelineSettings(config), diagnostics },
      observer: conversationObserver(metrics),
    });
    running.push(() => host.close());

    const signaling = createSignaling({
      config,
      clientDirectory: CLIENT_DIRECTORY,
      tlsDirectory: TLS_DIRECTORY,
      host,
      studio,
      desk,
      logger,
      webhooks,
      metrics: metrics.registry,
      countError: (part, { code }) => metrics.errors.inc({ part, code }),
    });
    running.push(() => signaling.close());
    const { port } = await signaling.listen();
    return {
      port,
      host,
      metrics,
      get workerPids() {
        return media.workerPids;
      },
      census: () => pool.census(),
      drain: () => signaling.drain(),
      close: takeDown,
    };
  } catch (error) {
    await takeDown();
    throw error;
  }
}

function orCores(count: number | 'auto'): number {
  return count === 'auto' ? availableParallelism() : count;
}

function announced(listenIp: string): string | undefined {
  return listenIp === '0.0.0.0' ? LOCAL_ADDRESS : undefined;
}
