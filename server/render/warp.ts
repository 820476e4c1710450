// One stream's memory and the loops over its pixels (mesh.wat and warp.wat, SIMD): the portrait's triangles drawn at their new
// places before what stands still, a painted patch laid over some of them, and the picture's colours turned into I420.
import { readFileSync } from 'node:fs';
import { PICTURE_SIZE_PX } from '../types.ts';
import { TEXTURE_STRIDE } from './canvas.ts';
import type { Rig } from './rig.ts';

const PIXELS = PICTURE_SIZE_PX * PICTURE_SIZE_PX;
const WASM_PAGE_BYTES = 65_536;
/** Everything begins at a multiple of this, so that 128-bit loads are aligned. */
const ALIGN_BYTES = 16;
/** Columns are converted eight at a time, rows two at a time. */
export const PART_COLUMNS = 8;
export const PART_ROWS = 2;
/** A patch has this side, and a border of one texel that is 0. */
const PATCH_SIZE_PX = 128;
export const PATCH_STRIDE = PATCH_SIZE_PX + 2;
/** Red, green, blue (added, -255..255) and how much of what was drawn is covered (0..PATCH_COVERED). */
export const PATCH_CHANNELS = 4;
export const PATCH_COVERED = 128;

/** Part of the picture in pixels; right and bottom excluded. Columns in multiples of 8, rows of 2. */
export interface Part {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

interface MeshExports {
  restore(backdrop: number, picture: number, left: number, top: number, right: number, bottom: number): void;
  draw_mesh(
    triangles: number,
    corners: number,
    isSoft: number,
    restX: number,
    restY: number,
    x: number,
    y: number,
    texture: number,
    textureStrideBytes: number,
    picture: number,
    left: number,
    top: number,
    right: number,
    bottom: number,
  ): void;
}

interface WarpExports {
  draw_patch(
    triangles: number,
    corners: number,
    patchX: number,
    patchY: number,
    x: number,
    y: number,
    patch: number,
    picture: number,
  ): void;
  to_i420(picture: number, i420: number, left: number, top: number, right: number, bottom: number): void;
}

const compiled = compiledFrom('warp.wasm');
const compiledMesh = compiledFrom('mesh.wasm');

function compiledFrom(file: string): WebAssembly.Module {
  return new WebAssembly.Module(readFileSync(new URL(file, import.meta.url)));
}

export class WarpEngine {
  /** [512 * 512] packed RGBA, red in the lowest byte: the picture being drawn. */
  readonly picture: Int32Array;
  /** [512 * 512] packed RGBA: what is seen where the mesh is not, or lets it shine through. */
  readonly backdrop: Int32Array;
  /** [514 * 514] the person, colours times alpha, with its border repeated (canvas.ts). */
  readonly texture: Int32Array;
  /** [512 * 512 * 3 / 2] luma, then blue and red difference; BT.601 limited range. */
  readonly i420: Uint8Array;
  /** [vertices] where the mesh's vertices are in the picture. */
  readonly x: Float32Array;
  readonly y: Float32Array;
  /** [130 * 130 * 4] the patch that `drawPatch` lays over the picture. */
  readonly patch: Int16Array;
  /** [vertices] where the mesh's vertices are in the patch, in its pixels (0..128). */
  readonly patchX: Float32Array;
  readonly patchY: Float32Array;
  readonly #run: WarpExports;
  readonly #mesh: MeshExports;
  readonly #triangleCorners: number;
  readonly #patchCorners: number;
  readonly #at: { triangles: number; isSoft: number; patchTriangles: number; restX: number; restY: number };

