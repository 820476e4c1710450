// What is seen between the lips: dark, tongue, teeth, drawn by rule in the portrait's own colours. The upper teeth belong to
// the skull, the lower ones and the tongue to the jaw. A learned painter can take this class' place behind the same interface.

import { clamp01, smoothstep } from '../smoothstep.ts';
import { type AvatarTones, PICTURE_SIZE_PX } from '../types.ts';
import { blend, OPAQUE } from './canvas.ts';
import { LIP_LOWER_INNER, LIP_UPPER_INNER } from './face-topology.ts';
import { Footprint } from './moved.ts';
import { Opening } from './opening.ts';
import type { PosedVertices } from './pose-vertices.ts';
import type { Rig } from './rig.ts';

// Lengths are in distances of the outer eye corners (about 9 cm), counted from the middle of the closed lips.

/** Half the teeth's row from the middle outwards: where each tooth ends, seen from the front. */
const TOOTH_ENDS = [0.09, 0.158, 0.224, 0.274, 0.316, 0.35] as const;
/** How much shorter each one is than the middle ones. */
const TOOTH_SHORTER = [0, 0.006, 0.003, 0.009, 0.014, 0.02] as const;
const LOWER_TOOTH_ENDS = [0.056, 0.116, 0.182, 0.236, 0.284, 0.33] as const;
const LOWER_TOOTH_SHORTER = [0, 0, 0.004, 0.012, 0.02, 0.026] as const;
/** The rounding of a tooth's edge, and the width of the shade between two teeth. */
const TOOTH_ROUND = 0.006;
const GAP_WIDTH = 0.011;
const GAP_SHADE = 0.16;
/** The row is an arch: it falls back and into the dark towards the sides. */
const ARCH_DARKENING = 7;
const ARCH_RISE = 0.12;
/** Edges of teeth are a little softer than a pixel: in the half dark no edge is sharp. */
const EDGE_SOFTNESS_PX = 1.7;
/** Where the upper teeth end and the lower ones begin while the jaw is shut (they overlap). */
const UPPER_EDGE = 0.034;
const LOWER_EDGE = 0.018;
/** The lower teeth go a little less down than the chin, being nearer to the joint. */
const LOWER_FOLLOWS_JAW = 0.86;
/** Most of the lower teeth stays behind the lip, whatever the tracked chin says. */
const LOWER_SEEN_MAX = 0.035;
const TONGUE_FOLLOWS_JAW = 0.45;
const TONGUE_TOP = 0.03;
const TONGUE_SOFT = 0.11;
const TONGUE_ROUND = 1.6;
const TONGUE_LIGHT = 0.62;
/** Shadow of the upper lip on the teeth, and the dark of the corners. */
const LIP_SHADOW_LENGTH = 0.06;
const LIP_SHADOW = 0.6;
const CORNER_LENGTH = 0.06;
/** How open the mouth must be until full light falls in. */
const LIGHT_OPENING = 0.14;
const LIGHT_SHUT = 0.45;
const LOWER_LIGHT = 0.75;
/** The lips' wet inner sides: how far they are seen, and their light against the outer lip's. Without them the mouth is a cut. */
const LOWER_RIM_LENGTH = 0.03;
const LOWER_RIM_LIGHT = 0.5;
const UPPER_RIM_LENGTH = 0.018;
const UPPER_RIM_LIGHT = 0.32;

/** Tongue and the lips' inner sides are redder than the outer lips. */
const INNER_LIP_GREEN = 0.86;
const INNER_LIP_BLUE = 0.88;
const REDDENING = 0.2;

/** The contour is a curve: between the mesh's points it goes a little beyond them. */
const EDGE_MARGIN_PX = 3;

const PROFILE_STEPS = 256;
const PROFILE_HALF = 0.36;

export class MouthPainter {
  readonly footprint = new Footprint([...LIP_UPPER_INNER, ...LIP_LOWER_INNER], EDGE_MARGIN_PX);
  readonly #opening = new Opening(LIP_UPPER_INNER, LIP_LOWER_INNER);
  readonly #unitPx: number;
  readonly #tones: AvatarTones;
  readonly #upper: TeethProfile;
  readonly #lower: TeethProfile;

  constructor(rig: Rig, tones: AvatarTones) {
    this.#unitPx = rig.unitPx;
    this.#tones = tones;
    this.#upper = teethProfile(TOOTH_ENDS, TOOTH_SHORTER);
    this.#lower = teethProfile(LOWER_TOOTH_ENDS, LOWER_TOOTH_SHORTER);
  }

