// Continues the fine texture of a picture (grain, brush strokes, leaves) into a part that is only known smoothly: overlapping patches
// are copied from the known part, chosen to fit each other and what borders on them (after Wexler, Shechtman, Irani, "Space-time
// completion of video", 2007; searched as in Barnes et al., "PatchMatch", 2009).
import type { ColourPlanes } from './fill-smooth.ts';

/** Side of the patches, and how far apart they are laid: each pixel lies under several. */
const PATCH_PX = 13;
const STRIDE_PX = 4;
const ROUNDS = 6;
/** Price of copying from farther away, per pixel, against squared differences of grey levels per pixel. */
const DISTANCE_PRICE = 0.05;
/** First guesses come from this near. */
const FIRST_REACH_PX = 90;

interface Patches {
  /** Places of patches (top left), and from where each is copied. */
  x: Int32Array;
  y: Int32Array;
  fromX: Int32Array;
  fromY: Int32Array;
  cost: Float64Array;
  /** Patches by place on the grid, -1 where none is needed. */
  index: Int32Array;
  columns: number;
}

/**
 * Writes texture into `detail` where `isWanted`.
 *
 * @param detail the picture without its coarse shades; changed in place
 * @param isKnown [width * height] 1 where `detail` may be copied from
 * @param isWanted [width * height] 1 where it is to be filled
 * @param random 0..1, so that the same picture is always filled in the same way
 */
export function fillTexture(
  detail: ColourPlanes,
  isKnown: Uint8Array,
  isWanted: Uint8Array,
  width: number,
  random: () => number,
): void {
  const height = isKnown.length / width;
  const sources = wholePatches(isKnown, width, height);
  const patches = layPatches(isWanted, width, height);
  if (sources.count === 0 || patches.x.length === 0) return;
  for (let i = 0; i < patches.x.length; i++) firstGuess(patches, i, sources, random);
  for (let round = 0; round < ROUNDS; round++) {
    if (round > 0) vote(detail, patches, isWanted, width);
    // In the first round there is nothing yet in the middle of the hole: only what borders on it counts.
    const counts = round === 0 ? isKnown : undefined;
    search(detail, patches, sources, counts, width, round % 2 === 1, random);
  }
  vote(detail, patches, isWanted, width);
}

interface Sources {
  /** [width * height] 1 where a patch whose top left is here is known as a whole. */
  isWhole: Uint8Array;
  width: number;
  height: number;
  count: number;
  places: Int32Array;
}

function wholePatches(isKnown: Uint8Array, width: number, height: number): Sources {
  const unknownAbove = new Int32Array((width + 1) * (height + 1));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = (y + 1) * (width + 1) + x + 1;
      unknownAbove[at] =
        (unknownAbove[at - 1] as number) +
        (unknownAbove[at - width - 1] as number) -
        (unknownAbove[at - width - 2] as number) +
        (isKnown[y * width + x] ? 0 : 1);
    }
  }
  const isWhole = new Uint8Array(width * height);
  const places: number[] = [];
  for (let y = 0; y + PATCH_PX <= height; y++) {
    for (let x = 0; x + PATCH_PX <= width; x++) {
      const corner = (dx: number, dy: number) => unknownAbove[(y + dy) * (width + 1) + x + dx] as number;
      if (corner(PATCH_PX, PATCH_PX) - corner(0, PATCH_PX) - corner(PATCH_PX, 0) + corner(0, 0) > 0) continue;
      isWhole[y * width + x] = 1;
      places.push(y * width + x);
    }
  }
  return { isWhole, width, height, count: places.length, places: Int32Array.from(places) };
}

function layPatches(isWanted: Uint8Array, width: number, height: number): Patches {
  const columns = Math.floor((width - PATCH_PX) / STRIDE_PX) + 1;
  const rows = Math.floor((height - PATCH_PX) / STRIDE_PX) + 1;
  const index = new Int32Array(columns * rows).fill(-1);
  const x: number[] = [];
  const y: number[] = [];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      if (!holdsWanted(isWanted, width, column * STRIDE_PX, row * STRIDE_PX)) continue;
      index[row * columns + column] = x.length;
      x.push(column * STRIDE_PX);
      y.push(row * STRIDE_PX);
    }
  }
  return {
    x: Int32Array.from(x),
    y: Int32Array.from(y),
    fromX: new Int32Array(x.length),
    fromY: new Int32Array(x.length),
    cost: new Float64Array(x.length).fill(Number.POSITIVE_INFINITY),
    index,
    columns,
  };
}

function holdsWanted(isWanted: Uint8Array, width: number, left: number, top: number): boolean {
  for (let y = top; y < top + PATCH_PX; y++) {
    for (let x = left; x < left + PATCH_PX; x++) if (isWanted[y * width + x]) return true;
  }
  return false;
}

function firstGuess(patches: Patches, i: number, sources: Sources, random: () => number): void {
  const place = sources.places[Math.floor(random() * sources.count)] as number;
  patches.fromX[i] = place % sources.width;
  patches.fromY[i] = Math.floor(place / sources.width);
  for (let k = 0; k < 8; k++) {
    const x = (patches.x[i] as number) + Math.round((random() * 2 - 1) * FIRST_REACH_PX);
    const y = (patches.y[i] as number) + Math.round((random() * 2 - 1) * FIRST_REACH_PX);
    if (!isSource(sources, x, y)) continue;
    patches.fromX[i] = x;
    patches.fromY[i] = y;
    return;
  }
}

