// A queue of samples: in at the back in any pieces, out at the front in any others, without a copy of the whole.

const FIRST_CAPACITY_SAMPLES = 8_192;

/** First in, first out. Every array that comes out is new, but for `peek`. */
export class SampleQueue {
  #buffer = new Float32Array(FIRST_CAPACITY_SAMPLES);
  #from = 0;
  #to = 0;

  get length(): number {
    return this.#to - this.#from;
  }

  push(samples: Float32Array): void {
    this.#makeRoom(samples.length);
    this.#buffer.set(samples, this.#to);
    this.#to += samples.length;
  }

  /** Takes `count` samples from the front; there must be as many. */
  shift(count: number): Float32Array {
    const taken = this.peek(0, count).slice();
    this.#from += count;
    return taken;
  }

  /** Looks at `count` samples from the `at`-th on; valid until the next push. */
  peek(at: number, count: number): Float32Array {
    if (at + count > this.length) throw new RangeError(`${at + count} samples of ${this.length} were asked for.`);
    return this.#buffer.subarray(this.#from + at, this.#from + at + count);
  }

  /** Makes the queue exactly this long: silence behind it, or its end cut off. */
  padTo(length: number): void {
    if (length > this.length) this.push(new Float32Array(length - this.length));
    this.#to = this.#from + length;
  }

  clear(): void {
    this.#from = 0;
    this.#to = 0;
  }

  #makeRoom(count: number): void {
    if (this.#to + count <= this.#buffer.length) return;
    const waiting = this.#buffer.subarray(this.#from, this.#to);
    if (waiting.length + count > this.#buffer.length) {
      const larger = new Float32Array(Math.max(this.#buffer.length * 2, waiting.length + count));
      larger.set(waiting);
      this.#buffer = larger;
    } else {
      this.#buffer.copyWithin(0, this.#from, this.#to);
    }
    this.#to -= this.#from;
    this.#from = 0;
  }
}
