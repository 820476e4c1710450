// A shut eye, which an open-eyed portrait does not show: skin that continues from around the eye over it without a seam, with the grain
// of the cheek (pores, brush strokes, cracks of varnish); and the lashes of the open lid's own edge.
import { smoothstep } from '../smoothstep.ts';
import { PICTURE_SIZE_PX } from '../types.ts';
import type { EyeTopology } from './face-topology.ts';
import { cheekGrain } from './lid-grain.ts';
import { continuedSkin, type SkinBox } from './lid-membrane.ts';
import { Opening } from './opening.ts';
import type { Rig } from './rig.ts';

/** The shut eye reaches up from the crease by this share of the way to the brow's skin, and down by this share to the skin below. */
const ABOVE_CREASE = 0.45;
const BELOW_EYE = 0.5;
/** Beyond the corners it ends this far out, in eye-corner distances: there lie lashes and their shadow. */
const OUTER_CORNER_UNITS = 0.07;
const INNER_CORNER_UNITS = 0.035;
/** It comes in softly, so that something of the crease stays: down to this share of the way left to the open lid's edge, from the
 * corners within this share of the eye's width, and below from this share of the way on. */
const ABOVE_FULL = 0.5;
const CORNER_FADE = 0.08;
const BELOW_FULL = 0.35;
/** What shines like glass and goes on beyond the eye stays in front of it: brighter than the skin by this, and at least so bright. */
const SHINE_FACTOR = 1.25;
const SHINE_LEVEL = 205;
/** The border of what shines is so soft. */
const SHINE_SOFT_PX = 2;
/** Lashes are looked for above the open lid's edge, up to this height; what is darker than the skin by this share is wholly lash. */
const LASH_UNITS = 0.035;
const LASH_WHOLE = 0.75;
const LASH_MOST = 0.8;
const COLUMNS = 24;
const OPAQUE_SHARE = 255;

export interface LidSkin {
  /** Of the portrait, in pixels. */
  left: number;
  top: number;
  width: number;
  height: number;
  /** [width * height] packed colours; alpha is how much of the shut eye is seen there (255: wholly). */
  texels: Int32Array;
  columns: number;
  /** [24 * rows] share of lash colour from the edge (row 0) upwards, one row a pixel. */
  lashes: Float32Array;
  lashRows: number;
  /** Packed. */
  lash: number;
}

/**
 * @param rgba [512 * 512 * 4] the portrait
 * @param opening between the lids in the portrait
 */
export function measureLidSkin(rgba: Uint8Array, rig: Rig, eye: EyeTopology, opening: Opening): LidSkin {
  const reach = regionOf(rig, eye);
  const box: SkinBox = {
    left: reach.left - 1,
    top: Math.floor(Math.min(...reach.top.subarray(reach.subLeft, reach.subRight))) - 1,
    width: reach.right - reach.left + 2,
    height: 0,
  };
  box.height = Math.ceil(Math.max(...reach.bottom.subarray(reach.subLeft, reach.subRight))) + 1 - box.top;
  const shines = glassShine(rgba, rig, eye, box, opening);
  const share = new Float32Array(box.width * box.height);
  for (let i = 0; i < share.length; i++) {
    const [column, row] = [box.left + (i % box.width), box.top + Math.floor(i / box.width)];
    share[i] = shareAt(column, row, reach, opening);
  }
  const inside = share.map((value, i) => (value > 0 || (shines[i] as number) > 0 ? 1 : 0));
  const skin = continuedSkin(rgba, box, inside, shines);
  const grain = cheekGrain(rgba, rig, eye, box);
  const texels = Int32Array.from(share, (value, i) => {
    const seen = value * (1 - (shines[i] as number));
    const channel = (index: number) =>
      Math.max(0, Math.min(255, (skin[i * 3 + index] as number) + (grain[i] as number)));
    return packed(channel(0), channel(1), channel(2), Math.round(seen * OPAQUE_SHARE));
  });
  return { ...box, texels, ...measureLashes(rgba, rig, eye, opening, skin, box) };
}

