// The skin of a shut lid, which an open-eyed portrait does not show: taken from the skin above the crease and under the eye.
import { PICTURE_SIZE_PX } from '../types.ts';
import type { EyeTopology } from './face-topology.ts';
import type { Rig } from './rig.ts';

/** Half side of the squares that are averaged, in eye-corner distances. */
const PATCH_UNITS = 0.022;
/** Between crease and brow, how far up the sample is taken: the crease itself is a dark line. */
const ABOVE_CREASE = 0.55;
/** The lid lies back under its crease and bulges towards the light above its edge. */
const CREASE_LIGHT = 0.93;
const EDGE_LIGHT = 1;
/** Lashes: what is darker than this share of the contour's pixels. */
const LASH_PERCENTILE = 0.15;

/** Half width of the triangle that smooths the colours from corner to corner, as a share of the eye. */
const SMOOTHING = 0.4;
const BRIGHTER_SHARE = 0.95;

const COLUMNS = 16;

type Rgb = [number, number, number];

export interface LidSkin {
  /** [16 * 3] colours from corner to corner where the lid begins and where it ends. */
  upper: Float32Array;
  edge: Float32Array;
  columns: number;
  lash: Rgb;
}

/** @param rgba [512 * 512 * 4] the portrait */
export function measureLidSkin(rgba: Uint8Array, rig: Rig, eye: EyeTopology): LidSkin {
  const half = Math.max(1, Math.round(PATCH_UNITS * rig.unitPx));
  const under = eye.underEye.map((point) => average(rgba, x(rig, point), y(rig, point), half));
  const above = eye.crease.map((point, i) => {
    const brow = eye.browSkin[i] as number;
    const atX = x(rig, point) + (x(rig, brow) - x(rig, point)) * ABOVE_CREASE;
    const atY = y(rig, point) + (y(rig, brow) - y(rig, point)) * ABOVE_CREASE;
    return average(rgba, atX, atY, half);
  });
  const aboveOrUnder = above.map((colour, i) => lit(colour, under[i] ?? colour));
  const upper = new Float32Array(COLUMNS * 3);
  const edge = new Float32Array(COLUMNS * 3);
  for (let column = 0; column < COLUMNS; column++) {
    const along = column / (COLUMNS - 1);
    for (let channel = 0; channel < 3; channel++) {
      const skin = smoothed(aboveOrUnder, along, channel);
      upper[column * 3 + channel] = skin * CREASE_LIGHT;
      edge[column * 3 + channel] = skin * EDGE_LIGHT;
    }
  }
  for (const row of [upper, edge])
    row.forEach((value, i) => {
      row[i] = Math.min(255, value);
    });
  return { upper, edge, columns: COLUMNS, lash: lashColour(rgba, rig, eye) };
}

/** Mostly the brighter of two colours: the darker one has caught lashes, a brow or the eye's own shadow. */
function lit(a: Rgb, b: Rgb): Rgb {
  const [bright, dark] = a[0] + a[1] + a[2] > b[0] + b[1] + b[2] ? [a, b] : [b, a];
  return [0, 1, 2].map((channel) => {
    const at = channel as 0 | 1 | 2;
    return bright[at] * BRIGHTER_SHARE + dark[at] * (1 - BRIGHTER_SHARE);
  }) as Rgb;
}

/** A row of colours read at `along` (0..1) through a wide triangle, so that one dark sample does not show as a stripe. */
function smoothed(row: readonly Rgb[], along: number, channel: number): number {
  let sum = 0;
  let weights = 0;
  row.forEach((colour, i) => {
    const weight = Math.max(0, 1 - Math.abs(along - (i + 0.5) / row.length) / SMOOTHING);
    sum += colour[channel as 0 | 1 | 2] * weight;
    weights += weight;
  });
  return sum / weights;
}

function lashColour(rgba: Uint8Array, rig: Rig, eye: EyeTopology): Rgb {
  const found = eye.upper.slice(1, -1).map((point) => average(rgba, x(rig, point), y(rig, point), 1));
  found.sort((a, b) => a[0] + a[1] + a[2] - (b[0] + b[1] + b[2]));
  return found[Math.floor(found.length * LASH_PERCENTILE)] ?? [0, 0, 0];
}

function average(rgba: Uint8Array, centreX: number, centreY: number, half: number): Rgb {
  const sum: Rgb = [0, 0, 0];
  let count = 0;
  for (let row = Math.round(centreY) - half; row <= centreY + half; row++) {
    for (let column = Math.round(centreX) - half; column <= centreX + half; column++) {
      if (row < 0 || column < 0 || row >= PICTURE_SIZE_PX || column >= PICTURE_SIZE_PX) continue;
      const at = (row * PICTURE_SIZE_PX + column) * 4;
      sum[0] += rgba[at] as number;
      sum[1] += rgba[at + 1] as number;
      sum[2] += rgba[at + 2] as number;
      count++;
    }
  }
  return [sum[0] / count, sum[1] / count, sum[2] / count];
}

function x(rig: Rig, point: number): number {
  return rig.restX[point] as number;
}

function y(rig: Rig, point: number): number {
  return rig.restY[point] as number;
}
