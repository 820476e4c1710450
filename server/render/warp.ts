// Draws the portrait's triangles at their new places: affine per triangle, bilinear, no gaps and no double edges between neighbours.
import { PICTURE_SIZE_PX } from '../types.ts';
import { sample, TEXEL, toTexel } from './canvas.ts';
import type { PosedVertices } from './pose-vertices.ts';
import type { Rig } from './rig.ts';

/** Triangles with less area than this (pixels squared, doubled) have no inside to draw. */
const MIN_DOUBLE_AREA = 1e-3;
const TEXTURE_MAX = (PICTURE_SIZE_PX + 0.5) * TEXEL;
const HALF_STEP = TEXEL / 512;

/**
 * @param picture [512 * 512] packed RGBA, drawn into
 * @param texture [514 * 514] the portrait (canvas.ts)
 */
export function drawMesh(picture: Uint32Array, texture: Uint32Array, rig: Rig, posed: PosedVertices): void {
  const { triangles, restX, restY } = rig;
  const { x, y } = posed;
  for (let t = 0; t < triangles.length; t += 3) {
    let a = triangles[t] as number;
    let b = triangles[t + 1] as number;
    let c = triangles[t + 2] as number;
    // From top to bottom: every edge is then walked in the same direction in both of its triangles, so they meet exactly.
    let swap = 0;
    if ((y[b] as number) < (y[a] as number)) {
      swap = a;
      a = b;
      b = swap;
    }
    if ((y[c] as number) < (y[a] as number)) {
      swap = a;
      a = c;
      c = swap;
    }
    if ((y[c] as number) < (y[b] as number)) {
      swap = b;
      b = c;
      c = swap;
    }
    const ax = x[a] as number;
    const ay = y[a] as number;
    const bx = x[b] as number;
    const by = y[b] as number;
    const cx = x[c] as number;
    const cy = y[c] as number;
    const area = (bx - ax) * (cy - ay) - (cx - ax) * (by - ay);
    if (Math.abs(area) < MIN_DOUBLE_AREA) continue;
    const au = restX[a] as number;
    const av = restY[a] as number;
    const ub = (restX[b] as number) - au;
    const uc = (restX[c] as number) - au;
    const vb = (restY[b] as number) - av;
    const vc = (restY[c] as number) - av;
    const scale = TEXEL / area;
    const ux = (ub * (cy - ay) - uc * (by - ay)) * scale;
    const uy = (uc * (bx - ax) - ub * (cx - ax)) * scale;
    const vx = (vb * (cy - ay) - vc * (by - ay)) * scale;
    const vy = (vc * (bx - ax) - vb * (cx - ax)) * scale;
    const first = Math.max(0, Math.ceil(ay - 0.5));
    const last = Math.min(PICTURE_SIZE_PX, Math.ceil(cy - 0.5));
    for (let row = first; row < last; row++) {
      const middle = row + 0.5;
      const long = ax + ((middle - ay) * (cx - ax)) / (cy - ay);
      const short =
        middle < by ? ax + ((middle - ay) * (bx - ax)) / (by - ay) : bx + ((middle - by) * (cx - bx)) / (cy - by);
      const left = Math.max(0, Math.ceil(Math.min(long, short) - 0.5));
      const right = Math.min(PICTURE_SIZE_PX, Math.ceil(Math.max(long, short) - 0.5));
      if (left >= right) continue;
      // Half of the sampling's step (1/256 pixel) more: a triangle that has not moved samples its own pixels exactly.
      const startU = toTexel(au) + (left + 0.5 - ax) * ux + (middle - ay) * uy;
      const startV = toTexel(av) + (left + 0.5 - ax) * vx + (middle - ay) * vy;
      let u = Math.round(Math.min(TEXTURE_MAX, Math.max(0, startU + HALF_STEP)));
      let v = Math.round(Math.min(TEXTURE_MAX, Math.max(0, startV + HALF_STEP)));
      const stepU = Math.round(ux);
      const stepV = Math.round(vx);
      const start = row * PICTURE_SIZE_PX;
      for (let at = start + left; at < start + right; at++) {
        picture[at] = sample(texture, u, v);
        u += stepU;
        v += stepV;
      }
    }
  }
}
