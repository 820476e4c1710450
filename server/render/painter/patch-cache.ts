// Painted mouths, kept for when the same mouth is to be drawn again: those that were not used for longest go first.

/** One painted mouth. */
export interface PaintedPatch {
  /** [130 * 130 * 4] what is laid over the picture: see WarpEngine.patch. */
  texels: Int16Array;
  /** [478] where its landmarks are in it. */
  u: Float32Array;
  v: Float32Array;
}

/** Patches of all avatars of one thread, bounded in bytes. */
export class PatchCache {
  /** In order of their last use. */
  readonly #patches = new Map<string, PaintedPatch>();
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get(key: string): PaintedPatch | undefined {
    const patch = this.#patches.get(key);
    if (!patch) return undefined;
    this.#patches.delete(key);
    this.#patches.set(key, patch);
    return patch;
  }

  /** Keeps a patch, and drops as many others as its bytes need. One that is larger than the whole cache is not kept. */
  set(key: string, patch: PaintedPatch): void {
    const bytes = bytesOf(patch);
    if (bytes > this.#maxBytes) return;
    this.delete(key);
    for (const oldest of this.#patches.keys()) {
      if (this.#bytes + bytes <= this.#maxBytes) break;
      this.delete(oldest);
    }
    this.#patches.set(key, patch);
    this.#bytes += bytes;
  }

  delete(key: string): void {
    const patch = this.#patches.get(key);
    if (!patch) return;
    this.#patches.delete(key);
    this.#bytes -= bytesOf(patch);
  }
}

function bytesOf({ texels, u, v }: PaintedPatch): number {
  return texels.byteLength + u.byteLength + v.byteLength;
}
