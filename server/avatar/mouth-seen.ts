// Whether the picture shows a mouth where the mesh says there is one: the mesh model guesses lips behind a mask as well.
import { LIP_LOWER_INNER, LIP_UPPER_INNER } from './face-mesh.ts';
import { lumaAt, quantile } from './luma.ts';
import type { RgbPicture } from './picture-input.ts';

/** The profile across the mouth reaches this far up and down from its line, in eye-corner distances. */
const PROFILE_UNITS = 0.2;
/** Places along the mouth whose profiles are averaged, so that grain does not count, without the corners. */
const PROFILES = 31;
const FIRST_COLUMN = 2;
const LAST_COLUMN = 8;
/** Around an eye, in eye-corner distances: what contrast this picture gives to a feature. */
const EYE_REACH_UNITS = [0.18, 0.12] as const;
const EYE_CORNER_PAIRS = [
  [33, 133],
  [362, 263],
] as const;
const CHEEKS_AND_FOREHEAD = [50, 280, 101, 330, 151] as const;
/** Around the lips, on skin where nothing covers it. */
const AROUND = [164, 18, 200, 57, 287, 43, 273] as const;
const PATCH_UNITS = 0.03;
/** Keeps the hue of what is nearly black from being noise. */
const HUE_FLOOR = 30;

export interface MouthSeen {
  /** Brightness range of the mean profile across the lips, against the contrast of the eyes: lips are a valley between slopes. */
  profile: number;
  /** Range of redness across the lips, as a share of all colour: they are redder than skin, teeth less red. */
  redness: number;
  /** How far the cheeks' hue is from grey: in a grey picture redness says nothing. */
  skinHue: number;
  /** Distance of hue between the cheeks and the skin around the lips. */
  hueStep: number;
  /** Brightness around the lips against the cheeks: a beard is dark. */
  around: number;
}

/**
 * @param landmarks [478 * 3] pixels of `cut`
 * @param unitPx pixels per eye-corner distance
 */
export function mouthSeen(cut: RgbPicture, landmarks: Float32Array, unitPx: number): MouthSeen {
  const reach = Math.round(PROFILE_UNITS * unitPx);
  const rows = Array.from({ length: 2 * reach + 1 }, (_, i) => meanAcross(cut, landmarks, i - reach));
  const brightness = levelled(rows.map((row) => row.luma));
  const redness = rows.map((row) => row.hue[0]);
  const cheeks = patch(cut, landmarks, CHEEKS_AND_FOREHEAD, unitPx);
  const around = patch(cut, landmarks, AROUND, unitPx);
  return {
    profile: range(brightness) / Math.max(1, eyeContrast(cut, landmarks, unitPx)),
    redness: range(redness),
    skinHue: Math.hypot(cheeks.hue[0] - cheeks.hue[2], cheeks.hue[1] - cheeks.hue[2]),
    hueStep: Math.hypot(cheeks.hue[0] - around.hue[0], cheeks.hue[1] - around.hue[1]),
    around: around.luma / Math.max(1, cheeks.luma),
  };
}

interface Colour {
  luma: number;
  /** Shares of red, green and blue. */
  hue: [number, number, number];
}

/** Mean along the mouth's line, moved down by `offset` pixels. */
function meanAcross(cut: RgbPicture, landmarks: Float32Array, offset: number): Colour {
  const sum: [number, number, number] = [0, 0, 0];
  for (let i = 0; i < PROFILES; i++) {
    const place = FIRST_COLUMN + (i / (PROFILES - 1)) * (LAST_COLUMN - FIRST_COLUMN);
    const at = pixelAt(cut, linePlace(landmarks, place, 0), linePlace(landmarks, place, 1) + offset);
    for (let c = 0; c < 3; c++) sum[c] = (sum[c] ?? 0) + (cut.data[at + c] ?? 0) / PROFILES;
  }
  return colourOf(sum);
}

/** x (axis 0) or y (axis 1) of the middle between both lips, between contour points. */
function linePlace(landmarks: Float32Array, place: number, axis: number): number {
  const index = Math.floor(place);
  const middle = (column: number) =>
    ((landmarks[(LIP_UPPER_INNER[column] ?? 308) * 3 + axis] ?? 0) +
      (landmarks[(LIP_LOWER_INNER[column] ?? 308) * 3 + axis] ?? 0)) /
    2;
  return middle(index) + (middle(index + 1) - middle(index)) * (place - index);
}

/** Without its mean and slope: the light falls off from the nose to the chin. */
function levelled(values: number[]): number[] {
  const middle = (values.length - 1) / 2;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  let product = 0;
  let square = 0;
  values.forEach((value, i) => {
    product += (i - middle) * (value - mean);
    square += (i - middle) ** 2;
  });
  return values.map((value, i) => value - mean - ((i - middle) * product) / square);
}

function eyeContrast(cut: RgbPicture, landmarks: Float32Array, unitPx: number): number {
  const found: number[] = [];
  for (const [a, b] of EYE_CORNER_PAIRS) {
    const centreX = ((landmarks[a * 3] ?? 0) + (landmarks[b * 3] ?? 0)) / 2;
    const centreY = ((landmarks[a * 3 + 1] ?? 0) + (landmarks[b * 3 + 1] ?? 0)) / 2;
    for (let y = -EYE_REACH_UNITS[1] * unitPx; y <= EYE_REACH_UNITS[1] * unitPx; y++) {
      for (let x = -EYE_REACH_UNITS[0] * unitPx; x <= EYE_REACH_UNITS[0] * unitPx; x++)
        found.push(lumaAt(cut.data, pixelAt(cut, centreX + x, centreY + y)));
    }
  }
  return quantile(found, 0.95) - quantile(found, 0.05);
}

/** Median colour of squares around points. */
function patch(cut: RgbPicture, landmarks: Float32Array, points: readonly number[], unitPx: number): Colour {
  const half = PATCH_UNITS * unitPx;
  const channels: [number[], number[], number[]] = [[], [], []];
  for (const point of points) {
    for (let y = -half; y <= half; y++) {
      for (let x = -half; x <= half; x++) {
        const at = pixelAt(cut, (landmarks[point * 3] ?? 0) + x, (landmarks[point * 3 + 1] ?? 0) + y);
        for (const [c, values] of channels.entries()) values.push(cut.data[at + c] ?? 0);
      }
    }
  }
  return colourOf(channels.map((values) => quantile(values, 0.5)) as [number, number, number]);
}

function colourOf(rgb: [number, number, number]): Colour {
  const sum = rgb[0] + rgb[1] + rgb[2] + HUE_FLOOR;
  return {
    luma: 0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2],
    hue: [rgb[0] / sum, rgb[1] / sum, rgb[2] / sum],
  };
}

function pixelAt({ width, height }: RgbPicture, x: number, y: number): number {
  const column = Math.min(width - 1, Math.max(0, Math.round(x)));
  const row = Math.min(height - 1, Math.max(0, Math.round(y)));
  return (row * width + column) * 3;
}

function range(values: number[]): number {
  return Math.max(...values) - Math.min(...values);
}
