// What is seen between the lids: the portrait's own eyeball with its iris moved by the gaze; then the lids over it (lids.ts).

import { smoothstep } from '../smoothstep.ts';
import { PICTURE_SIZE_PX } from '../types.ts';
import { blend, sample, TEXEL, toTexel } from './canvas.ts';
import type { EyeTopology } from './face-topology.ts';
import { LidPainter, type ToPortrait } from './lids.ts';
import { Footprint, STEP_PX } from './moved.ts';
import { Opening } from './opening.ts';
import type { PosedVertices } from './pose-vertices.ts';
import type { Rig } from './rig.ts';

/** Larger gazes would pull lashes into the eye: a portrait has no picture of what its lids hide. In eye widths. */
const GAZE_X_MAX = 0.13;
const GAZE_Y_MAX = 0.05;
/** The iris moves whole up to the first, the white is stretched up to the second: in radii of the iris. */
const IRIS_WHOLE_RADII = 1.15;
const IRIS_FREE_RADII = 2.3;
const FALLOFF_STEPS = 64;
/** Lids are painted this far around crease and lower lid, in eye-corner distances. */
const MARGIN_UNITS = 0.075;
export class EyePainter {
  readonly footprint: Footprint;
  /** As drawn last. */
  #gazeX = 0;
  #gazeY = 0;
  #blink = 0;
  readonly #rig: Rig;
  readonly #eye: EyeTopology;
  readonly #opening: Opening;
  readonly #lids: LidPainter;
  readonly #widthPx: number;
  readonly #radiusPx: number;
  /** [64] share of the gaze by squared distance from the iris' middle. */
  readonly #falloff = new Float32Array(FALLOFF_STEPS);

  /** @param rgba [512 * 512 * 4] the portrait */
  constructor(rig: Rig, eye: EyeTopology, rgba: Uint8Array) {
    this.#rig = rig;
    this.#eye = eye;
    this.footprint = new Footprint([...eye.upper, ...eye.lower, ...eye.crease], Math.ceil(MARGIN_UNITS * rig.unitPx));
    this.#opening = new Opening(eye.upper, eye.lower);
    this.#opening.measure(rig.restX, rig.restY);
    this.#lids = new LidPainter(rig, eye, rgba, this.#opening);
    const [outer, inner] = [eye.upper[0] as number, eye.upper.at(-1) as number];
    this.#widthPx = Math.hypot(x(rig, inner) - x(rig, outer), y(rig, inner) - y(rig, outer));
    const [left, right] = eye.irisEdge;
    this.#radiusPx = Math.hypot(x(rig, right) - x(rig, left), y(rig, right) - y(rig, left)) / 2;
    for (let step = 0; step < FALLOFF_STEPS; step++) {
      const radii = Math.sqrt(step / (FALLOFF_STEPS - 1)) * IRIS_FREE_RADII;
      this.#falloff[step] = 1 - smoothstep(IRIS_WHOLE_RADII, IRIS_FREE_RADII, radii);
    }
  }

  /**
   * Whether the eye must be drawn again, though its place may not have changed.
   *
   * @param blink 0 as in the portrait .. 1 shut
   */
  follow(posed: PosedVertices, blink: number): boolean {
    this.footprint.follow(posed.x, posed.y);
    const way = Math.max(
      Math.abs(posed.gazeX - this.#gazeX) * this.#widthPx,
      Math.abs(posed.gazeY - this.#gazeY) * this.#widthPx,
      Math.abs(blink - this.#blink) * this.#widthPx,
    );
    if (way < STEP_PX) return false;
    this.#gazeX = posed.gazeX;
    this.#gazeY = posed.gazeY;
    this.#blink = blink;
    return true;
  }

  draw(picture: Int32Array, texture: Int32Array, posed: PosedVertices): void {
    this.#opening.measure(posed.x, posed.y);
    if (this.#opening.height <= 0) return;
    const toPortrait = this.#toPortrait(posed);
    if (this.#blink < 1) this.#drawEyeball(picture, texture, toPortrait);
    if (this.#blink > 0) this.#lids.draw(picture, this.footprint.part, toPortrait, this.#opening, this.#blink);
  }

  /** Along the eye by its corners, across it by the skull's own down. */
  #toPortrait(posed: PosedVertices): ToPortrait {
    const { upper } = this.#eye;
    const outer = upper[0] as number;
    const inner = upper.at(-1) as number;
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
    const originX = x(this.#rig, outer) - xx * (posed.x[outer] as number) - xy * (posed.y[outer] as number);
    const originY = y(this.#rig, outer) - yx * (posed.x[outer] as number) - yy * (posed.y[outer] as number);
    return { originX, originY, xx, xy, yx, yy };
  }

  #drawEyeball(picture: Int32Array, texture: Int32Array, toPortrait: ToPortrait): void {
    const opening = this.#opening;
    const { originX, originY, xx, xy, yx, yy } = toPortrait;
    const { iris } = this.#eye;
    const gazeX = Math.max(-GAZE_X_MAX, Math.min(GAZE_X_MAX, this.#gazeX)) * this.#widthPx;
    const gazeY = Math.max(-GAZE_Y_MAX, Math.min(GAZE_Y_MAX, this.#gazeY)) * this.#widthPx;
    const falloffScale = (FALLOFF_STEPS - 1) / (this.#radiusPx * IRIS_FREE_RADII) ** 2;
    const irisX = x(this.#rig, iris) + gazeX;
    const irisY = y(this.#rig, iris) + gazeY;
    for (let column = opening.left; column < opening.right; column++) {
      const last = opening.lastRow(column);
      for (let row = opening.firstRow(column); row < last; row++) {
        const share = opening.coverage(column, row);
        if (share === 0) continue;
        const [px, py] = [column + 0.5, row + 0.5];
        let u = originX + xx * px + xy * py;
        let v = originY + yx * px + yy * py;
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
}

function x(rig: Rig, point: number): number {
  return rig.restX[point] as number;
}

function y(rig: Rig, point: number): number {
  return rig.restY[point] as number;
}
