// What is seen between the lids, and the lids when they close: the portrait's own eyeball with its iris moved by the gaze, then
// the upper lid drawn down over it with its line of lashes, then the lower lid rising a little.
import { PICTURE_SIZE_PX } from '../types.ts';
import { blend, OPAQUE, sample, TEXEL, toTexel } from './canvas.ts';
import type { EyeTopology } from './face-topology.ts';
import { type LidSkin, measureLidSkin } from './lid-skin.ts';
import { Opening } from './opening.ts';
import type { PosedVertices } from './pose-vertices.ts';
import { LIDS_MEET_AT, type Rig, smoothstep } from './rig.ts';

/** Larger gazes would pull lashes into the eye: a portrait has no picture of what its lids hide. In eye widths. */
const GAZE_X_MAX = 0.13;
const GAZE_Y_MAX = 0.05;
/** The iris moves whole up to the first, the white is stretched up to the second: in radii of the iris. */
const IRIS_WHOLE_RADII = 1.15;
const IRIS_FREE_RADII = 2.3;
const FALLOFF_STEPS = 64;
/** Above the open lid's edge its skin fades in over this height, in eye-corner distances: covers the lashes of the open eye. */
const LID_FADE_UNITS = 0.06;
/** Over this share of the eye's width, from both corners, the lid's skin above the eye and the lashes fade in. */
const CORNER_FADE = 0.12;
/** A lid that has hardly moved is not painted: its skin would show as a thin line. */
const LID_SEEN_FROM = 0.05;
const LID_SEEN_WHOLE = 0.3;
/** Half thickness of the line of lashes, in eye-corner distances, and its strength. */
const LASH_UNITS = 0.013;
const LASH_SHARE = 0.8;
const FULL = 256;

export class EyePainter {
  readonly #rig: Rig;
  readonly #eye: EyeTopology;
  readonly #opening: Opening;
  readonly #skin: LidSkin;
  readonly #widthPx: number;
  readonly #radiusPx: number;
  /** [64] share of the gaze by squared distance from the iris' middle. */
  readonly #falloff = new Float32Array(FALLOFF_STEPS);

  /** @param rgba [512 * 512 * 4] the portrait */
  constructor(rig: Rig, eye: EyeTopology, rgba: Uint8Array) {
    this.#rig = rig;
    this.#eye = eye;
    this.#opening = new Opening(eye.upper, eye.lower);
    this.#skin = measureLidSkin(rgba, rig, eye);
    const [outer, inner] = [eye.upper[0] as number, eye.upper.at(-1) as number];
    this.#widthPx = Math.hypot(x(rig, inner) - x(rig, outer), y(rig, inner) - y(rig, outer));
    const [left, right] = eye.irisEdge;
    this.#radiusPx = Math.hypot(x(rig, right) - x(rig, left), y(rig, right) - y(rig, left)) / 2;
    for (let step = 0; step < FALLOFF_STEPS; step++) {
      const radii = Math.sqrt(step / (FALLOFF_STEPS - 1)) * IRIS_FREE_RADII;
      this.#falloff[step] = 1 - smoothstep(IRIS_WHOLE_RADII, IRIS_FREE_RADII, radii);
    }
  }

