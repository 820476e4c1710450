// When to try again after a lost connection: soon at first, then twice as late each time, and each time a little off, so that the
// bots of a server that was started anew do not all come back at once.
import { setTimeout as sleep } from 'node:timers/promises';

const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS = 8000;
/** A delay is shortened by up to this share of it. */
const JITTER = 0.4;

/** Yields the number of each try, from 1, until `patienceMs` are over or `signal` aborts. Leave the loop after a success. */
export async function* attempts(patienceMs: number, signal: AbortSignal): AsyncGenerator<number> {
  const startedMs = performance.now();
  let delayMs = FIRST_DELAY_MS;
  for (let attempt = 1; ; attempt += 1) {
    const leftMs = patienceMs - (performance.now() - startedMs);
    if (leftMs <= 0) return;
    try {
      await sleep(Math.min(delayMs * (1 - JITTER * Math.random()), leftMs), undefined, { signal });
    } catch {
      return; // aborted: the client was closed
    }
    yield attempt;
    delayMs = Math.min(2 * delayMs, LONGEST_DELAY_MS);
  }
}
