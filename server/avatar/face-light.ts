// How a face is lit: dark or bright as a whole, and how much of it is burnt to plain white.
import { FACE_OVAL } from './face-mesh.ts';
import { isInside, type LumaPlane, quantile } from './luma.ts';

/** From here on a sensor or a scan has nothing more to tell. */
const BURNT_LEVEL = 250;
/** The better lit side of a face counts: half of a face may be in shadow. */
const LIT_SHARE = 0.75;

export interface FaceLight {
  /** Brightness (0..255) of the lit side. */
  lit: number;
  /** Share of the face that is burnt out. */
  burnt: number;
}

/** @param landmarks [478 * 3] pixels of `plane` */
export function faceLight(plane: LumaPlane, landmarks: Float32Array): FaceLight {
  const contour = FACE_OVAL.map((point) => [landmarks[point * 3] ?? 0, landmarks[point * 3 + 1] ?? 0] as const);
  const xs = contour.map(([x]) => x);
  const ys = contour.map(([, y]) => y);
  const found: number[] = [];
  for (let y = Math.max(0, Math.ceil(Math.min(...ys))); y < Math.min(plane.height, Math.max(...ys)); y++) {
    for (let x = Math.max(0, Math.ceil(Math.min(...xs))); x < Math.min(plane.width, Math.max(...xs)); x++) {
      if (isInside(contour, x, y)) found.push(plane.data[y * plane.width + x] as number);
    }
  }
  return {
    lit: quantile(found, LIT_SHARE),
    burnt: found.filter((value) => value >= BURNT_LEVEL).length / found.length,
  };
}