  /** @param blink 0 as in the portrait .. 1 shut */
  draw(picture: Int32Array, texture: Int32Array, posed: PosedVertices, blink: number): void {
    this.#opening.measure(posed.x, posed.y);
    if (this.#opening.height <= 0) return;
    if (blink < 1) this.#drawEyeball(picture, texture, posed);
    if (blink > 0) this.#drawLids(picture, blink);
  }

  #drawEyeball(picture: Int32Array, texture: Int32Array, posed: PosedVertices): void {
    const opening = this.#opening;
    const { upper, iris } = this.#eye;
    const outer = upper[0] as number;
    const inner = upper.at(-1) as number;
    // Picture -> portrait: along the eye by its corners, across it by the skull's own down.
    const alongRestX = x(this.#rig, inner) - x(this.#rig, outer);
    const alongRestY = y(this.#rig, inner) - y(this.#rig, outer);
    const alongX = (posed.x[inner] as number) - (posed.x[outer] as number);
    const alongY = (posed.y[inner] as number) - (posed.y[outer] as number);
    const downRestX = this.#rig.rotation[1] as number;
    const downRestY = this.#rig.rotation[4] as number;
    const downX = (posed.skull[3] as number) / this.#rig.unitPx;
    const downY = (posed.skull[5] as number) / this.#rig.unitPx;
    const determinant = alongX * downY - alongY * downX;
    const xx = (alongRestX * downY - downRestX * alongY) / determinant;
    const xy = (downRestX * alongX - alongRestX * downX) / determinant;
    const yx = (alongRestY * downY - downRestY * alongY) / determinant;
    const yy = (downRestY * alongX - alongRestY * downX) / determinant;
    const gazeX = Math.max(-GAZE_X_MAX, Math.min(GAZE_X_MAX, posed.gazeX)) * this.#widthPx;
    const gazeY = Math.max(-GAZE_Y_MAX, Math.min(GAZE_Y_MAX, posed.gazeY)) * this.#widthPx;
    const falloffScale = (FALLOFF_STEPS - 1) / (this.#radiusPx * IRIS_FREE_RADII) ** 2;
    const irisX = x(this.#rig, iris) + gazeX;
    const irisY = y(this.#rig, iris) + gazeY;
    for (let column = opening.left; column < opening.right; column++) {
      const last = opening.lastRow(column);
      for (let row = opening.firstRow(column); row < last; row++) {
        const share = opening.coverage(column, row);
        if (share === 0) continue;
        const dx = column + 0.5 - (posed.x[outer] as number);
        const dy = row + 0.5 - (posed.y[outer] as number);
        let u = x(this.#rig, outer) + xx * dx + xy * dy;
        let v = y(this.#rig, outer) + yx * dx + yy * dy;
        const step = ((u - irisX) ** 2 + (v - irisY) ** 2) * falloffScale;
        if (step < FALLOFF_STEPS) {
          const gaze = this.#falloff[step | 0] as number;
          u -= gazeX * gaze;
          v -= gazeY * gaze;
        }
        const at = row * PICTURE_SIZE_PX + column;
        const eyeball = sample(texture, toTexel(u) + TEXEL / 512, toTexel(v) + TEXEL / 512);
        picture[at] = blend(picture[at] as number, eyeball, share);
      }
    }
  }

  #drawLids(picture: Int32Array, blink: number): void {
    const opening = this.#opening;
    const { upper, edge, columns, lash } = this.#skin;
    const fade = LID_FADE_UNITS * this.#rig.unitPx;
    const lashWidth = LASH_UNITS * this.#rig.unitPx;
    const lashColour = packed(lash[0], lash[1], lash[2]);
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
      const along = ((column + 0.5 - opening.left) / width) * (columns - 1);
      const left = Math.min(columns - 2, along | 0) * 3;
      const share = along - left / 3;
      // Towards the corners, where the lids have hardly any way to go, there is little to cover and no line to draw.
      const fromCorner = Math.min(along, columns - 1 - along) / (columns - 1);
      const taper = smoothstep(0, lashWidth * 2, height) * smoothstep(0, CORNER_FADE, fromCorner) * seen;
      const last = Math.min(PICTURE_SIZE_PX, Math.ceil(bottom + 2 * lashWidth));
      for (let row = Math.max(0, Math.floor(top - fade)); row < last; row++) {
        const centre = row + 0.5;
        const place = Math.min(1, Math.max(0, (centre - top) / Math.max(1, upperEdge - top)));
        const above = centre < top ? blink * taper * smoothstep(top - fade, top, centre) : seen;
        const onUpper = clamp01(upperEdge - row) * above;
        const onLower = clamp01(row + 1 - lowerEdge) * clamp01(bottom - row) * seen;
        const lidShare = Math.max(onUpper, onLower);
        const at = row * PICTURE_SIZE_PX + column;
        if (lidShare > 0) {
          const red = mixed(upper, edge, left, share, place);
          const green = mixed(upper, edge, left + 1, share, place);
          const blue = mixed(upper, edge, left + 2, share, place);
          picture[at] = blend(picture[at] as number, packed(red, green, blue), (lidShare * FULL) | 0);
        }
        const off = (centre - upperEdge) / lashWidth;
        const lashShare = Math.max(0, 1 - off * off) * LASH_SHARE * taper;
        if (lashShare > 0) picture[at] = blend(picture[at] as number, lashColour, (lashShare * FULL) | 0);
      }
    }
  }
}

function mixed(upper: Float32Array, edge: Float32Array, at: number, share: number, place: number): number {
  const above = (upper[at] as number) * (1 - share) + (upper[at + 3] as number) * share;
  const below = (edge[at] as number) * (1 - share) + (edge[at + 3] as number) * share;
  return above + (below - above) * place;
}

function packed(red: number, green: number, blue: number): number {
  return OPAQUE | (blue << 16) | (green << 8) | red;
}

function clamp01(value: number): number {
  return Math.min(1, Math.max(0, value));
}

function x(rig: Rig, point: number): number {
  return rig.restX[point] as number;
}

function y(rig: Rig, point: number): number {
  return rig.restY[point] as number;
}
