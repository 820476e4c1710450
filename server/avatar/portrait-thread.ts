// The main thread's side of the preparing thread: started on demand, closed by message when idle (its models take 150 MB).
import { startWorkerThread, type WorkerThread } from '../runtime/index.ts';
import type { PreparedAvatar, PreparingStep } from '../types.ts';
import type { FoundFace } from './face-finder.ts';
import type { RgbPicture } from './picture-input.ts';
import type { PortraitCalls } from './portrait-worker.ts';

const IDLE_CLOSE_MS = 30_000;

export class PortraitThread {
  #thread: WorkerThread<PortraitCalls> | undefined;
  #running = 0;
  #idleTimer: NodeJS.Timeout | undefined;

  prepare(
    source: PortraitCalls['prepare']['request'],
    onPart?: (step: PreparingStep) => void,
  ): Promise<PreparedAvatar> {
    return this.#use((thread) => thread.request('prepare', source, { ...(onPart && { onPart }) }));
  }

  describe(image: Uint8Array, face: number | undefined): Promise<Float32Array> {
    return this.#use((thread) => thread.request('describe', { image, face }));
  }

  find(picture: RgbPicture): Promise<FoundFace[]> {
    return this.#use((thread) => thread.request('find', { picture }));
  }

  /** Resolves when the thread has ended; closing twice is harmless, and a later call starts another one. */
  async close(): Promise<void> {
    clearTimeout(this.#idleTimer);
    const thread = this.#thread;
    this.#thread = undefined;
    await thread?.close();
  }

  async #use<T>(work: (thread: WorkerThread<PortraitCalls>) => Promise<T>): Promise<T> {
    clearTimeout(this.#idleTimer);
    this.#thread ??= startWorkerThread<PortraitCalls>(new URL('./portrait-worker.ts', import.meta.url), {
      name: 'portraits',
      onDied: () => {
        this.#thread = undefined;
      },
    });
    this.#running++;
    try {
      return await work(this.#thread);
    } finally {
      this.#running--;
      if (this.#running === 0 && this.#thread) {
        this.#idleTimer = setTimeout(() => void this.close(), IDLE_CLOSE_MS);
      }
    }
  }
}