  /** @param patchTriangles [3 * n] corners of the triangles that the patch is laid over */
  constructor(
    rig: Pick<Rig, 'triangles' | 'isSoft' | 'restX' | 'restY' | 'vertexCount'>,
    patchTriangles: Uint16Array = new Uint16Array(0),
  ) {
    const { triangles, isSoft, restX, restY, vertexCount } = rig;
    let used = 0;
    const place = (bytes: number): number => {
      const at = used;
      used += Math.ceil(bytes / ALIGN_BYTES) * ALIGN_BYTES;
      return at;
    };
    const at = {
      picture: place(PIXELS * 4),
      backdrop: place(PIXELS * 4),
      texture: place(TEXTURE_STRIDE * TEXTURE_STRIDE * 4),
      i420: place((PIXELS * 3) / 2),
      triangles: place(triangles.byteLength),
      isSoft: place(isSoft.byteLength),
      patch: place(PATCH_STRIDE * PATCH_STRIDE * PATCH_CHANNELS * 2),
      patchTriangles: place(patchTriangles.byteLength),
      patchX: place(vertexCount * 4),
      patchY: place(vertexCount * 4),
      restX: place(vertexCount * 4),
      restY: place(vertexCount * 4),
      x: place(vertexCount * 4),
      y: place(vertexCount * 4),
    };
    const memory = new WebAssembly.Memory({ initial: Math.ceil(used / WASM_PAGE_BYTES) });
    this.#run = new WebAssembly.Instance(compiled, { env: { memory } }).exports as unknown as WarpExports;
    this.#mesh = new WebAssembly.Instance(compiledMesh, { env: { memory } }).exports as unknown as MeshExports;
    this.picture = new Int32Array(memory.buffer, at.picture, PIXELS);
    this.backdrop = new Int32Array(memory.buffer, at.backdrop, PIXELS);
    this.texture = new Int32Array(memory.buffer, at.texture, TEXTURE_STRIDE * TEXTURE_STRIDE);
    this.i420 = new Uint8Array(memory.buffer, at.i420, (PIXELS * 3) / 2);
    this.x = new Float32Array(memory.buffer, at.x, vertexCount);
    this.y = new Float32Array(memory.buffer, at.y, vertexCount);
    this.patch = new Int16Array(memory.buffer, at.patch, PATCH_STRIDE * PATCH_STRIDE * PATCH_CHANNELS);
    this.patchX = new Float32Array(memory.buffer, at.patchX, vertexCount);
    this.patchY = new Float32Array(memory.buffer, at.patchY, vertexCount);
    new Uint16Array(memory.buffer, at.triangles, triangles.length).set(triangles);
    new Uint8Array(memory.buffer, at.isSoft, isSoft.length).set(isSoft);
    new Uint16Array(memory.buffer, at.patchTriangles, patchTriangles.length).set(patchTriangles);
    new Float32Array(memory.buffer, at.restX, vertexCount).set(restX);
    new Float32Array(memory.buffer, at.restY, vertexCount).set(restY);
    this.#triangleCorners = triangles.length;
    this.#patchCorners = patchTriangles.length;
    this.#at = at;
  }

  /**
   * Draws a part of the picture: `backdrop`, and before it all triangles in their order, from `texture` at rest to x, y: bilinear,
   * without gaps between neighbours.
   */
  drawMesh({ left, top, right, bottom }: Part): void {
    const { triangles, isSoft, restX, restY } = this.#at;
    const { x, y, texture, picture, backdrop } = this;
    this.#mesh.restore(backdrop.byteOffset, picture.byteOffset, left, top, right, bottom);
    this.#mesh.draw_mesh(
      triangles,
      this.#triangleCorners,
      isSoft,
      restX,
      restY,
      x.byteOffset,
      y.byteOffset,
      texture.byteOffset,
      TEXTURE_STRIDE * 4,
      picture.byteOffset,
      left,
      top,
      right,
      bottom,
    );
  }

  /** Lays `patch` over the picture: its triangles at x, y, with `patchX`, `patchY` as their places in the patch. */
  drawPatch(): void {
    const { x, y, patch, patchX, patchY, picture } = this;
    this.#run.draw_patch(
      this.#at.patchTriangles,
      this.#patchCorners,
      patchX.byteOffset,
      patchY.byteOffset,
      x.byteOffset,
      y.byteOffset,
      patch.byteOffset,
      picture.byteOffset,
    );
  }

  /** `picture` to `i420` within a part. Weights are BT.601's in 1/256 (ITU-R BT.601-7 section 2.5), chroma the mean of its four pixels. */
  toI420({ left, top, right, bottom }: Part): void {
    this.#run.to_i420(this.picture.byteOffset, this.i420.byteOffset, left, top, right, bottom);
  }
}
