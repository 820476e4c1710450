// What the picture shows of both eyes: whether each has white and iris, whether glass shines in front of it, how wide it is open.
import { EYES } from './face-mesh.ts';
import { isInside, lumaAt, quantile } from './luma.ts';
import type { RgbPicture } from './picture-input.ts';

const CHEEKS = [50, 280, 101, 330] as const;
/** Where glass would shine: around the eye's middle, in eye-corner distances; hair and hat are farther. */
const GLASS_REACH_UNITS = [0.2, 0.14] as const;
/** Shine is brighter than the skin by this factor, and near white. */
const SHINE_FACTOR = 1.25;
const SHINE_LEVEL = 225;
const LIDS = [
  [159, 145],
  [386, 374],
] as const;

export interface EyeSeen {
  /** Brightness range within the lids, against the cheeks' brightness. */
  contrast: number;
  /** Share of the eye and what is around it that shines. */
  shine: number;
  /** Distance of the lids in eye-corner distances. */
  opening: number;
}

/**
 * Both eyes, the image's left one first.
 *
 * @param landmarks [478 * 3] pixels of `cut`
 * @param unitPx pixels per eye-corner distance
 */
export function eyesSeen(cut: RgbPicture, landmarks: Float32Array, unitPx: number): EyeSeen[] {
  const cheeks = quantile(
    CHEEKS.map((point) => luma(cut, landmarks[point * 3] ?? 0, landmarks[point * 3 + 1] ?? 0)),
    0.5,
  );
  return EYES.map(({ contour }, side) => {
    const outline = contour.map((point) => [landmarks[point * 3] ?? 0, landmarks[point * 3 + 1] ?? 0] as const);
    const xs = outline.map(([x]) => x);
    const ys = outline.map(([, y]) => y);
    const within: number[] = [];
    for (let y = Math.min(...ys); y <= Math.max(...ys); y++) {
      for (let x = Math.min(...xs); x <= Math.max(...xs); x++) {
        if (isInside(outline, x, y)) within.push(luma(cut, x, y));
      }
    }
    const centreX = (Math.min(...xs) + Math.max(...xs)) / 2;
    const centreY = (Math.min(...ys) + Math.max(...ys)) / 2;
    let shining = 0;
    let looked = 0;
    for (let y = -GLASS_REACH_UNITS[1] * unitPx; y <= GLASS_REACH_UNITS[1] * unitPx; y++) {
      for (let x = -GLASS_REACH_UNITS[0] * unitPx; x <= GLASS_REACH_UNITS[0] * unitPx; x++) {
        looked++;
        const level = luma(cut, centreX + x, centreY + y);
        if (level > SHINE_LEVEL && level > SHINE_FACTOR * cheeks) shining++;
      }
    }
    const [upper, lower] = LIDS[side] ?? LIDS[0];
    return {
      contrast: within.length === 0 ? 0 : (quantile(within, 0.95) - quantile(within, 0.05)) / Math.max(1, cheeks),
      shine: shining / looked,
      opening: distance(landmarks, upper, lower) / unitPx,
    };
  });
}

function luma(cut: RgbPicture, x: number, y: number): number {
  const column = Math.min(cut.width - 1, Math.max(0, Math.round(x)));
  const row = Math.min(cut.height - 1, Math.max(0, Math.round(y)));
  return lumaAt(cut.data, (row * cut.width + column) * 3);
}

function distance(landmarks: Float32Array, a: number, b: number): number {
  return Math.hypot(...[0, 1, 2].map((axis) => (landmarks[a * 3 + axis] ?? 0) - (landmarks[b * 3 + axis] ?? 0)));
}
