// Shut and shutting lids, painted over the eye: the upper one comes down with its own lashes and grain, the lower one rises a little.

import { clamp01, smoothstep } from '../smoothstep.ts';
import { PICTURE_SIZE_PX } from '../types.ts';
import { blend, OPAQUE } from './canvas.ts';
import type { EyeTopology } from './face-topology.ts';
import { type LidSkin, measureLidSkin } from './lid-skin.ts';
import { Opening } from './opening.ts';
import type { PosedVertices } from './pose-vertices.ts';
import { LIDS_MEET_AT, type Rig } from './rig.ts';

/** From the crease down to the open lid's edge the shut lid's skin fades in over this share of the way: it covers the open eye's lashes. */
const FADE_FROM = 0.1;
const FADE_TO = 0.5;
/** Below the eye the shadow and lashes of the open eye's lower lid are covered, fading over this height, in eye-corner distances. */
const UNDER_UNITS = 0.035;
/** Over this share of the eye's width, from both corners, the lid's skin above the eye and the lashes fade in. */
const CORNER_FADE = 0.14;
/** A lid that has hardly moved is not painted: its skin would show as a thin line. */
const LID_SEEN_FROM = 0.05;
const LID_SEEN_WHOLE = 0.3;
/** The lid is a part of a ball lit from above: its light by place from top (0) to lashes (1). */
const LIGHT_TOP = 0.95;
const LIGHT_BULGE = 0.08;
const LIGHT_EDGE = 0.9;
/** Below the lid's edge the lashes end over this height, in eye-corner distances; where none were seen there is still this much shadow. */
const LASH_HANG_UNITS = 0.014;
const LASH_LEAST = 0.55;
const FULL = 256;

export class LidPainter {
  readonly #skin: LidSkin;
  /** From the crease to the lower lid. */
  readonly #lid: Opening;
  readonly #underPx: number;
  readonly #hangPx: number;

  /**
   * @param rgba [512 * 512 * 4] the portrait
   * @param opening between the lids, measured in the portrait
   */
  constructor(rig: Rig, eye: EyeTopology, rgba: Uint8Array, opening: Opening) {
    const [outer, inner] = [eye.upper[0] as number, eye.upper.at(-1) as number];
    this.#lid = new Opening([outer, ...eye.crease, inner], eye.lower);
    this.#lid.measure(rig.restX, rig.restY);
    this.#underPx = UNDER_UNITS * rig.unitPx;
    this.#hangPx = LASH_HANG_UNITS * rig.unitPx;
    this.#skin = measureLidSkin(rgba, rig, eye, opening, this.#lid);
  }

  /**
   * @param opening between the open lids, measured for this picture
   * @param blink 0 as in the portrait .. 1 shut
   */
  draw(picture: Int32Array, posed: PosedVertices, opening: Opening, blink: number): void {
    const skin = this.#skin;
    const lid = this.#lid;
    lid.measure(posed.x, posed.y);
    const lash = packed(skin.lash[0], skin.lash[1], skin.lash[2]);
    const width = opening.right - opening.left;
    const seen = smoothstep(LID_SEEN_FROM, LID_SEEN_WHOLE, blink);
    for (let column = opening.left; column < opening.right; column++) {
      const middle = opening.middle(column);
      const top = opening.top[middle] as number;
      const bottom = opening.bottom[middle] as number;
      const height = bottom - top;
      if (height <= 0) continue;
      const upperEdge = top + blink * height * (1 - LIDS_MEET_AT);
      const lowerEdge = bottom - blink * height * LIDS_MEET_AT;
      const along = ((column + 0.5 - opening.left) / width) * (skin.columns - 1);
      const left = Math.min(skin.columns - 2, along | 0);
      const share = along - left;
      // Towards the corners, where the lids have hardly any way to go, there is little to cover and no line to draw.
      const fromCorner = Math.min(along, skin.columns - 1 - along) / (skin.columns - 1);
      const taper = smoothstep(0, this.#hangPx * 2, height) * smoothstep(0, CORNER_FADE, fromCorner) * seen;
      const begin = Math.min(top - 1, lid.top[middle] as number);
      const fadeFrom = begin + (top - begin) * FADE_FROM;
      const fadeTo = begin + (top - begin) * FADE_TO;
      const last = Math.min(PICTURE_SIZE_PX, Math.ceil(bottom + this.#underPx));
      for (let row = Math.max(0, Math.floor(begin)); row < last; row++) {
        const centre = row + 0.5;
        const at = row * PICTURE_SIZE_PX + column;
        const up = upperEdge - centre;
        const above = centre < top ? taper * smoothstep(fadeFrom, fadeTo, centre) : seen;
        const onUpper = clamp01(up + 0.5) * above;
        const below = centre > bottom ? taper * blink * (1 - smoothstep(0, this.#underPx, centre - bottom)) : seen;
        const onLower = clamp01(row + 1 - lowerEdge) * below;
        if (onLower > 0) {
          const colour = this.#colour(skin.lower, skin.lower, left, share, 1, 1, this.#grainAt(along, row - bottom));
          picture[at] = blend(picture[at] as number, colour, (onLower * FULL) | 0);
        }
        if (onUpper > 0) {
          const place = clamp01((centre - begin) / Math.max(1, upperEdge - begin));
          const colour = this.#colour(
            skin.top,
            skin.edge,
            left,
            share,
            place,
            lightAt(place),
            this.#grainAt(along, up),
          );
          picture[at] = blend(picture[at] as number, colour, (onUpper * FULL) | 0);
        }
        const lashes = this.#lashAt(left, share, up) * taper;
        if (lashes > 0) picture[at] = blend(picture[at] as number, lash, (lashes * FULL) | 0);
      }
    }
  }

  #colour(
    above: Float32Array,
    below: Float32Array,
    column: number,
    share: number,
    place: number,
    light: number,
    grain: number,
  ): number {
    const channel = (index: number) => {
      const at = column * 3 + index;
      const from = (above[at] as number) * (1 - share) + (above[at + 3] as number) * share;
      const to = (below[at] as number) * (1 - share) + (below[at + 3] as number) * share;
      return Math.max(0, Math.min(255, (from + (to - from) * place) * light + grain));
    };
    return packed(channel(0), channel(1), channel(2));
  }

  /** Grain that hangs on the lid's edge, so that it comes down with it. @param up pixels above the edge */
  #grainAt(along: number, up: number): number {
    const { grain, grainWidth, grainHeight, columns } = this.#skin;
    const x = Math.max(0, Math.min(grainWidth - 1.001, (along / (columns - 1)) * (grainWidth - 1)));
    const y = Math.max(0, Math.min(grainHeight - 1.001, grainHeight / 2 + up));
    const at = (y | 0) * grainWidth + (x | 0);
    const right = x - (x | 0);
    const upper = (grain[at] as number) * (1 - right) + (grain[at + 1] as number) * right;
    const lower = (grain[at + grainWidth] as number) * (1 - right) + (grain[at + grainWidth + 1] as number) * right;
    return upper + (lower - upper) * (y - (y | 0));
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

function lightAt(place: number): number {
  return LIGHT_TOP + (LIGHT_EDGE - LIGHT_TOP) * place + LIGHT_BULGE * 4 * place * (1 - place);
}

function packed(red: number, green: number, blue: number): number {
  return OPAQUE | ((blue | 0) << 16) | ((green | 0) << 8) | (red | 0);
}
