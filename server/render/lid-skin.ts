// A shut lid, which an open-eyed portrait does not show: its colours from the skin around the eye, its grain (pores, brush strokes,
// cracks of varnish) from the cheek below, its lashes from the open lid's own edge.
import { PICTURE_SIZE_PX } from '../types.ts';
import type { EyeTopology } from './face-topology.ts';
import type { Opening } from './opening.ts';
import type { Rig } from './rig.ts';

/** Half side of the squares that are averaged, in eye-corner distances. */
const PATCH_UNITS = 0.022;
/** Between crease and brow, how far up the lid's own colour is taken: the crease itself is a dark line. */
const ABOVE_CREASE = 0.55;
/** Half width of the triangle that smooths colours from corner to corner, as a share of the eye: where the lid begins it follows
 * what is above it, at its edge no dark sample shows as a stripe. */
const TOP_SMOOTHING = 0.16;
const EDGE_SMOOTHING = 0.4;
const BRIGHTER_SHARE = 0.7;
/** Where it begins the lid has the crease's colour with this much of the skin's: a crease may be a painted line. */
const TOP_IS_SKIN = 0.3;
/** The lower lid has the colour of the upper one's edge with this much of the skin's under the eye, which catches more light. */
const LOWER_IS_UNDER = 0.4;
/** Grain is what differs from the mean of this radius; stronger differences are wrinkles or lashes. */
const GRAIN_RADIUS_PX = 3;
const GRAIN_MAX = 22;
/** The patch of grain, in eye-corner distances. */
const GRAIN_WIDTH_UNITS = 0.4;
const GRAIN_HEIGHT_UNITS = 0.2;
/** Lashes are looked for above the open lid's edge, up to this height; what is darker than the skin by this share is wholly lash. */
const LASH_UNITS = 0.035;
const LASH_WHOLE = 0.75;
const COLUMNS = 24;

type Rgb = [number, number, number];

export interface LidSkin {
  columns: number;
  /** [24 * 3] colours from corner to corner: above the lid, at its edge, and of the lower lid. */
  top: Float32Array;
  edge: Float32Array;
  lower: Float32Array;
  /** [height * width] grain in grey levels, to be added. */
  grain: Float32Array;
  grainWidth: number;
  grainHeight: number;
  /** [24 * rows] share of lash colour from the edge (row 0) upwards, one row a pixel. */
  lashes: Float32Array;
  lashRows: number;
  lash: Rgb;
}

/**
 * @param rgba [512 * 512 * 4] the portrait
 * @param opening between the lids in the portrait
 * @param lid from the crease to the lower lid in the portrait
 */
export function measureLidSkin(rgba: Uint8Array, rig: Rig, eye: EyeTopology, opening: Opening, lid: Opening): LidSkin {
  const half = Math.max(1, Math.round(PATCH_UNITS * rig.unitPx));
  const under = eye.underEye.map((point) => average(rgba, x(rig, point), y(rig, point), half));
  const above = eye.crease.map((point, i) => {
    const brow = eye.browSkin[i] as number;
    const atX = x(rig, point) + (x(rig, brow) - x(rig, point)) * ABOVE_CREASE;
    const atY = y(rig, point) + (y(rig, brow) - y(rig, point)) * ABOVE_CREASE;
    return average(rgba, atX, atY, half);
  });
  const skin = above.map((colour, i) => lit(colour, under[i] ?? colour));
  const along = Array.from({ length: COLUMNS }, (_, i) => i / (COLUMNS - 1));
  const beside = along.map((share) => {
    const column = Math.round(opening.left + share * (opening.right - 1 - opening.left));
    return average(rgba, column, lid.top[lid.middle(column)] as number, 1);
  });
  const skinAt = along.map((share) => smoothed(skin, share, EDGE_SMOOTHING));
  const topAt = along.map((share, i) => mixed(smoothed(beside, share, TOP_SMOOTHING), skinAt[i] as Rgb, TOP_IS_SKIN));
  const { lashes, lashRows, lash } = measureLashes(rgba, rig, eye, opening, skinAt);
  return {
    columns: COLUMNS,
    top: Float32Array.from(topAt.flat()),
    edge: Float32Array.from(skinAt.flat()),
    lower: Float32Array.from(
      along.flatMap((share, i) => mixed(skinAt[i] as Rgb, smoothed(under, share, EDGE_SMOOTHING), LOWER_IS_UNDER)),
    ),
    ...measureGrain(rgba, rig, eye),
    lashes,
    lashRows,
    lash,
  };
}

