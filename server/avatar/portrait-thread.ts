// The main thread's side of the preparing thread: starts it on demand, matches answers to requests, stops it when idle.
import { Worker } from 'node:worker_threads';
import { VaktraError } from '../errors.ts';
import type { PreparedAvatar } from '../types.ts';
import type { FoundFace } from './face-finder.ts';
import type { RgbPicture } from './picture-input.ts';
import type { PortraitAnswer, PortraitRequest } from './portrait-worker.ts';

/** The models take 150 MB: without work for this long the thread goes away. */
const IDLE_STOP_MS = 30_000;

interface Waiting {
  resolve(answer: PortraitAnswer): void;
  reject(error: Error): void;
}

export class PortraitThread {
  #worker: Worker | undefined;
  #waiting = new Map<number, Waiting>();
  #nextId = 0;
  #idleTimer: NodeJS.Timeout | undefined;

  async prepare(image: Uint8Array, neutralFile: string): Promise<PreparedAvatar> {
    const answer = await this.#ask({ id: this.#nextId++, kind: 'prepare', image, neutralFile });
    if (!('avatar' in answer))
      throw new VaktraError('internal', 'The preparing thread gave an answer of the wrong kind.');
    return answer.avatar;
  }

  async find(picture: RgbPicture): Promise<FoundFace[]> {
    const answer = await this.#ask({ id: this.#nextId++, kind: 'find', picture });
    if (!('faces' in answer))
      throw new VaktraError('internal', 'The preparing thread gave an answer of the wrong kind.');
    return answer.faces;
  }

  /** Resolves when the thread has ended; closing twice is harmless. */
  async close(): Promise<void> {
    clearTimeout(this.#idleTimer);
    const worker = this.#worker;
    if (!worker) return;
    this.#worker = undefined;
    worker.ref(); // while idle it is not counted, and the process would end before the thread does
    const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
    // By message, never terminate(): that would cut into a run of the WASM backend and take the process down.
    worker.postMessage({ kind: 'stop' } satisfies PortraitRequest);
    await ended;
  }

  #ask(request: Exclude<PortraitRequest, { kind: 'stop' }>): Promise<PortraitAnswer> {
    clearTimeout(this.#idleTimer);
    this.#worker ??= this.#start();
    const worker = this.#worker;
    worker.ref();
    return new Promise((resolve, reject) => {
      this.#waiting.set(request.id, { resolve, reject });
      worker.postMessage(request);
    });
  }

  #start(): Worker {
    const worker = new Worker(new URL('./portrait-worker.ts', import.meta.url), { name: 'portraits' });
    worker.on('message', (answer: PortraitAnswer) => this.#settle(worker, answer));
    worker.on('error', (cause) => this.#lost(worker, cause));
    worker.on('exit', () => this.#lost(worker, undefined));
    return worker;
  }

  #settle(worker: Worker, answer: PortraitAnswer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if ('error' in answer) waiting?.reject(new VaktraError(answer.error.code, answer.error.message));
    else waiting?.resolve(answer);
    if (this.#waiting.size > 0 || this.#worker !== worker) return;
    worker.unref(); // an idle thread must not keep the process alive
    this.#idleTimer = setTimeout(() => void this.close(), IDLE_STOP_MS);
    this.#idleTimer.unref();
  }

  #lost(worker: Worker, cause: unknown): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    const error = new VaktraError(
      'internal',
      'The thread that prepares portraits has ended: try again, and see the log.',
      { cause },
    );
    for (const waiting of this.#waiting.values()) waiting.reject(error);
    this.#waiting.clear();
  }
}
