// Notices sound and picture that stopped although the browser still calls their way connected, which it does for some ten seconds.

const LOOK_INTERVAL_MS = 1000;
/** Looks without a new packet after which nothing flows: the server sends some fifty packets a second, also in silence. */
const EMPTY_LOOKS = 3;

export class MediaWatch {
  readonly #stats: () => Promise<RTCStatsReport> | undefined;
  readonly #onFlow: (flows: boolean) => void;
  readonly #timer: number;
  #packets = 0;
  #emptyLooks = 0;

  /** @param onFlow false for as long as none come, every three seconds; true when they come again */
  constructor(stats: () => Promise<RTCStatsReport> | undefined, onFlow: (flows: boolean) => void) {
    this.#stats = stats;
    this.#onFlow = onFlow;
    this.#timer = window.setInterval(() => void this.#look(), LOOK_INTERVAL_MS);
  }

  stop(): void {
    window.clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    const report = await this.#stats();
    if (report === undefined) return;
    const before = this.#packets;
    this.#packets = packetsIn(report);
    // Before the first packet the way is being made, which the browser itself reports about.
    if (before === 0) return;
    const wasEmpty = this.#emptyLooks >= EMPTY_LOOKS;
    this.#emptyLooks = this.#packets === before ? this.#emptyLooks + 1 : 0;
    if (wasEmpty && this.#emptyLooks === 0) this.#onFlow(true);
    if (this.#emptyLooks > 0 && this.#emptyLooks % EMPTY_LOOKS === 0) this.#onFlow(false);
  }
}

function packetsIn(report: RTCStatsReport): number {
  let packets = 0;
  report.forEach((entry: { type: string; packetsReceived?: number }) => {
    if (entry.type === 'inbound-rtp') packets += entry.packetsReceived ?? 0;
  });
  return packets;
}
