// Shut and shutting lids, painted over the eye: the upper one comes down with its own lashes, the lower one rises a little.

import { clamp01, smoothstep } from '../smoothstep.ts';
import { PICTURE_SIZE_PX } from '../types.ts';
import { blend, OPAQUE } from './canvas.ts';
import type { EyeTopology } from './face-topology.ts';
import { type LidSkin, measureLidSkin } from './lid-skin.ts';
import type { Opening } from './opening.ts';
import { LIDS_MEET_AT, type Rig } from './rig.ts';
import type { Part } from './warp.ts';

/** A lid that has hardly moved is not painted: its skin would show as a thin line. */
const LID_SEEN_FROM = 0.05;
const LID_SEEN_WHOLE = 0.3;
/** The crease and the shadow below the eye go as the eye shuts. */
const AROUND_FROM = 0.25;
/** Over this share of the eye's width, from both corners, the lashes fade in. */
const CORNER_FADE = 0.14;
/** The lid is a part of a ball lit from above: more light where it bulges, less towards the lashes. */
const LIGHT_BULGE = 0.05;
const LIGHT_EDGE = 0.1;
/** Below the lid's edge the lashes end over this height, in eye-corner distances; where none were seen there is still this much shadow. */
const LASH_HANG_UNITS = 0.014;
const LASH_LEAST = 0.4;
const FULL = 256;

/** Picture to portrait: x of the portrait = originX + xx * x + xy * y, and so on. */
export interface ToPortrait {
  originX: number;
  originY: number;
  xx: number;
  xy: number;
  yx: number;
  yy: number;
}

/** Measured once for all conversations of an avatar in this thread. */
const skins = new WeakMap<Rig, Map<EyeTopology, LidSkin>>();

export class LidPainter {
  readonly #skin: LidSkin;
  readonly #hangPx: number;

  /**
   * @param rgba [512 * 512 * 4] the portrait
   * @param opening between the lids, measured in the portrait
   */
  constructor(rig: Rig, eye: EyeTopology, rgba: Uint8Array, opening: Opening) {
    this.#hangPx = LASH_HANG_UNITS * rig.unitPx;
    const measured = skins.get(rig) ?? new Map<EyeTopology, LidSkin>();
    skins.set(rig, measured);
    this.#skin = measured.get(eye) ?? measureLidSkin(rgba, rig, eye, opening);
    measured.set(eye, this.#skin);
  }

  /**
   * @param part what may be touched, in pixels of the picture
   * @param opening between the open lids, measured for this picture
   * @param blink 0 as in the portrait .. 1 shut
   */
  draw(picture: Int32Array, part: Part, toPortrait: ToPortrait, opening: Opening, blink: number): void {
    const { lash, columns, lashRows, top: skinTop } = this.#skin;
    const { originX, originY, xx, xy, yx, yy } = toPortrait;
    const width = opening.right - opening.left;
    const seen = smoothstep(LID_SEEN_FROM, LID_SEEN_WHOLE, blink);
    if (seen === 0) return;
    const around = smoothstep(AROUND_FROM, 1, blink);
    const [firstRow, lastRow] = [Math.max(0, part.top), Math.min(PICTURE_SIZE_PX, part.bottom)];
    for (let column = Math.max(0, part.left); column < Math.min(PICTURE_SIZE_PX, part.right); column++) {
      const middle = opening.middle(Math.min(opening.right - 1, Math.max(opening.left, column)));
      const top = opening.top[middle] as number;
      const bottom = opening.bottom[middle] as number;
      const height = Math.max(0, bottom - top);
      const upperEdge = top + blink * height * (1 - LIDS_MEET_AT);
      const lowerEdge = bottom - blink * height * LIDS_MEET_AT;
      const along = Math.min(columns - 1, Math.max(0, ((column + 0.5 - opening.left) / width) * (columns - 1)));
      const left = Math.min(columns - 2, along | 0);
      const fromCorner = Math.min(along, columns - 1 - along) / (columns - 1);
      const taper = smoothstep(0, this.#hangPx * 2, height) * smoothstep(0, CORNER_FADE, fromCorner) * seen;
      for (let row = firstRow; row < lastRow; row++) {
        const [px, py] = [column + 0.5, row + 0.5];
        const u = originX + xx * px + xy * py;
        const v = originY + yx * px + yy * py;
        const up = upperEdge - py;
        const at = row * PICTURE_SIZE_PX + column;
        // The open eye's lashes go as soon as the lid moves; what is farther away, and the lower lid's own, little by little.
        const near = py < top ? 1 - smoothstep(0, lashRows, top - py) : 1;
        const upper = clamp01(up + 0.5) * (around + (seen - around) * near);
        const covered = Math.max(upper, clamp01(row + 1 - lowerEdge) * around);
        if (covered > 0) {
          const place = clamp01((v - skinTop) / Math.max(1, v - skinTop + Math.max(0, up)));
          const light = up > 0 ? 1 + LIGHT_BULGE * 4 * place * (1 - place) - LIGHT_EDGE * place ** 4 : 1;
          this.#blendSkin(picture, at, u, v, covered, light);
        }
        const lashes = this.#lashAt(left, along - left, up) * taper;
        if (lashes > 0) picture[at] = blend(picture[at] as number, lash, (lashes * FULL) | 0);
      }
    }
  }

  /** @param u, v in pixels of the portrait */
  #blendSkin(picture: Int32Array, at: number, u: number, v: number, share: number, light: number): void {
    const { left, top, width, height, texels } = this.#skin;
    const x = u - left - 0.5;
    const y = v - top - 0.5;
    if (x < 0 || y < 0 || x >= width - 1 || y >= height - 1) return;
    const from = (y | 0) * width + (x | 0);
    const [fx, fy] = [x - (x | 0), y - (y | 0)];
    const [a, b] = [texels[from] as number, texels[from + 1] as number];
    const [c, d] = [texels[from + width] as number, texels[from + width + 1] as number];
    const channel = (shift: number) =>
      (((a >>> shift) & 255) * (1 - fx) + ((b >>> shift) & 255) * fx) * (1 - fy) +
      (((c >>> shift) & 255) * (1 - fx) + ((d >>> shift) & 255) * fx) * fy;
    const seen = share * (channel(24) / 255);
    if (seen <= 0) return;
    const lit = (shift: number) => Math.min(255, channel(shift) * light) | 0;
    const colour = OPAQUE | (lit(16) << 16) | (lit(8) << 8) | lit(0);
    picture[at] = blend(picture[at] as number, colour, (seen * FULL) | 0);
  }

  #lashAt(column: number, share: number, up: number): number {
    const { lashes, lashRows } = this.#skin;
    if (up > lashRows - 1 || up < -2 * this.#hangPx) return 0;
    // Below the edge the lashes go on as they are at the edge, and end.
    const row = Math.max(0, up);
    const hang = up < 0 ? 1 - smoothstep(0, 2 * this.#hangPx, -up) : 1;
    const at = column * lashRows + Math.min(lashRows - 2, row | 0);
    const down = row - Math.min(lashRows - 2, row | 0);
    const read = (from: number) => (lashes[from] as number) * (1 - down) + (lashes[from + 1] as number) * down;
    const seen = read(at) * (1 - share) + read(at + lashRows) * share;
    const least = LASH_LEAST * Math.max(0, 1 - (up / this.#hangPx) ** 2);
    return Math.max(seen, least) * hang;
  }
}
