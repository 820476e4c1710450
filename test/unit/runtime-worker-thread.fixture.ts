// The worker of the worker thread tests.

import { setTimeout as sleep } from 'node:timers/promises';
import { VaktraError } from '../../server/errors.ts';
import { serveWorkerThread, Transferring } from '../../server/runtime/index.ts';

export interface FixtureCalls {
  double: { request: Float32Array; result: Float32Array };
  count: { request: { to: number }; part: number; result: string };
  spin: { request: undefined; result: string };
  slow: { request: { ms: number }; result: string };
  fail: { request: 'coded' | 'plain'; result: never };
  die: { request: 'throw' | 'exit'; result: never };
}

serveWorkerThread<FixtureCalls>({
  double(samples) {
    const doubled = samples.map((sample) => 2 * sample);
    return new Transferring(doubled, [doubled.buffer]);
  },
  count({ to }, context) {
    for (let i = 0; i < to; i++) context.post(i);
    return `counted to ${to}`;
  },
  spin(_request, context) {
    while (!context.aborted());
    return 'was told to stop';
  },
  async slow({ ms }) {
    await sleep(ms);
    return 'done';
  },
  fail(kind) {
    if (kind === 'coded') throw new VaktraError('model_missing', 'No model here: put one there.');
    throw new TypeError('a plain mistake');
  },
  die(how) {
    if (how === 'exit') process.exit(7);
    setImmediate(() => {
      throw new RangeError('outside of any call');
    });
    return new Promise<never>(() => {});
  },
});
