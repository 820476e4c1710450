// Typed calls into a worker thread: a request, parts while it runs, one result or one VaktraError, buffers handed over
// instead of copied. The main side closes the thread by message, so that native code is never torn down in the middle of a run.

import { parentPort, type Transferable, Worker } from 'node:worker_threads';
import { type ErrorCode, type FaceBox, toVaktraError, VaktraError } from '../errors.ts';

/** What one call takes and gives. `part` is what the worker may post while the call runs. */
export interface WorkerCall {
  request: unknown;
  part?: unknown;
  result: unknown;
}

type Calls<T> = { [K in keyof T]: WorkerCall };
type PartOf<C> = C extends { part: infer P } ? P : never;

export interface RequestOptions<Part> {
  /** Buffers that move to the worker with the request; they are empty here afterwards. */
  transfer?: readonly Transferable[];
  /** Called for every part, in order, before the result. What it throws rejects the request. */
  onPart?: (part: Part) => void;
  /** Raises the flag that the worker reads by `context.aborted()`, even while it computes. The request still settles. */
  signal?: AbortSignal | undefined;
}

/** The main side of one worker thread. */
export interface WorkerThread<T extends Calls<T>> {
  /**
   * Calls into the worker.
   *
   * @throws VaktraError the worker's own error with its code; `internal` when the thread died or was closed
   */
  request<K extends keyof T & string>(
    call: K,
    request: T[K]['request'],
    options?: RequestOptions<PartOf<T[K]>>,
  ): Promise<T[K]['result']>;
  /** Lets the calls that run come to their end, then ends the thread. Closing twice is harmless. */
  close(): Promise<void>;
}

export interface WorkerThreadOptions {
  /** Shown in logs and profiles. */
  name: string;
  /** Called once when the thread dies by itself; requests that were waiting are rejected with the same error. */
  onDied?: (error: VaktraError) => void;
}

/** A result together with the buffers that move with it. */
export class Transferring<R> {
  readonly result: R;
  readonly transfer: readonly Transferable[];

  constructor(result: R, transfer: readonly Transferable[]) {
    this.result = result;
    this.transfer = transfer;
  }
}

export interface CallContext<Part> {
  post(part: Part, transfer?: readonly Transferable[]): void;
  /** Has the caller given up? Cheap; may be asked in the middle of a long computation. */
  aborted(): boolean;
}

export type WorkerHandlers<T extends Calls<T>> = {
  [K in keyof T]: (
    request: T[K]['request'],
    context: CallContext<PartOf<T[K]>>,
  ) => T[K]['result'] | Transferring<T[K]['result']> | Promise<T[K]['result'] | Transferring<T[K]['result']>>;
};

type ToWorker = { kind: 'call'; id: number; call: string; request: unknown; flag: Int32Array } | { kind: 'close' };
type FromWorker =
  | { kind: 'part'; id: number; part: unknown }
  | { kind: 'result'; id: number; result: unknown }
  | {
      kind: 'error';
      id: number;
      code: ErrorCode;
      message: string;
      stack: string;
      faces: readonly FaceBox[] | undefined;
    };

interface Waiting {
  resolve: (result: unknown) => void;
  reject: (error: VaktraError) => void;
  onPart: ((part: unknown) => void) | undefined;
}

/**
 * Starts a worker thread whose module calls `serveWorkerThread`.
 *
 * @param module the worker's module, by `new URL('./name.ts', import.meta.url)`
 */
