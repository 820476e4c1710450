// The square of the portrait that the painter paints: where it lies and how big it is, from the closed face at rest.
// models/training/painter/crop.py does the same; a golden test holds the two together.
import { LANDMARK_COUNT } from '../../types.ts';
import { EYE_CORNERS, MOUTH_CORNERS } from '../face-topology.ts';

/** Side of the crop in pixels. Crop positions run from 0 to this; pixel k has its middle at k + 0.5. */
export const CROP_PX = 128;
/** The painter is given levels 0..255 as level / HALF_LEVELS - 1. */
export const HALF_LEVELS = 127.5;
/** Side of the crop and way of its middle below the mouth's corners, in distances of the outer eye corners. */
const SIDE_UNITS = 1.1;
const BELOW_MOUTH_UNITS = 0.08;
/** Crop pixels in a distance of the outer eye corners. */
export const CROP_PX_PER_UNIT = CROP_PX / SIDE_UNITS;

/** Picture position of crop position (u, v): origin + u * right + v * down. */
export interface CropFrame {
  origin: readonly [number, number];
  /** Pixels of the picture per pixel of the crop. */
  scale: number;
  /** One crop pixel to the right, in pixels of the picture; turned by 90 degrees it is one down. */
  right: readonly [number, number];
}

/** @param neutral [478 * 3] the closed face in pixels of the picture */
export function cropFrame(neutral: Float32Array): CropFrame {
  const point = (landmark: number) => [neutral[landmark * 3] as number, neutral[landmark * 3 + 1] as number] as const;
  const [left, right] = [point(EYE_CORNERS[0]), point(EYE_CORNERS[1])];
  const scale = Math.hypot(right[0] - left[0], right[1] - left[1]) / CROP_PX_PER_UNIT;
  const alongX = (right[0] - left[0]) / CROP_PX_PER_UNIT;
  const alongY = (right[1] - left[1]) / CROP_PX_PER_UNIT;
  const [a, b] = [point(MOUTH_CORNERS[0]), point(MOUTH_CORNERS[1])];
  const below = BELOW_MOUTH_UNITS * CROP_PX_PER_UNIT;
  const centreX = (a[0] + b[0]) / 2 - below * alongY;
  const centreY = (a[1] + b[1]) / 2 + below * alongX;
  const half = CROP_PX / 2;
  return {
    origin: [centreX - half * alongX + half * alongY, centreY - half * alongY - half * alongX],
    scale,
    right: [alongX, alongY],
  };
}

/**
 * Crop positions of landmarks, into u and v [478 or more].
 *
 * @param landmarks [478 * 3] in pixels of the picture
 */
export function toCrop(frame: CropFrame, landmarks: Float32Array, u: Float32Array, v: Float32Array): void {
  const [originX, originY] = frame.origin;
  const perPixel = 1 / (frame.scale * frame.scale);
  const alongX = frame.right[0] * perPixel;
  const alongY = frame.right[1] * perPixel;
  for (let i = 0; i < LANDMARK_COUNT; i++) {
    const dx = (landmarks[i * 3] as number) - originX;
    const dy = (landmarks[i * 3 + 1] as number) - originY;
    u[i] = dx * alongX + dy * alongY;
    v[i] = dy * alongX - dx * alongY;
  }
}
