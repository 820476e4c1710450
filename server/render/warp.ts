// Draws the portrait's triangles at their new places: affine per triangle, bilinear, no gaps and no double edges between neighbours.
import { PICTURE_SIZE_PX } from '../types.ts';
import { sample, TEXEL, toTexel } from './canvas.ts';
import type { PosedVertices } from './pose-vertices.ts';
import type { Rig } from './rig.ts';

/** Triangles with less area than this (pixels squared, doubled) have no inside to draw. */
const MIN_DOUBLE_AREA = 1e-3;
/** Half of the sampling's step of 1/256 pixel: a triangle that has not moved samples its own pixels exactly. */
const HALF_STEP = TEXEL / 512;

/**
 * @param picture [512 * 512] packed RGBA, drawn into
 * @param texture [514 * 514] the portrait (canvas.ts)
 */
export function drawMesh(picture: Int32Array, texture: Int32Array, rig: Rig, posed: PosedVertices): void {
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
    const stepU = Math.round(ux);
    const stepV = Math.round(vx);
    const baseU = toTexel(au) + HALF_STEP;
    const baseV = toTexel(av) + HALF_STEP;
    const longSlope = (cx - ax) / (cy - ay);
    const upperSlope = by > ay ? (bx - ax) / (by - ay) : 0;
    const lowerSlope = cy > by ? (cx - bx) / (cy - by) : 0;
    const isLongLeft = area > 0;
    const first = Math.max(0, Math.ceil(ay - 0.5));
    const last = Math.min(PICTURE_SIZE_PX, Math.ceil(cy - 0.5));
    for (let row = first; row < last; row++) {
      const middle = row + 0.5;
      const long = ax + (middle - ay) * longSlope;
      const short = middle < by ? ax + (middle - ay) * upperSlope : bx + (middle - by) * lowerSlope;
      const left = Math.max(0, Math.ceil((isLongLeft ? long : short) - 0.5));
      const right = Math.min(PICTURE_SIZE_PX, Math.ceil((isLongLeft ? short : long) - 0.5));
      if (left >= right) continue;
      const dx = left + 0.5 - ax;
      const dy = middle - ay;
      let u = (baseU + dx * ux + dy * uy) | 0;
      let v = (baseV + dx * vx + dy * vy) | 0;
      const end = row * PICTURE_SIZE_PX + right;
      for (let at = row * PICTURE_SIZE_PX + left; at < end; at++) {
        picture[at] = sample(texture, u, v);
        u = (u + stepU) | 0;
        v = (v + stepV) | 0;
      }
    }
  }
}
