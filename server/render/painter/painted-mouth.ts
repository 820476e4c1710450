// The mouths of one portrait: which one a face needs, and what is laid over the picture for it, from the cache or freshly painted.
import { normal } from '../../noise.ts';
import { LANDMARK_COUNT, type PreparedAvatar } from '../../types.ts';
import { VertexPoser } from '../pose-vertices.ts';
import type { Rig } from '../rig.ts';
import { PATCH_CHANNELS, PATCH_COVERED, PATCH_STRIDE } from '../warp.ts';
import { CROP_PX, cropFrame, HALF_LEVELS, toCrop } from './crop-frame.ts';
import { CropWarp, faceTriangles } from './crop-warp.ts';
import { MouthMaps } from './maps.ts';
import { MotionModes, type QuantisedMouth } from './motion-modes.ts';
import type { PainterInputs, PainterNet } from './painter-net.ts';
import type { PaintedPatch, PatchCache } from './patch-cache.ts';
import { patchMask } from './patch-mask.ts';
import { MARGIN_PX, WIDE_PX, wideReference } from './wide-reference.ts';

const PLANE = CROP_PX * CROP_PX;

/** Where a picture's patch came from. */
export type PatchSource = 'reused' | 'painted';

export interface PaintedMouthOptions {
  /** Tells the portraits of one cache apart. */
  name: string;
  avatar: PreparedAvatar;
  rig: Rig;
  net: PainterNet;
  cache: PatchCache;
  /** Called for each picture. */
  onPatch(source: PatchSource): void;
}

export class PaintedMouth {
  /** [3 * n] corners of the rig's triangles that a patch is laid over. */
  readonly triangles: Uint16Array;
  readonly #name: string;
  readonly #net: PainterNet;
  readonly #cache: PatchCache;
  readonly #onPatch: (source: PatchSource) => void;
  readonly #frame: ReturnType<typeof cropFrame>;
  readonly #modes: MotionModes;
  readonly #poser: VertexPoser;
  readonly #warp: CropWarp;
  readonly #maps: MouthMaps;
  readonly #mask: Float32Array;
  readonly #inputs: PainterInputs;

