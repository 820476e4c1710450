// Adds up the processor time that the stages of a pipeline take on their own thread; waiting does not count.

/** Processor time of the calling thread since it began, in milliseconds. */
function threadCpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

/** The end of the measured work of this thread that runs or waits. */
let turn: Promise<unknown> = Promise.resolve();

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
   * The same for work that ends later, such as model runs. Of all meters in this thread one such work runs at a time, so
   * that none is booked on another's stage; as they share one thread, none ends later for it.
   */
  measureAsync<T>(stage: Stage, work: () => Promise<T>): Promise<T> {
    const measured = turn.then(async () => {
      const before = threadCpuMs();
      try {
        return await work();
      } finally {
        this.#add(stage, threadCpuMs() - before);
      }
    });
    turn = measured.catch(() => undefined);
    return measured;
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
