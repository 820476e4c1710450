// When to try again after a break: soon at first, then every two seconds, each time a little off so that the pages of one server do
// not come back all at once; and at once when the browser says that its network is back.

const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS = 2000;
/** A delay is shortened by up to this share of it. */
const JITTER = 0.3;

/** Yields before each new try, until `patienceMs` are over; Infinity never gives up. Leave the loop when a try succeeded. */
export async function* attempts(patienceMs: number): AsyncGenerator<void> {
  const startedMs = performance.now();
  for (let delayMs = FIRST_DELAY_MS; performance.now() - startedMs < patienceMs; ) {
    await networkOr(delayMs * (1 - JITTER * Math.random()));
    yield;
    delayMs = Math.min(2 * delayMs, LONGEST_DELAY_MS);
  }
}

function networkOr(delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      window.clearTimeout(timer);
      window.removeEventListener('online', done);
      resolve();
    };
    const timer = window.setTimeout(done, delayMs);
    window.addEventListener('online', done);
  });
}
