// A picture out of focus: a quarter of its size, blurred, read smoothly at any place. Built once, for what stands still.

const SHRINK = 4;
const CHANNELS = 4;
/** Three box filters one after another come close to a Gaussian. */
const PASSES = 3;

/** [4] red, green, blue, alpha, 0..255. */
export type Colour = Float32Array;

export class SoftPicture {
  readonly #side: number;
  readonly #data: Float32Array;

  /**
   * @param packed [side * side] packed RGBA; where it has alpha, colours times alpha
   * @param radiusPx how far each box filter reaches
   */
  constructor(packed: Int32Array, side: number, radiusPx: number) {
    this.#side = side / SHRINK;
    this.#data = shrunk(packed, side);
    const radius = Math.max(1, Math.round(radiusPx / SHRINK));
    const line = new Float32Array(this.#side);
    for (let pass = 0; pass < PASSES; pass++) {
      for (let i = 0; i < this.#side; i++) {
        for (let channel = 0; channel < CHANNELS; channel++) {
          this.#filter(i * this.#side * CHANNELS + channel, CHANNELS, radius, line);
          this.#filter(i * CHANNELS + channel, this.#side * CHANNELS, radius, line);
        }
      }
    }
  }

  /** Reads at x, y in pixels of the whole picture; beyond its border the border's colour. */
  read(x: number, y: number, out: Colour): void {
    const last = this.#side - 1;
    const u = Math.min(last, Math.max(0, x / SHRINK - 0.5));
    const v = Math.min(last, Math.max(0, y / SHRINK - 0.5));
    const column = Math.min(last - 1, Math.floor(u));
    const row = Math.min(last - 1, Math.floor(v));
    const at = (row * this.#side + column) * CHANNELS;
    const under = at + this.#side * CHANNELS;
    const data = this.#data;
    const right = u - column;
    const down = v - row;
    for (let k = 0; k < CHANNELS; k++) {
      const upper = (data[at + k] as number) * (1 - right) + (data[at + CHANNELS + k] as number) * right;
      const lower = (data[under + k] as number) * (1 - right) + (data[under + CHANNELS + k] as number) * right;
      out[k] = upper * (1 - down) + lower * down;
    }
  }

  /** One box filter along a line of the picture, its ends repeated. */
  #filter(from: number, step: number, radius: number, line: Float32Array): void {
    const data = this.#data;
    const last = this.#side - 1;
    for (let i = 0; i <= last; i++) line[i] = data[from + i * step] as number;
    const inside = (i: number) => line[Math.min(last, Math.max(0, i))] as number;
    let sum = 0;
    for (let i = -radius; i <= radius; i++) sum += inside(i);
    for (let i = 0; i <= last; i++) {
      data[from + i * step] = sum / (2 * radius + 1);
      sum += inside(i + radius + 1) - inside(i - radius);
    }
  }
}

/** [side / 4 * side / 4 * 4] means of 4 x 4 pixels. */
function shrunk(packed: Int32Array, side: number): Float32Array {
  const small = side / SHRINK;
  const data = new Float32Array(small * small * CHANNELS);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const pixel = packed[y * side + x] as number;
      const at = (Math.floor(y / SHRINK) * small + Math.floor(x / SHRINK)) * CHANNELS;
      for (let k = 0; k < CHANNELS; k++) {
        data[at + k] = (data[at + k] as number) + ((pixel >>> (8 * k)) & 255) / (SHRINK * SHRINK);
      }
    }
  }
  return data;
}
