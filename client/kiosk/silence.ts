// How long nobody has done anything: asks shortly before the end whether somebody is there, and then gives up.

const LOOK_INTERVAL_MS = 500;
/** How long before the end it is asked. */
const QUESTION_MS = 10_000;

export interface SilenceParts {
  /** Somebody is heard or answered just now, so no time passes. */
  isBusy(): boolean;
  /** @param secondsLeft undefined when there is nothing to ask any more */
  onQuestion(secondsLeft: number | undefined): void;
  onEnd(): void;
}

export class Silence {
  readonly #limitMs: number;
  readonly #parts: SilenceParts;
  #timer: number | undefined;
  #sinceMs = 0;
  #isAsking = false;

  constructor(limitMs: number, parts: SilenceParts) {
    this.#limitMs = limitMs;
    this.#parts = parts;
  }

  start(): void {
    this.stop();
    this.#sinceMs = performance.now();
    this.#timer = window.setInterval(() => this.#look(), LOOK_INTERVAL_MS);
  }

  /** Somebody did something. */
  broken(): void {
    this.#sinceMs = performance.now();
    if (this.#isAsking) this.#parts.onQuestion(undefined);
    this.#isAsking = false;
  }

  stop(): void {
    window.clearInterval(this.#timer);
    this.broken();
  }

  #look(): void {
    if (this.#parts.isBusy()) this.broken();
    const leftMs = this.#limitMs - (performance.now() - this.#sinceMs);
    if (leftMs <= 0) {
      this.stop();
      this.#parts.onEnd();
      return;
    }
    // With a short limit the question takes half of it.
    if (leftMs > Math.min(QUESTION_MS, this.#limitMs / 2)) return;
    this.#isAsking = true;
    this.#parts.onQuestion(Math.ceil(leftMs / 1000));
  }
}
