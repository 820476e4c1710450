// The pipeline workers as the main thread sees them: as many as asked for, each carrying its share of conversations.
// A worker that dies ends its own conversations with an error and is replaced.

import { Worker } from 'node:worker_threads';
import type { Logger } from 'pino';
import { VaktraError } from '../errors.ts';
import type { PreparedAvatar } from '../types.ts';
import type { PipelineReply, PipelineRequest, PipelineWorkerData } from './pipeline-messages.ts';
import type { PipelineSettings } from './pipeline-settings.ts';
import { SharedAvatars } from './shared-avatars.ts';

/** A request without the conversation's id, which the line to the worker adds. */
type Unaddressed<T> = T extends { id: string } ? Omit<T, 'id'> : never;
export type LineRequest = Unaddressed<Exclude<PipelineRequest, { type: 'open' | 'shut-down' | 'census' }>>;
export type LineReply = Exclude<PipelineReply, { type: 'ready' | 'start-failed' | 'opened' | 'census' }>;

/** A conversation's line to its pipeline. */
export interface PipelineLine {
  /** @param transfer buffers that move with the request */
  post(request: LineRequest, transfer?: ArrayBuffer[]): void;
  close(): void;
}

/** What one thread holds. */
export interface ThreadCensus {
  /** Conversations that the main thread has on it. */
  lines: number;
  /** Conversations that it has itself; fewer only where it gave one up. */
  residents: number;
  /** Messages that came from it, since it began. */
  messages: number;
}

interface Thread {
  worker: Worker;
  messages: number;
  avatars: SharedAvatars;
  lines: Map<string, { reply: (reply: LineReply) => void; opened: () => void }>;
}

export interface PipelinePoolOptions {
  threads: number;
  data: PipelineWorkerData;
  logger: Logger;
}

export class PipelinePool {
  readonly #options: PipelinePoolOptions;
  readonly #avatarIds = new WeakMap<PreparedAvatar, number>();
  #nextAvatarId = 0;
  #threads: Thread[] = [];
  #closed = false;

  private constructor(options: PipelinePoolOptions) {
    this.#options = options;
  }

  /** @throws VaktraError what kept a worker from starting, such as `model_missing` */
  static async start(options: PipelinePoolOptions): Promise<PipelinePool> {
    const pool = new PipelinePool(options);
    const starts = await Promise.allSettled(Array.from({ length: options.threads }, () => pool.#startThread()));
    pool.#threads = starts.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : []));
    const failed = starts.find((start) => start.status === 'rejected');
    if (failed) {
      await pool.close();
      throw failed.reason;
    }
    return pool;
  }

  /** Opens a pipeline on the thread with the fewest conversations; resolves when it is ready to produce. */
  open(
    id: string,
    avatar: PreparedAvatar,
    seed: number,
    settings: PipelineSettings,
    reply: (reply: LineReply) => void,
  ): Promise<PipelineLine> {
    const thread = this.#threads.toSorted((a, b) => a.lines.size - b.lines.size)[0];
    if (!thread)
      throw new VaktraError(
        'conversation_failed',
        'No pipeline worker runs at the moment: try again in a few seconds.',
      );
    return new Promise((resolve, reject) => {
      const line: PipelineLine = {
        post: (request, transfer = []) => {
          thread.worker.postMessage({ ...request, id } as PipelineRequest, transfer);
        },
        close: () => {
          if (!thread.lines.delete(id)) return;
          thread.avatars.release(id);
          line.post({ type: 'close' });
        },
      };
      thread.lines.set(id, {
        opened: () => {
          thread.lines.set(id, { reply, opened: () => undefined });
          resolve(line);
        },
        reply: (early) => {
          line.close();
          reject(early.type === 'failed' ? new VaktraError(early.code, early.message) : unexpected(early.type));
        },
      });
      const avatarId = this.#avatarId(avatar);
      const known = thread.avatars.get(avatarId) !== undefined;
      thread.avatars.use(id, avatarId, avatar);
      thread.worker.postMessage({
        type: 'open',
        id,
        avatarId,
        avatar: known ? undefined : avatar,
        seed,
        settings,
      } satisfies PipelineRequest);
    });
  }

  /** What the threads hold: nothing while no conversation is open. For finding leaks. */
  census(): Promise<ThreadCensus[]> {
    return Promise.all(this.#threads.map(countOn));
  }

  async close(): Promise<void> {
    this.#closed = true;
    const threads = this.#threads;
    this.#threads = [];
    await Promise.all(threads.map((thread) => shutDown(thread.worker)));
  }

  #avatarId(avatar: PreparedAvatar): number {
    let id = this.#avatarIds.get(avatar);
    if (id === undefined) {
      id = this.#nextAvatarId++;
      this.#avatarIds.set(avatar, id);
    }
    return id;
  }

  #startThread(): Promise<Thread> {
    const worker = new Worker(new URL('./pipeline-worker.ts', import.meta.url), { workerData: this.#options.data });
    const thread: Thread = { worker, messages: 0, avatars: new SharedAvatars(), lines: new Map() };
    return new Promise((resolve, reject) => {
      worker.on('message', (reply: PipelineReply) => {
        thread.messages += 1;
        if (reply.type === 'ready') resolve(thread);
        else if (reply.type === 'start-failed') reject(new VaktraError(reply.code, reply.message));
        else if (reply.type === 'opened') thread.lines.get(reply.id)?.opened();
        else if (reply.type !== 'census') thread.lines.get(reply.id)?.reply(reply);
      });
      worker.on('error', (error) => {
        this.#options.logger.error({ error }, 'pipeline worker failed');
        reject(error);
      });
      worker.on('exit', () => this.#lost(thread));
    });
  }

  #lost(thread: Thread): void {
    if (this.#closed || !this.#threads.includes(thread)) return;
    this.#threads = this.#threads.filter((other) => other !== thread);
    const message = 'The worker that computed this conversation died: open a new conversation.';
    for (const [id, line] of thread.lines)
      line.reply({ type: 'failed', id, code: 'conversation_failed', message, fatal: true });
    this.#startThread().then(
      (fresh) => {
        if (this.#closed) return shutDown(fresh.worker);
        this.#threads.push(fresh);
      },
      (error: unknown) => this.#options.logger.fatal({ error }, 'pipeline worker could not be replaced'),
    );
  }
}

function countOn({ worker, lines, messages }: Thread): Promise<ThreadCensus> {
  return new Promise((resolve, reject) => {
    const dead = () => reject(new VaktraError('conversation_failed', 'The pipeline worker died: ask again.'));
    const count = (reply: PipelineReply) => {
      if (reply.type !== 'census') return;
      worker.off('message', count);
      worker.off('exit', dead);
      resolve({ lines: lines.size, residents: reply.residents, messages });
    };
    worker.on('message', count);
    worker.once('exit', dead);
    worker.postMessage({ type: 'census' } satisfies PipelineRequest);
  });
}

/** By message, so that native code is not torn down in the middle of a run. */
function shutDown(worker: Worker): Promise<void> {
  return new Promise((resolve) => {
    worker.once('exit', () => resolve());
    worker.postMessage({ type: 'shut-down' } satisfies PipelineRequest);
  });
}

function unexpected(type: string): VaktraError {
  return new VaktraError(
    'conversation_failed',
    `A pipeline answered ${type} before it was open: open a new conversation.`,
  );
}