/** What the shut eye covers, from the skin above the crease to the skin below the eye. */
function regionOf(rig: Rig, eye: EyeTopology): Opening {
  const [outer, inner] = [eye.upper[0] as number, eye.upper.at(-1) as number];
  const length = Math.hypot(x(rig, inner) - x(rig, outer), y(rig, inner) - y(rig, outer));
  const along = [(x(rig, inner) - x(rig, outer)) / length, (y(rig, inner) - y(rig, outer)) / length] as const;
  // The image's left eye has its outer corner at the left.
  const isOuterLeft = eye.isOuterLeft;
  const [before, behind] = isOuterLeft
    ? [OUTER_CORNER_UNITS, INNER_CORNER_UNITS]
    : [INNER_CORNER_UNITS, OUTER_CORNER_UNITS];
  const corner = (point: number, units: number) =>
    [x(rig, point) + along[0] * units * rig.unitPx, y(rig, point) + along[1] * units * rig.unitPx] as const;
  const first = corner(outer, -before);
  const last = corner(inner, behind);
  const between = (from: readonly number[], to: readonly number[], share: number) =>
    from.map((point, i) => {
      const other = to[i] as number;
      return [
        x(rig, point) + (x(rig, other) - x(rig, point)) * share,
        y(rig, point) + (y(rig, other) - y(rig, point)) * share,
      ] as const;
    });
  const upper = between(eye.crease, eye.browSkin, ABOVE_CREASE);
  const lower = between(eye.lower.slice(1, -1), eye.underEye, BELOW_EYE);
  const contour = [first, ...upper, last, ...lower];
  const numbers = (from: number, count: number) => Array.from({ length: count }, (_, i) => from + i);
  const n = upper.length;
  const reach = new Opening(numbers(0, n + 2), [0, ...numbers(n + 2, n), n + 1]);
  reach.measure(
    Float32Array.from(contour, ([px]) => px),
    Float32Array.from(contour, ([, py]) => py),
  );
  return reach;
}

/** How much of the shut eye is seen at a pixel: all of it over the open eye, less towards the skin around. */
function shareAt(column: number, row: number, reach: Opening, opening: Opening): number {
  const [centreX, centreY] = [column + 0.5, row + 0.5];
  if (column < reach.left || column >= reach.right) return 0;
  const place = reach.middle(column);
  const [top, bottom] = [reach.top[place] as number, reach.bottom[place] as number];
  if (centreY <= top || centreY >= bottom) return 0;
  const own = opening.middle(Math.min(opening.right - 1, Math.max(opening.left, column)));
  const [upper, lower] = [opening.top[own] as number, opening.bottom[own] as number];
  const isBeside = column < opening.left || column >= opening.right;
  if (!isBeside && centreY > upper - 1 && centreY < lower + 1) return 1;
  const above = centreY >= upper ? 1 : smoothstep(top, upper - (upper - top) * ABOVE_FULL, centreY);
  const below = centreY <= lower ? 1 : 1 - smoothstep(lower + (bottom - lower) * BELOW_FULL, bottom, centreY);
  const fade = CORNER_FADE * (opening.right - opening.left);
  const left = smoothstep(reach.left, opening.left + fade, centreX);
  const right = 1 - smoothstep(opening.right - fade, reach.right, centreX);
  return above * below * left * right;
}

/** [box] 1 where glass shines in front of the eye: bright places that go on beyond the open eye; lights in the eye do not. */
function glassShine(rgba: Uint8Array, rig: Rig, eye: EyeTopology, box: SkinBox, opening: Opening): Float32Array {
  const skin = [...eye.underEye, ...eye.browSkin].map((point) =>
    luma(rgba, Math.round(x(rig, point)), Math.round(y(rig, point))),
  );
  skin.sort((a, b) => a - b);
  const bright = Math.max(SHINE_LEVEL, SHINE_FACTOR * (skin[skin.length >> 1] as number));
  const { left, top, width, height } = box;
  const shines = new Float32Array(width * height);
  const open: number[] = [];
  const visit = (i: number) => {
    const [column, row] = [left + (i % width), top + Math.floor(i / width)];
    if (shines[i] || luma(rgba, column, row) < bright) return;
    shines[i] = 1;
    open.push(i);
  };
  // It begins well away from the eye: along the region's upper and outer border.
  for (let column = 0; column < width; column++) {
    visit(column);
    const place = opening.middle(Math.min(opening.right - 1, Math.max(opening.left, left + column)));
    const lid = Math.max(0, Math.min(height - 1, Math.round((opening.top[place] as number) - top) >> 1));
    visit(lid * width + column);
  }
  for (let i = open.pop(); i !== undefined; i = open.pop()) {
    const column = i % width;
    if (column > 0) visit(i - 1);
    if (column < width - 1) visit(i + 1);
    if (i >= width) visit(i - width);
    if (i < width * (height - 1)) visit(i + width);
  }
  return softened(shines, width, height);
}