function mixed(a: Rgb, b: Rgb, share: number): Rgb {
  return a.map((value, i) => value + ((b[i] as number) - value) * share) as Rgb;
}

/** Of two colours mostly the brighter: the darker one has caught lashes, a brow or the eye's own shadow. */
function lit(a: Rgb, b: Rgb): Rgb {
  const [bright, dark] = sumOf(a) > sumOf(b) ? [a, b] : [b, a];
  return bright.map((value, i) => value * BRIGHTER_SHARE + (dark[i] as number) * (1 - BRIGHTER_SHARE)) as Rgb;
}

/** A row of colours read at `along` (0..1) through a triangle of half width `reach`. */
function smoothed(row: readonly Rgb[], along: number, reach: number): Rgb {
  const sum: Rgb = [0, 0, 0];
  let weights = 0;
  row.forEach((colour, i) => {
    const weight = Math.max(0.001, 1 - Math.abs(along - (i + 0.5) / row.length) / reach);
    colour.forEach((value, channel) => {
      sum[channel as 0 | 1 | 2] += value * weight;
    });
    weights += weight;
  });
  return sum.map((value) => value / weights) as Rgb;
}

/** Fine differences of the cheek below the eye's middle from their surroundings. */
function measureGrain(rgba: Uint8Array, rig: Rig, eye: EyeTopology) {
  const grainWidth = Math.round(GRAIN_WIDTH_UNITS * rig.unitPx);
  const grainHeight = Math.round(GRAIN_HEIGHT_UNITS * rig.unitPx);
  const middle = eye.underEye[eye.underEye.length >> 1] as number;
  const left = Math.round(x(rig, middle) - grainWidth / 2);
  const top = Math.round(y(rig, middle));
  const grain = new Float32Array(grainWidth * grainHeight);
  for (let row = 0; row < grainHeight; row++) {
    for (let column = 0; column < grainWidth; column++) {
      const own = average(rgba, left + column, top + row, 0);
      const around = average(rgba, left + column, top + row, GRAIN_RADIUS_PX);
      const differs = (sumOf(own) - sumOf(around)) / 3;
      grain[row * grainWidth + column] = Math.max(-GRAIN_MAX, Math.min(GRAIN_MAX, differs));
    }
  }
  return { grain, grainWidth, grainHeight };
}

/** How dark the open lid's edge is against the skin, column by column, and the colour of its darkest. */
function measureLashes(rgba: Uint8Array, rig: Rig, eye: EyeTopology, opening: Opening, skin: readonly Rgb[]) {
  const lashRows = Math.max(3, Math.round(LASH_UNITS * rig.unitPx));
  const lashes = new Float32Array(COLUMNS * lashRows);
  for (let i = 0; i < COLUMNS; i++) {
    const column = Math.round(opening.left + (i / (COLUMNS - 1)) * (opening.right - 1 - opening.left));
    const top = opening.top[opening.middle(column)] as number;
    for (let row = 0; row < lashRows; row++) {
      const seen = sumOf(average(rgba, column, top - row, 0)) / sumOf(skin[i] as Rgb);
      // Farther up it is the crease that is dark.
      const near = 1 - row / lashRows;
      lashes[i * lashRows + row] = Math.max(0, Math.min(1, (1 - seen) / LASH_WHOLE)) * near;
    }
  }
  const found = eye.upper.slice(1, -1).map((point) => average(rgba, x(rig, point), y(rig, point), 1));
  found.sort((a, b) => sumOf(a) - sumOf(b));
  return { lashes, lashRows, lash: found[1] as Rgb };
}

function average(rgba: Uint8Array, centreX: number, centreY: number, half: number): Rgb {
  const sum: Rgb = [0, 0, 0];
  let count = 0;
  const clamp = (value: number) => Math.min(PICTURE_SIZE_PX - 1, Math.max(0, value));
  for (let row = Math.round(centreY) - half; row <= Math.round(centreY) + half; row++) {
    for (let column = Math.round(centreX) - half; column <= Math.round(centreX) + half; column++) {
      const at = (clamp(row) * PICTURE_SIZE_PX + clamp(column)) * 4;
      sum[0] += rgba[at] as number;
      sum[1] += rgba[at + 1] as number;
      sum[2] += rgba[at + 2] as number;
      count++;
    }
  }
  return sum.map((value) => value / count) as Rgb;
}

function sumOf(colour: Rgb): number {
  return colour[0] + colour[1] + colour[2];
}

function x(rig: Rig, point: number): number {
  return rig.restX[point] as number;
}

function y(rig: Rig, point: number): number {
  return rig.restY[point] as number;
}
