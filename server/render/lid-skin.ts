// The skin of a shut lid, which an open-eyed portrait does not show: taken from the skin above the crease and under the eye.
import { PICTURE_SIZE_PX } from '../types.ts';
import type { EyeTopology } from './face-topology.ts';
import type { Rig } from './rig.ts';

/** Half side of the squares that are averaged, in eye-corner distances. */
const PATCH_UNITS = 0.022;
/** Between crease and brow, how far up the sample is taken: the crease itself is a dark line. */
const ABOVE_CREASE = 0.55;
/** The lid bulges towards the light in its middle and turns under at its edge. */
const MIDDLE_LIGHT = 0.98;
const EDGE_LIGHT = 0.92;
/** Lashes: what is darker than this share of the contour's pixels. */
const LASH_PERCENTILE = 0.15;

const COLUMNS = 16;

export interface LidSkin {
  /** [16 * 3] colours from corner to corner where the lid begins and where it ends. */
  upper: Float32Array;
  edge: Float32Array;
  columns: number;
  lash: readonly [number, number, number];
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
  const upper = new Float32Array(COLUMNS * 3);
  const edge = new Float32Array(COLUMNS * 3);
  for (let column = 0; column < COLUMNS; column++) {
    const along = column / (COLUMNS - 1);
    for (let channel = 0; channel < 3; channel++) {
      const aboveLight = smoothed(above, along, channel);
      const underLight = smoothed(under, along, channel);
      upper[column * 3 + channel] = (aboveLight * 0.65 + underLight * 0.35) * MIDDLE_LIGHT;
      edge[column * 3 + channel] = (aboveLight * 0.4 + underLight * 0.6) * EDGE_LIGHT;
    }
  }
  return { upper, edge, columns: COLUMNS, lash: lashColour(rgba, rig, eye) };
}

/** A row of colours read at `along` (0..1) through a wide triangle, so that one dark sample does not show as a stripe. */
function smoothed(row: readonly (readonly [number, number, number])[], along: number, channel: number): number {
  const width = 0.4;
  let sum = 0;
  let weights = 0;
  row.forEach((colour, i) => {
    const weight = Math.max(0, 1 - Math.abs(along - (i + 0.5) / row.length) / width);
    sum += colour[channel as 0 | 1 | 2] * weight;
    weights += weight;
  });
  return sum / weights;
}

function lashColour(rgba: Uint8Array, rig: Rig, eye: EyeTopology): readonly [number, number, number] {
  const found = eye.upper.slice(1, -1).map((point) => average(rgba, x(rig, point), y(rig, point), 1));
  found.sort((a, b) => a[0] + a[1] + a[2] - (b[0] + b[1] + b[2]));
  return found[Math.floor(found.length * LASH_PERCENTILE)] ?? [0, 0, 0];
}

function average(rgba: Uint8Array, centreX: number, centreY: number, half: number): [number, number, number] {
  const sum: [number, number, number] = [0, 0, 0];
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