function isSource({ isWhole, width, height }: Sources, x: number, y: number): boolean {
  return x >= 0 && y >= 0 && x < width && y < height && isWhole[y * width + x] === 1;
}

/** Each patch looks for a better source: beside those of its neighbours, then around its own, closer and closer. */
function search(
  detail: ColourPlanes,
  patches: Patches,
  sources: Sources,
  counts: Uint8Array | undefined,
  width: number,
  isBackwards: boolean,
  random: () => number,
): void {
  const { x, y, fromX, fromY, cost, index, columns } = patches;
  const count = x.length;
  for (let i = 0; i < count; i++)
    cost[i] = difference(
      detail,
      patches,
      i,
      fromX[i] as number,
      fromY[i] as number,
      counts,
      width,
      Number.POSITIVE_INFINITY,
    );
  const step = isBackwards ? 1 : -1;
  for (let n = 0; n < count; n++) {
    const i = isBackwards ? count - 1 - n : n;
    const tryFrom = (sx: number, sy: number) => {
      if (!isSource(sources, sx, sy)) return;
      const found = difference(detail, patches, i, sx, sy, counts, width, cost[i] as number);
      if (found >= (cost[i] as number)) return;
      cost[i] = found;
      fromX[i] = sx;
      fromY[i] = sy;
    };
    const [column, row] = [(x[i] as number) / STRIDE_PX, (y[i] as number) / STRIDE_PX];
    for (const [dc, dr] of [
      [step, 0],
      [0, step],
    ] as const) {
      const c = column + dc;
      const r = row + dr;
      if (c < 0 || c >= columns || r < 0) continue;
      const neighbour = index[r * columns + c] ?? -1;
      if (neighbour < 0) continue;
      tryFrom((fromX[neighbour] as number) - dc * STRIDE_PX, (fromY[neighbour] as number) - dr * STRIDE_PX);
    }
    for (let reach = FIRST_REACH_PX; reach >= 1; reach /= 2) {
      tryFrom(
        (fromX[i] as number) + Math.round((random() * 2 - 1) * reach),
        (fromY[i] as number) + Math.round((random() * 2 - 1) * reach),
      );
    }
  }
}

/** Mean squared difference between a patch as it is and its source, and the price of the distance; gives up above `limit`. */
function difference(
  detail: ColourPlanes,
  patches: Patches,
  i: number,
  sx: number,
  sy: number,
  counts: Uint8Array | undefined,
  width: number,
  limit: number,
): number {
  const [red, green, blue] = detail;
  const px = patches.x[i] as number;
  const py = patches.y[i] as number;
  const price = DISTANCE_PRICE * Math.hypot(px - sx, py - sy);
  const most = (limit - price) * PATCH_PX * PATCH_PX;
  let sum = 0;
  for (let dy = 0; dy < PATCH_PX; dy++) {
    let to = (py + dy) * width + px;
    let from = (sy + dy) * width + sx;
    for (let dx = 0; dx < PATCH_PX; dx++, to++, from++) {
      if (counts !== undefined && counts[to] === 0) continue;
      const r = (red[to] as number) - (red[from] as number);
      const g = (green[to] as number) - (green[from] as number);
      const b = (blue[to] as number) - (blue[from] as number);
      sum += r * r + g * g + b * b;
    }
    if (sum > most) return Number.POSITIVE_INFINITY;
  }
  return sum / (PATCH_PX * PATCH_PX) + price;
}

/** Each wanted pixel becomes the mean of what its patches say, their middles counting most. */
function vote(detail: ColourPlanes, patches: Patches, isWanted: Uint8Array, width: number): void {
  const weight = new Float32Array(isWanted.length);
  const sums = detail.map(() => new Float32Array(isWanted.length)) as ColourPlanes;
  const window = Float32Array.from({ length: PATCH_PX }, (_, k) => Math.sin((Math.PI * (k + 0.5)) / PATCH_PX) ** 4);
  for (let i = 0; i < patches.x.length; i++) {
    for (let dy = 0; dy < PATCH_PX; dy++) {
      let to = ((patches.y[i] as number) + dy) * width + (patches.x[i] as number);
      let from = ((patches.fromY[i] as number) + dy) * width + (patches.fromX[i] as number);
      for (let dx = 0; dx < PATCH_PX; dx++, to++, from++) {
        if (!isWanted[to]) continue;
        const share = (window[dx] as number) * (window[dy] as number) + 1e-4;
        weight[to] = (weight[to] as number) + share;
        for (let k = 0; k < 3; k++) {
          const sum = sums[k] as Float32Array;
          sum[to] = (sum[to] as number) + share * ((detail[k] as Float32Array)[from] as number);
        }
      }
    }
  }
  for (let at = 0; at < weight.length; at++) {
    if ((weight[at] as number) === 0) continue;
    for (let k = 0; k < 3; k++)
      (detail[k] as Float32Array)[at] = ((sums[k] as Float32Array)[at] as number) / (weight[at] as number);
  }
}
