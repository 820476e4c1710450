import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { VaktraError } from '../../server/errors.ts';
import { startWorkerThread, type WorkerThread } from '../../server/runtime/index.ts';
import type { FixtureCalls } from './runtime-worker-thread.fixture.ts';

const FIXTURE = new URL('./runtime-worker-thread.fixture.ts', import.meta.url);

let deaths: VaktraError[];
let thread: WorkerThread<FixtureCalls>;

beforeEach(() => {
  deaths = [];
  thread = startWorkerThread<FixtureCalls>(FIXTURE, { name: 'fixture', onDied: (error) => deaths.push(error) });
});
afterEach(() => thread.close());

describe('worker thread', () => {
  it('hands buffers over in both directions', async () => {
    const samples = Float32Array.of(1, 2, 3.5);
    const doubled = await thread.request('double', samples, { transfer: [samples.buffer] });
    expect(doubled).toEqual(Float32Array.of(2, 4, 7));
    expect(samples).toHaveLength(0);
  });

  it('gives parts in order, then the result', async () => {
    const parts: number[] = [];
    const result = await thread.request('count', { to: 5 }, { onPart: (part) => parts.push(part) });
    expect(parts).toEqual([0, 1, 2, 3, 4]);
    expect(result).toBe('counted to 5');
  });

  it('answers calls by themselves, whichever is done first', async () => {
    const order: string[] = [];
    await Promise.all([
      thread.request('slow', { ms: 80 }).then(() => order.push('slow')),
      thread.request('count', { to: 1 }).then(() => order.push('quick')),
    ]);
    expect(order).toEqual(['quick', 'slow']);
  });

  it('tells a computation that it is not wanted any more, while it computes', async () => {
    const abort = new AbortController();
    const spinning = thread.request('spin', undefined, { signal: abort.signal });
    setTimeout(() => abort.abort(), 30);
    await expect(spinning).resolves.toBe('was told to stop');
    await expect(thread.request('spin', undefined, { signal: AbortSignal.abort() })).resolves.toBe('was told to stop');
  });

  it('brings an error back with its code, and goes on', async () => {
    const error = await thread.request('fail', 'coded').catch((reason) => reason);
    expect(error).toBeInstanceOf(VaktraError);
    expect(error).toMatchObject({ code: 'model_missing', message: 'No model here: put one there.' });
    expect(error.cause.stack).toContain('runtime-worker-thread.fixture');
    await expect(thread.request('fail', 'plain')).rejects.toMatchObject({
      code: 'internal',
      message: expect.stringContaining('a plain mistake'),
    });
    await expect(thread.request('count', { to: 0 })).resolves.toBe('counted to 0');
    expect(deaths).toEqual([]);
  });

  it('rejects a request whose listener for parts throws, and goes on', async () => {
    const onPart = () => {
      throw new Error('listener broke');
    };
    await expect(thread.request('count', { to: 3 }, { onPart })).rejects.toThrow(/listener broke/);
    await expect(thread.request('count', { to: 0 })).resolves.toBe('counted to 0');
  });

  it.each([
    ['throw', /outside of any call/],
    ['exit', /code 7/],
  ] as const)('rejects all who wait when the thread dies by %s, and all who come later', async (how, reason) => {
    const waiting = thread.request('slow', { ms: 60_000 });
    const dying = thread.request('die', how);
    await expect(waiting).rejects.toMatchObject({ code: 'internal', message: expect.stringMatching(reason) });
    await expect(dying).rejects.toThrow(reason);
    await expect(thread.request('count', { to: 1 })).rejects.toThrow(reason);
    expect(deaths).toHaveLength(1);
  });

  it('lets running calls come to their end when it is closed, and takes no more', async () => {
    const running = thread.request('slow', { ms: 60 });
    const closed = thread.close();
    await expect(thread.request('count', { to: 1 })).rejects.toMatchObject({ code: 'internal' });
    await expect(running).resolves.toBe('done');
    await closed;
    await thread.close();
    expect(deaths).toEqual([]);
  });
});
