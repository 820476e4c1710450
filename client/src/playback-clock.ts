// Which sample of the conversation is heard just now. The server says now and then how many samples it has sent; between
// those moments time goes on at 48 kHz, and what was sent is heard after the jitter buffer and the sound card.

const SAMPLES_PER_MS = 48;
/** Reports older than this are forgotten, so that a clock that stalled on the server is noticed. */
const MEMORY_MS = 10_000;

interface Report {
  sample: number;
  atMs: number;
}

export class PlaybackClock {
  #reports: Report[] = [];
  #playoutDelayMs = 0;

  /** The server's count of sent samples, as it arrived at `atMs` (performance.now). */
  report(sample: number, atMs: number): void {
    this.#reports = this.#reports.filter((old) => atMs - old.atMs < MEMORY_MS);
    this.#reports.push({ sample, atMs });
  }

  /** Jitter buffer and output together. The way through the network is not part of it: reports and sound both take it. */
  setPlayoutDelay(delayMs: number): void {
    this.#playoutDelayMs = delayMs;
  }

  /** The sample that is heard at `atMs`, or undefined before the first report. */
  heardAt(atMs: number): number | undefined {
    if (this.#reports.length === 0) return undefined;
    // A report that was held up on its way makes the clock look late, so the earliest one counts.
    const sent = Math.max(...this.#reports.map((report) => report.sample + (atMs - report.atMs) * SAMPLES_PER_MS));
    return sent - this.#playoutDelayMs * SAMPLES_PER_MS;
  }

  reset(): void {
    this.#reports = [];
  }
}