  constructor({ name, avatar, rig, net, cache, onPatch }: PaintedMouthOptions) {
    this.#name = name;
    this.#net = net;
    this.#cache = cache;
    this.#onPatch = onPatch;
    this.#frame = cropFrame(rig.neutral);
    this.#modes = new MotionModes(rig);
    this.#poser = new VertexPoser(rig, new Float32Array(rig.vertexCount), new Float32Array(rig.vertexCount));
    const [u, v] = this.#inCrop(rig.neutral);
    // Warped is what the mesh draws, so that their difference is what the painter changes; it is told what the portrait shows.
    const drawn = wideReference(avatar.closed, this.#frame);
    const shown = avatar.closed === avatar.rgba ? drawn : wideReference(avatar.rgba, this.#frame);
    this.#warp = new CropWarp(rig, drawn, u, v);
    this.#maps = new MouthMaps(u, v);
    this.#mask = patchMask(u, v);
    this.#inputs = {
      warp: new Float32Array(3 * PLANE),
      reference: cropPlanes(shown),
      maps: this.#maps.planes,
      noise: noiseOf(avatar.neutral),
    };
    this.triangles = Uint16Array.from(trianglesUnder(this.#mask, faceTriangles(rig), u, v));
  }

  /** The patch for a frame's coefficients: kept ones of the same mouth are given again. It is not to be written to. */
  async patchFor(coefficients: Float32Array): Promise<PaintedPatch> {
    const mouth = this.#modes.quantise(coefficients);
    const key = `${this.#name}:${mouth.key}`;
    const kept = this.#kept(key);
    if (kept) return kept;
    // While this one waits for its turn another conversation may have had the same painted.
    return this.#net.exclusively(async () => this.#kept(key) ?? this.#paint(key, mouth));
  }

  async #paint(key: string, mouth: QuantisedMouth): Promise<PaintedPatch> {
    const [u, v] = this.#inCrop(this.#poser.pose(mouth.coefficients).expressed);
    this.#maps.draw(u, v);
    const { warp } = this.#inputs;
    this.#warp.draw(u, v, this.#maps.inner, warp);
    const painted = await this.#net.paint(this.#inputs);
    const patch = { texels: this.#texels(painted, warp), u, v };
    this.#cache.set(key, patch);
    this.#onPatch('painted');
    return patch;
  }

  #kept(key: string): PaintedPatch | undefined {
    const kept = this.#cache.get(key);
    if (kept) this.#onPatch('reused');
    return kept;
  }

  /**
   * What turns drawn into painted: the difference from the warp where the mask lets it through. Between the lips the warp is
   * black, so the difference is the painted picture itself, and what was drawn there is covered.
   */
  #texels(painted: Float32Array, warp: Float32Array): Int16Array {
    const texels = new Int16Array(PATCH_STRIDE * PATCH_STRIDE * PATCH_CHANNELS);
    const { inner } = this.#maps;
    for (let row = 0; row < CROP_PX; row++) {
      for (let column = 0; column < CROP_PX; column++) {
        const from = row * CROP_PX + column;
        const share = (this.#mask[from] as number) * HALF_LEVELS;
        if (share === 0) continue;
        const to = ((row + 1) * PATCH_STRIDE + column + 1) * PATCH_CHANNELS;
        for (let plane = 0; plane < 3; plane++) {
          const at = plane * PLANE + from;
          texels[to + plane] = Math.round(((painted[at] as number) - (warp[at] as number)) * share);
        }
        texels[to + 3] = Math.round((inner[from] as number) * PATCH_COVERED);
      }
    }
    return texels;
  }

  /** Crop positions of landmarks [478 * 3] in pixels of the picture. */
  #inCrop(landmarks: Float32Array): [Float32Array, Float32Array] {
    const [u, v] = [new Float32Array(LANDMARK_COUNT), new Float32Array(LANDMARK_COUNT)];
    toCrop(this.#frame, landmarks, u, v);
    return [u, v];
  }
}

/** The wide reference's middle as planes in -1..1. */
function cropPlanes(wide: Int32Array): Float32Array {
  const planes = new Float32Array(3 * PLANE);
  for (let row = 0; row < CROP_PX; row++) {
    for (let column = 0; column < CROP_PX; column++) {
      const pixel = wide[(row + MARGIN_PX) * WIDE_PX + column + MARGIN_PX] as number;
      for (let plane = 0; plane < 3; plane++) {
        planes[plane * PLANE + row * CROP_PX + column] = ((pixel >> (8 * plane)) & 255) / HALF_LEVELS - 1;
      }
    }
  }
  return planes;
}

/** The same for the same face, whoever opens it. */
function noiseOf(neutral: Float32Array): Float32Array {
  // FNV-1a over the landmarks' bits.
  const words = new Uint32Array(neutral.buffer, neutral.byteOffset, neutral.length);
  const seed = words.reduce((hash, word) => Math.imul(hash ^ word, 0x01000193), 0x811c9dc5) >>> 0;
  return Float32Array.from({ length: 3 * PLANE }, (_, i) => normal(seed, i % PLANE, Math.floor(i / PLANE)));
}

/** The triangles under which something is shown; with a margin, as skin moves in the crop. */
function trianglesUnder(mask: Float32Array, triangles: readonly number[], u: Float32Array, v: Float32Array): number[] {
  const under: number[] = [];
  for (let i = 0; i < triangles.length; i += 3) {
    const corners = triangles.slice(i, i + 3);
    const us = corners.map((corner) => u[corner] as number);
    const vs = corners.map((corner) => v[corner] as number);
    if (isShown(mask, Math.min(...us), Math.min(...vs), Math.max(...us), Math.max(...vs))) under.push(...corners);
  }
  return under;
}

/** Skin goes this far up and down in the crop, in pixels. */
const SKIN_MOVES_PX = 30;

function isShown(mask: Float32Array, left: number, top: number, right: number, bottom: number): boolean {
  const inside = (position: number) => Math.min(CROP_PX - 1, Math.max(0, Math.floor(position)));
  for (let row = inside(top - SKIN_MOVES_PX); row <= inside(bottom + SKIN_MOVES_PX); row++) {
    for (let column = inside(left); column <= inside(right); column++) {
      if ((mask[row * CROP_PX + column] as number) > 0) return true;
    }
  }
  return false;
}
