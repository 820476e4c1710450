// A progress bar on standard error: drawn in place on a terminal, left out elsewhere.

const WIDTH = 30;

export class ProgressBar {
  readonly #label: string;
  #shownPercent = -1;

  constructor(label: string) {
    this.#label = label;
  }

  show(done: number, total: number): void {
    const percent = Math.floor((100 * done) / Math.max(1, total));
    if (!process.stderr.isTTY || percent === this.#shownPercent) return;
    this.#shownPercent = percent;
    const filled = Math.round((WIDTH * percent) / 100);
    process.stderr.write(`\r${this.#label} [${'#'.repeat(filled)}${'.'.repeat(WIDTH - filled)}] ${percent} %`);
  }

  end(): void {
    if (this.#shownPercent >= 0) process.stderr.write('\n');
  }
}