export function startWorkerThread<T extends Calls<T>>(module: URL, options: WorkerThreadOptions): WorkerThread<T> {
  const worker = new Worker(module, { name: options.name });
  const waiting = new Map<number, Waiting>();
  let nextId = 0;
  let closing: Promise<void> | undefined;
  let dead: VaktraError | undefined;

  const { promise: exited, resolve: markExited } = Promise.withResolvers<void>();

  const die = (error: VaktraError): void => {
    if (dead) return;
    dead = error;
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
    if (!closing) options.onDied?.(error);
  };

  worker.on('message', (message: FromWorker) => {
    const caller = waiting.get(message.id);
    if (!caller) return; // its listener for parts threw: nobody waits any more
    if (message.kind === 'part') {
      try {
        caller.onPart?.(message.part);
      } catch (error) {
        waiting.delete(message.id);
        caller.reject(toVaktraError(error));
      }
      return;
    }
    waiting.delete(message.id);
    if (message.kind === 'result') {
      caller.resolve(message.result);
    } else {
      const cause = new Error(message.message);
      cause.stack = message.stack;
      caller.reject(new VaktraError(message.code, message.message, { cause, faces: message.faces }));
    }
  });
  worker.on('error', (error) => {
    die(new VaktraError('internal', `The worker thread ${options.name} failed (${error.message}).`, { cause: error }));
  });
  worker.on('exit', (code) => {
    const how = closing ? 'was closed' : `ended by itself with code ${code}`;
    die(new VaktraError('internal', `The worker thread ${options.name} ${how}.`));
    markExited();
  });

  return {
    async request(call, request, { transfer = [], onPart, signal } = {}) {
      if (dead) throw dead;
      if (closing) throw new VaktraError('internal', `The worker thread ${options.name} was closed.`);
      const id = nextId++;
      const flag = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
      const raise = (): void => void Atomics.store(flag, 0, 1);
      if (signal?.aborted) raise();
      signal?.addEventListener('abort', raise, { once: true });
      const { promise, resolve, reject } = Promise.withResolvers<unknown>();
      waiting.set(id, { resolve, reject, onPart: onPart as Waiting['onPart'] });
      try {
        worker.postMessage({ kind: 'call', id, call, request, flag } satisfies ToWorker, transfer);
        return (await promise) as T[typeof call]['result'];
      } finally {
        waiting.delete(id);
        raise(); // where a listener for parts threw, the worker need not go on
        signal?.removeEventListener('abort', raise);
      }
    },
    close() {
      if (!closing) {
        closing = exited;
        if (!dead) worker.postMessage({ kind: 'close' } satisfies ToWorker);
      }
      return closing;
    },
  };
}

/**
 * Answers the calls of the main side; called once, by the worker's module. Calls run one after another where their
 * handlers are synchronous, interleaved where they await.
 *
 * @param onClose runs when the main side closes the thread, after the calls that were running
 */
export function serveWorkerThread<T extends Calls<T>>(
  handlers: WorkerHandlers<T>,
  onClose?: () => void | Promise<void>,
): void {
  const port = parentPort;
  if (!port) throw new VaktraError('internal', 'serveWorkerThread runs inside a worker thread only.');
  const running = new Set<Promise<void>>();

  const answer = async ({ id, call, request, flag }: ToWorker & { kind: 'call' }): Promise<void> => {
    try {
      const handler = handlers[call as keyof T];
      const context: CallContext<unknown> = {
        post: (part, transfer = []) => port.postMessage({ kind: 'part', id, part } satisfies FromWorker, transfer),
        aborted: () => Atomics.load(flag, 0) === 1,
      };
      const outcome = await handler(request, context as CallContext<PartOf<T[keyof T]>>);
      const { result, transfer } = outcome instanceof Transferring ? outcome : { result: outcome, transfer: [] };
      port.postMessage({ kind: 'result', id, result } satisfies FromWorker, transfer);
    } catch (error) {
      const { code, message, stack, faces } = toVaktraError(error);
      const cause = error instanceof Error && error.stack ? error.stack : (stack ?? message);
      port.postMessage({ kind: 'error', id, code, message, stack: cause, faces } satisfies FromWorker);
    }
  };

  port.on('message', (message: ToWorker) => {
    if (message.kind === 'call') {
      const call = answer(message).finally(() => running.delete(call));
      running.add(call);
      return;
    }
    void Promise.all(running)
      .then(onClose)
      .finally(() => port.close());
  });
}