  draw(picture: Int32Array, posed: PosedVertices): void {
    const opening = this.#opening;
    opening.measure(posed.x, posed.y);
    if (opening.height <= 0) return;
    const unit = this.#unitPx;
    const { skull, jawUnits, lowerLipUnits } = posed;
    const [originX, originY, rightX, downX, rightY, downY] = skull as unknown as [
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    const determinant = rightX * downY - rightY * downX;
    const softness = EDGE_SOFTNESS_PX / unit;
    const lowerEdge = Math.max(LOWER_EDGE + jawUnits * LOWER_FOLLOWS_JAW, lowerLipUnits - LOWER_SEEN_MAX);
    const tongueTop = TONGUE_TOP + jawUnits * TONGUE_FOLLOWS_JAW;
    const light = LIGHT_SHUT + (1 - LIGHT_SHUT) * smoothstep(0, LIGHT_OPENING, opening.height / unit);
    const { teeth, lip, mouthDark } = this.#tones;
    for (let column = opening.left; column < opening.right; column++) {
      const middle = opening.middle(column);
      const top = opening.top[middle] as number;
      const bottom = opening.bottom[middle] as number;
      const last = opening.lastRow(column);
      const corner = smoothstep(0, CORNER_LENGTH, (bottom - top) / unit);
      for (let row = opening.firstRow(column); row < last; row++) {
        const share = opening.coverage(column, row);
        if (share === 0) continue;
        const dx = column + 0.5 - originX;
        const dy = row + 0.5 - originY;
        const across = (dx * downY - dy * downX) / determinant;
        const down = (dy * rightX - dx * rightY) / determinant;
        const step = Math.min(PROFILE_STEPS - 1, Math.max(0, ((across / PROFILE_HALF + 1) * 0.5 * PROFILE_STEPS) | 0));
        const upperMask = clamp01((UPPER_EDGE - (this.#upper.edge[step] as number) - down) / softness + 0.5);
        const lowerMask =
          clamp01((down - lowerEdge - (this.#lower.edge[step] as number)) / softness + 0.5) * (1 - upperMask);
        const tongue =
          clamp01((down - tongueTop - TONGUE_ROUND * across * across) / TONGUE_SOFT) *
          (1 - upperMask) *
          (1 - lowerMask);
        const shadow = 1 - LIP_SHADOW * (1 - smoothstep(0, LIP_SHADOW_LENGTH, (row + 0.5 - top) / unit));
        const bright = light * shadow * corner;
        const upperLight = upperMask * (this.#upper.light[step] as number);
        const lowerLight = lowerMask * (this.#lower.light[step] as number) * LOWER_LIGHT;
        const teethLight = (upperLight + lowerLight) * bright;
        const tongueLight = tongue * TONGUE_LIGHT * bright;
        const dark = 1 - Math.min(1, upperLight + lowerLight + tongue);
        const lowerRim = 1 - smoothstep(0, LOWER_RIM_LENGTH, (bottom - row - 0.5) / unit);
        const upperRim = (1 - smoothstep(0, UPPER_RIM_LENGTH, (row + 0.5 - top) / unit)) * (1 - lowerRim);
        const rimLight = lowerRim * LOWER_RIM_LIGHT + upperRim * UPPER_RIM_LIGHT;
        const rest = 1 - lowerRim - upperRim;
        const lipLight = rest * tongueLight + rimLight;
        // Light that comes back from inside has become redder: without this, dim teeth of a golden portrait look olive.
        const toRed = 1 - REDDENING * (1 - bright);
        const red = rest * (teeth[0] * teethLight + mouthDark[0] * dark) + lip[0] * lipLight;
        const green =
          rest * (teeth[1] * teethLight * toRed + mouthDark[1] * dark) + lip[1] * lipLight * INNER_LIP_GREEN;
        const blue = rest * (teeth[2] * teethLight * toRed + mouthDark[2] * dark) + lip[2] * lipLight * INNER_LIP_BLUE;
        const at = row * PICTURE_SIZE_PX + column;
        picture[at] = blend(picture[at] as number, OPAQUE | (blue << 16) | (green << 8) | red, share);
      }
    }
  }
}

interface TeethProfile {
  /** [256] how much shorter the row is here than in the middle. */
  edge: Float32Array;
  /** [256] light on the row, 0..1. */
  light: Float32Array;
}

function teethProfile(ends: readonly number[], shorter: readonly number[]): TeethProfile {
  const edge = new Float32Array(PROFILE_STEPS);
  const light = new Float32Array(PROFILE_STEPS);
  for (let step = 0; step < PROFILE_STEPS; step++) {
    const across = ((step + 0.5) / PROFILE_STEPS - 0.5) * 2 * PROFILE_HALF;
    const out = Math.abs(across);
    const tooth = Math.max(
      0,
      ends.findIndex((end) => out < end),
    );
    const begin = tooth === 0 ? 0 : (ends[tooth - 1] as number);
    const end = ends[tooth] as number;
    const place = ((out - begin) / (end - begin)) * 2 - 1;
    const toGap = Math.min(out - begin, end - out);
    edge[step] = (shorter[tooth] as number) + TOOTH_ROUND * place ** 6 + ARCH_RISE * across * across;
    const gap = 1 - GAP_SHADE * Math.exp(-((toGap / GAP_WIDTH) ** 2));
    light[step] = out >= (ends.at(-1) as number) ? 0 : gap * Math.max(0, 1 - ARCH_DARKENING * across * across);
  }
  return { edge, light };
}
