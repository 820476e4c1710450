// Adds up the processor time that the stages of a pipeline take on their own thread; waiting does not count.

/** Processor time of the calling thread since it began, in milliseconds. */
function threadCpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

export class CpuMeter<Stage extends string> {
  readonly #totals = new Map<Stage, number>();

  /** Runs `work` and books its processor time on `stage`. What it awaits from other threads is not booked. */
  measure<T>(stage: Stage, work: () => T): T {
    const before = threadCpuMs();
    try {
      return work();
    } finally {
      this.#add(stage, threadCpuMs() - before);
    }
  }

  /**
   * The same for work that ends later. Other work of this thread that runs meanwhile would be booked too, so it is
   * meant for model runs, which hold the thread until they are done.
   */
  async measureAsync<T>(stage: Stage, work: () => Promise<T>): Promise<T> {
    const before = threadCpuMs();
    try {
      return await work();
    } finally {
      this.#add(stage, threadCpuMs() - before);
    }
  }

  /** Milliseconds booked on `stage` since the last `reset`. */
  total(stage: Stage): number {
    return this.#totals.get(stage) ?? 0;
  }

  reset(): void {
    this.#totals.clear();
  }

  #add(stage: Stage, ms: number): void {
    this.#totals.set(stage, this.total(stage) + ms);
  }
}