/** Each place takes the most of its neighbourhood, less with the distance. */
function softened(plane: Float32Array, width: number, height: number): Float32Array {
  return plane.map((own, i) => {
    if (own > 0) return own;
    const [column, row] = [i % width, Math.floor(i / width)];
    let nearest = SHINE_SOFT_PX + 1;
    for (let v = Math.max(0, row - SHINE_SOFT_PX); v <= Math.min(height - 1, row + SHINE_SOFT_PX); v++)
      for (let u = Math.max(0, column - SHINE_SOFT_PX); u <= Math.min(width - 1, column + SHINE_SOFT_PX); u++)
        if (plane[v * width + u] === 1) nearest = Math.min(nearest, Math.hypot(u - column, v - row));
    return 1 - Math.min(1, nearest / (SHINE_SOFT_PX + 1));
  });
}

/** How dark the open lid's edge is against the skin, column by column, and the colour of its darkest. */
function measureLashes(
  rgba: Uint8Array,
  rig: Rig,
  eye: EyeTopology,
  opening: Opening,
  skin: Float32Array,
  box: SkinBox,
) {
  const lashRows = Math.max(3, Math.round(LASH_UNITS * rig.unitPx));
  const lashes = new Float32Array(COLUMNS * lashRows);
  for (let i = 0; i < COLUMNS; i++) {
    const column = Math.round(opening.left + (i / (COLUMNS - 1)) * (opening.right - 1 - opening.left));
    const edge = Math.round(opening.top[opening.middle(column)] as number);
    for (let row = 0; row < lashRows; row++) {
      const at = ((edge - row - box.top) * box.width + column - box.left) * 3;
      const around = ((skin[at] ?? 0) + (skin[at + 1] ?? 0) + (skin[at + 2] ?? 0)) / 3;
      const seen = luma(rgba, column, edge - row) / Math.max(1, around);
      // Farther up it is the crease that is dark.
      const near = 1 - row / lashRows;
      lashes[i * lashRows + row] = Math.max(0, Math.min(LASH_MOST, (1 - seen) / LASH_WHOLE)) * near;
    }
  }
  const found = eye.upper.slice(1, -1).map((point) => [Math.round(x(rig, point)), Math.round(y(rig, point))] as const);
  found.sort((a, b) => luma(rgba, ...a) - luma(rgba, ...b));
  const at = offset(...(found[1] as readonly [number, number]));
  const lash = packed(rgba[at] as number, rgba[at + 1] as number, rgba[at + 2] as number, OPAQUE_SHARE);
  return { columns: COLUMNS, lashes, lashRows, lash };
}

function luma(rgba: Uint8Array, column: number, row: number): number {
  const at = offset(column, row);
  return ((rgba[at] as number) + (rgba[at + 1] as number) + (rgba[at + 2] as number)) / 3;
}

function offset(column: number, row: number): number {
  const clamp = (value: number) => Math.min(PICTURE_SIZE_PX - 1, Math.max(0, value));
  return (clamp(row) * PICTURE_SIZE_PX + clamp(column)) * 4;
}

function packed(red: number, green: number, blue: number, alpha: number): number {
  return (alpha << 24) | ((blue | 0) << 16) | ((green | 0) << 8) | (red | 0);
}

function x(rig: Rig, point: number): number {
  return rig.restX[point] as number;
}

function y(rig: Rig, point: number): number {
  return rig.restY[point] as number;
}
