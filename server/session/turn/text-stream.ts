// Text that one side writes while the other reads it.

export class TextStream implements AsyncIterable<string> {
  #pieces: string[] = [];
  #ended = false;
  #changed = Promise.withResolvers<void>();

  write(text: string): void {
    this.#pieces.push(text);
    this.#changed.resolve();
  }

  /** No more comes. */
  end(): void {
    this.#ended = true;
    this.#changed.resolve();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<string> {
    for (;;) {
      const piece = this.#pieces.shift();
      if (piece !== undefined) yield piece;
      else if (this.#ended) return;
      else {
        await this.#changed.promise;
        this.#changed = Promise.withResolvers();
      }
    }
  }
}
