// The picture as viewers get it: what stands still is painted once, the drawn square is scaled into its place each time it changed,
// and where the background is transparent the matte stands below, as grey.
import { AV_PIX_FMT_GRAY8, AV_PIX_FMT_YUV420P, SWS_BICUBIC } from 'node-av/constants';
import { SoftwareScaleContext } from 'node-av/lib';
import { VaktraError } from '../errors.ts';
import { PICTURE_SIZE_PX, type PreparedAvatar, type VideoShape } from '../types.ts';
import { type Ground, layOver, pack, personGround } from './background.ts';
import { burnLabel } from './label.ts';
import type { Placing } from './look.ts';
import type { Part } from './warp.ts';

const PIXELS = PICTURE_SIZE_PX * PICTURE_SIZE_PX;
const HALF = PICTURE_SIZE_PX / 2;
/** Luma's range (ITU-R BT.601-7): black and how many levels white lies above it. */
const BLACK = 16;
const LUMA_LEVELS = 219;
const NO_COLOUR = 128;
/** Luma by alpha. */
const MATTE = Uint8Array.from({ length: 256 }, (_, alpha) => Math.round(BLACK + (alpha * LUMA_LEVELS) / 255));

export interface DrawnSquare {
  /** [512 * 512] packed RGBA */
  picture: Int32Array;
  /** [512 * 512 * 3 / 2] */
  i420: Uint8Array;
}

interface Stretch {
  scaler: SoftwareScaleContext;
  from: Buffer[];
  fromStride: number[];
  to: Buffer[];
  toStride: number[];
}

export interface FramedPictureOptions {
  avatar: PreparedAvatar;
  ground: Ground;
  shape: VideoShape;
  placing: Placing;
  label: string;
}

export class FramedPicture {
  readonly width: number;
  readonly height: number;
  /** [width * height * 3 / 2] */
  readonly i420: Uint8Array;
  readonly #drawn: DrawnSquare;
  readonly #matte: Uint8Array | undefined;
  readonly #rows: number;
  readonly #stretches: Stretch[];

  constructor(drawn: DrawnSquare, options: FramedPictureOptions) {
    const { width, height, matte } = options.shape;
    const { from, to } = options.placing;
    this.#drawn = drawn;
    this.#rows = from.height;
    this.width = width;
    this.height = matte === 'below' ? height * 2 : height;
    const luma = width * this.height;
    this.i420 = new Uint8Array((luma * 3) / 2);
    this.i420.fill(NO_COLOUR, luma);
    this.#paintStill(options);
    const planes = [0, luma, (luma * 5) / 4].map((at, plane) =>
      view(this.i420, at + offset(to.left, to.top, width, plane)),
    );
    const source = [0, PIXELS, (PIXELS * 5) / 4].map((at, plane) =>
      view(drawn.i420, at + offset(from.left, from.top, PICTURE_SIZE_PX, plane)),
    );
    this.#stretches = [
      {
        scaler: scalerFor(options.placing, AV_PIX_FMT_YUV420P),
        from: source,
        fromStride: [PICTURE_SIZE_PX, HALF, HALF],
        to: planes,
        toStride: [width, width / 2, width / 2],
      },
    ];
    if (matte === 'none') return;
    this.#matte = new Uint8Array(PIXELS);
    this.#stretches.push({
      scaler: scalerFor(options.placing, AV_PIX_FMT_GRAY8),
      from: [view(this.#matte, offset(from.left, from.top, PICTURE_SIZE_PX, 0))],
      fromStride: [PICTURE_SIZE_PX],
      to: [view(this.i420, offset(to.left, height + to.top, width, 0))],
      toStride: [width],
    });
  }

  /** Takes over what was drawn within `part`. */
  take({ left, top, right, bottom }: Part): void {
    if (this.#matte) {
      const { picture } = this.#drawn;
      for (let row = top; row < bottom; row++) {
        const end = row * PICTURE_SIZE_PX + right;
        for (let at = row * PICTURE_SIZE_PX + left; at < end; at++) {
          this.#matte[at] = MATTE[(picture[at] as number) >>> 24] as number;
        }
      }
    }
    for (const { scaler, from, fromStride, to, toStride } of this.#stretches) {
      const rows = scaler.scaleSync(from, fromStride, 0, this.#rows, to, toStride);
      if (rows < 0) throw new VaktraError('internal', `A picture could not be scaled (FFmpeg error ${rows}).`);
    }
  }

  close(): void {
    for (const { scaler } of this.#stretches) scaler.freeContext();
    this.#stretches.length = 0;
  }

  /** Everything around the square, and the label, which the square does not reach there. */
  #paintStill({ avatar, ground, shape, placing, label }: FramedPictureOptions): void {
    const { width, height } = shape;
    const { from, to } = placing;
    if (to.width === width && to.height === height) return;
    const still = new Int32Array(width * height);
    const person = personGround(avatar);
    const colour = new Float32Array(4);
    const over = new Float32Array(4);
    const inSquare = (column: number, row: number) =>
      column >= to.left && column < to.left + to.width && row >= to.top && row < to.top + to.height;
    for (let row = 0; row < height; row++) {
      const y = from.top + ((row + 0.5 - to.top) * from.height) / to.height;
      for (let column = 0; column < width; column++) {
        if (inSquare(column, row)) continue;
        const x = from.left + ((column + 0.5 - to.left) * from.width) / to.width;
        ground(x, y, colour);
        person(x, y, over);
        layOver(colour, over);
        still[row * width + column] = pack(colour);
      }
    }
    burnLabel(still, label, width, height);
    this.#convert(still, width, height, shape.matte === 'below');
  }

  /** BT.601, limited range, chroma the mean of its four pixels, as warp.wat has it. */
  #convert(still: Int32Array, width: number, height: number, hasMatte: boolean): void {
    const luma = width * this.height;
    const chroma = luma / 4;
    for (let row = 0; row < height; row += 2) {
      for (let column = 0; column < width; column += 2) {
        const sums = [0, 0, 0];
        for (const at of [0, 1, width, width + 1].map((step) => row * width + column + step)) {
          const pixel = still[at] as number;
          const [red, green, blue] = [pixel & 255, (pixel >> 8) & 255, (pixel >> 16) & 255];
          this.i420[at] = (66 * red + 129 * green + 25 * blue + 128 + BLACK * 256) >> 8;
          if (hasMatte) this.i420[width * height + at] = MATTE[pixel >>> 24] as number;
          sums[0] = (sums[0] as number) + red;
          sums[1] = (sums[1] as number) + green;
          sums[2] = (sums[2] as number) + blue;
        }
        const [red, green, blue] = sums.map((sum) => sum / 4) as [number, number, number];
        const at = luma + ((row / 2) * width) / 2 + column / 2;
        this.i420[at] = (-38 * red - 74 * green + 112 * blue + 128) / 256 + NO_COLOUR;
        this.i420[at + chroma] = (112 * red - 94 * green - 18 * blue + 128) / 256 + NO_COLOUR;
      }
    }
  }
}

function scalerFor({ from, to }: Placing, format: typeof AV_PIX_FMT_GRAY8): SoftwareScaleContext {
  const scaler = new SoftwareScaleContext();
  scaler.getContext(from.width, from.height, format, to.width, to.height, format, SWS_BICUBIC);
  return scaler;
}

/** Where a place of the picture lies in a plane; colour planes (1, 2) have half the size. */
function offset(left: number, top: number, width: number, plane: number): number {
  return plane === 0 ? top * width + left : (top * width) / 4 + left / 2;
}

function view(bytes: Uint8Array, from: number): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset + from, bytes.byteLength - from);
}
