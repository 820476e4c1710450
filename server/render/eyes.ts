// What is seen between the lids: the portrait's own eyeball at rest behind them, its iris moved by the gaze.
import { PICTURE_SIZE_PX } from '../types.ts';
import { blend, sample, TEXEL, toTexel } from './canvas.ts';
import type { EyeTopology } from './face-topology.ts';
import { coverage, Opening } from './opening.ts';
import type { PosedVertices } from './pose-vertices.ts';
import { type Rig, smoothstep } from './rig.ts';

/** Larger gazes would pull lashes into the eye: a portrait has no picture of what its lids hide. In eye widths. */
const GAZE_X_MAX = 0.13;
const GAZE_Y_MAX = 0.05;
/** The iris moves whole up to the first, the white is stretched up to the second: in radii of the iris. */
const IRIS_WHOLE_RADII = 1.15;
const IRIS_FREE_RADII = 2.3;
const FALLOFF_STEPS = 64;

export class EyePainter {
  readonly #rig: Rig;
  readonly #eye: EyeTopology;
  readonly #opening: Opening;
  readonly #widthPx: number;
  readonly #radiusPx: number;
  /** [64] share of the gaze by squared distance from the iris' middle. */
  readonly #falloff = new Float32Array(FALLOFF_STEPS);

  constructor(rig: Rig, eye: EyeTopology) {
    this.#rig = rig;
    this.#eye = eye;
    this.#opening = new Opening(eye.upper, eye.lower);
    const [outer, inner] = [eye.upper[0] as number, eye.upper.at(-1) as number];
    this.#widthPx = Math.hypot(x(rig, inner) - x(rig, outer), y(rig, inner) - y(rig, outer));
    const [left, right] = eye.irisEdge;
    this.#radiusPx = Math.hypot(x(rig, right) - x(rig, left), y(rig, right) - y(rig, left)) / 2;
    for (let step = 0; step < FALLOFF_STEPS; step++) {
      const radii = Math.sqrt(step / (FALLOFF_STEPS - 1)) * IRIS_FREE_RADII;
      this.#falloff[step] = 1 - smoothstep(IRIS_WHOLE_RADII, IRIS_FREE_RADII, radii);
    }
  }

  draw(picture: Uint32Array, texture: Uint32Array, posed: PosedVertices): void {
    const opening = this.#opening;
    opening.measure(posed.x, posed.y);
    if (opening.height <= 0) return;
    const { upper, iris } = this.#eye;
    const outer = upper[0] as number;
    const inner = upper.at(-1) as number;
    // Picture -> portrait: along the eye by its corners, across it by the skull's own down.
    const alongRestX = x(this.#rig, inner) - x(this.#rig, outer);
    const alongRestY = y(this.#rig, inner) - y(this.#rig, outer);
    const alongX = (posed.x[inner] as number) - (posed.x[outer] as number);
    const alongY = (posed.y[inner] as number) - (posed.y[outer] as number);
    const [downRestX, downRestY] = [this.#rig.rotation[1] as number, this.#rig.rotation[4] as number];
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
      const top = opening.top[column] as number;
      const bottom = opening.bottom[column] as number;
      const first = Math.max(0, Math.floor(top));
      const last = Math.min(PICTURE_SIZE_PX, Math.ceil(bottom));
      for (let row = first; row < last; row++) {
        const share = coverage(row, top, bottom);
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
        picture[at] = blend(
          picture[at] as number,
          sample(texture, toTexel(u) + TEXEL / 512, toTexel(v) + TEXEL / 512),
          share,
        );
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
