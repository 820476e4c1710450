// The portrait's mouth carried to other lips, in the crop: the mesh of the face with rings around it, drawn by warp.wat.
// models/training/painter/crop.py does the same for training.
import { LANDMARK_COUNT, PICTURE_SIZE_PX } from '../../types.ts';
import { TEXTURE_STRIDE } from '../canvas.ts';
import { FACE_OVAL } from '../face-topology.ts';
import type { Rig } from '../rig.ts';
import { WarpEngine } from '../warp.ts';
import { CROP_PX, HALF_LEVELS } from './crop-frame.ts';
import { MARGIN_PX, WIDE_PX } from './wide-reference.ts';

/** Rings around the face's outline: how far out they lie (the outline is 1), what share of its shift they take. */
const RINGS = [
  { reach: 1.12, share: 0.6 },
  { reach: 1.28, share: 0.25 },
  { reach: 1.5, share: 0.06 },
] as const;
const RING_POINTS = FACE_OVAL.length;
const VERTICES = LANDMARK_COUNT + RINGS.length * RING_POINTS;
/** Where the wide reference lies in the engine's texture: around it its border is repeated, for what is drawn from beyond it. */
const WIDE_AT = 176;
const FARTHEST = WIDE_AT - 1;

export class CropWarp {
  readonly #engine: WarpEngine;
  readonly #restU: Float32Array;
  readonly #restV: Float32Array;

  /**
   * @param wide [160 * 160] the wide reference
   * @param u, v [478] crop positions of the landmarks in it
   */
  constructor(rig: Rig, wide: Int32Array, u: Float32Array, v: Float32Array) {
    this.#restU = u.slice(0, LANDMARK_COUNT);
    this.#restV = v.slice(0, LANDMARK_COUNT);
    const rest = { x: new Float32Array(VERTICES), y: new Float32Array(VERTICES) };
    this.#place(u, v, rest.x, rest.y);
    const inTexture = (position: number) =>
      Math.min(CROP_PX + FARTHEST, Math.max(-FARTHEST, position)) + MARGIN_PX + WIDE_AT;
    const triangles = Uint16Array.from([...ringTriangles(), ...faceTriangles(rig)]);
    this.#engine = new WarpEngine({
      vertexCount: VERTICES,
      restX: rest.x.map(inTexture),
      restY: rest.y.map(inTexture),
      triangles,
      isSoft: new Uint8Array(triangles.length / 3),
    });
    fillAround(this.#engine.texture, wide);
  }

  /**
   * Draws the crop with its landmarks at u, v, and writes it in -1..1, darkened to black (-1) where `inner` is 1.
   *
   * @param inner [128 * 128]
   * @param out [3 * 128 * 128] red, green and blue planes
   */
  draw(u: Float32Array, v: Float32Array, inner: Float32Array, out: Float32Array): void {
    const { picture, x, y } = this.#engine;
    this.#place(u, v, x, y);
    this.#engine.drawMesh({ left: 0, top: 0, right: CROP_PX, bottom: CROP_PX });
    const plane = CROP_PX * CROP_PX;

    for (let row = 0; row < CROP_PX; row++) {
      for (let column = 0; column < CROP_PX; column++) {
        const at = row * CROP_PX + column;
        const pixel = picture[row * PICTURE_SIZE_PX + column] as number;
        const share = (1 - (inner[at] as number)) / HALF_LEVELS;
        out[at] = (pixel & 255) * share - 1;
        out[plane + at] = ((pixel >> 8) & 255) * share - 1;
        out[2 * plane + at] = ((pixel >> 16) & 255) * share - 1;
      }
    }
  }

  /** Landmarks and rings around them. */
  #place(u: Float32Array, v: Float32Array, x: Float32Array, y: Float32Array): void {
    const [restU, restV] = [this.#restU, this.#restV];
    x.set(u.subarray(0, LANDMARK_COUNT));
    y.set(v.subarray(0, LANDMARK_COUNT));
    const middleU = mean(restU);
    const middleV = mean(restV);
    let at = LANDMARK_COUNT;
    for (const { reach, share } of RINGS) {
      for (const parent of FACE_OVAL) {
        const [pu, pv] = [restU[parent] as number, restV[parent] as number];
        x[at] = middleU + (pu - middleU) * reach + share * ((u[parent] as number) - pu);
        y[at] = middleV + (pv - middleV) * reach + share * ((v[parent] as number) - pv);
        at++;
      }
    }
  }
}

function mean(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function ringTriangles(): number[] {
  const at = (ring: number, index: number) =>
    ring < 0 ? (FACE_OVAL[index] as number) : LANDMARK_COUNT + ring * RING_POINTS + index;
  return Array.from({ length: RINGS.length * RING_POINTS }, (_, k) => {
    const ring = RINGS.length - 1 - Math.floor(k / RING_POINTS);
    const [i, next] = [k % RING_POINTS, (k + 1) % RING_POINTS];
    return [at(ring, i), at(ring, next), at(ring - 1, i), at(ring - 1, i), at(ring, next), at(ring - 1, next)];
  }).flat();
}

/** Those of the rig's triangles that have landmarks for corners: the mouth's opening, then the face from back to front. */
export function faceTriangles({ triangles }: Rig): number[] {
  return Array.from({ length: triangles.length / 3 }, (_, i) => [...triangles.subarray(i * 3, i * 3 + 3)])
    .filter((corners) => corners.every((corner) => corner < LANDMARK_COUNT))
    .flat();
}

function fillAround(texture: Int32Array, wide: Int32Array): void {
  const inside = (position: number) => Math.min(WIDE_PX - 1, Math.max(0, position - 1 - WIDE_AT));
  for (let y = 0; y < TEXTURE_STRIDE; y++) {
    for (let x = 0; x < TEXTURE_STRIDE; x++) {
      texture[y * TEXTURE_STRIDE + x] = wide[inside(y) * WIDE_PX + inside(x)] as number;
    }
  }
}
