// Colours for the inside of the mouth, measured in the portrait: a painting must not get a photograph's white teeth.
import type { AvatarTones } from '../types.ts';
import { EYES, LIP_LOWER_INNER, LIP_PATCHES, LIP_UPPER_INNER, SKIN_PATCHES } from './face-mesh.ts';
import { isInside } from './luma.ts';
import type { RgbPicture } from './picture-input.ts';

type Rgb = [number, number, number];

/** Half side of the squares whose pixels are measured, in eye-corner distances. */
const PATCH_UNITS = 0.025;
/** Teeth against the skin's brightness: brighter ones look like a photograph stuck on, darker ones like a gap. */
const TEETH_BRIGHTNESS_MIN = 0.92;
const TEETH_BRIGHTNESS_MAX = 1.12;
/** How much of the skin's colour the teeth keep: its light's colour without its redness. */
const TEETH_SATURATION = 0.72;
/** Openings from which on teeth can be seen, and how many pixels of them are enough to tell their colour. */
const SHOWN_TEETH_UNITS = 0.06;
const MIN_TEETH_PIXELS = 20;
const WHITE_PERCENTILE = 0.8;
/** The white of the eyes gives the other share: it is often tinted by lashes and shade. */
const WHITE_SHARE = 0.3;
/** The dark of the mouth: the lip's colour with a sixth of its light. */
const DARK_SHARE = 0.16;

/**
 * @param landmarks [478 * 3] pixels of `picture`
 * @param unitPx pixels per eye-corner distance
 */
export function measureTones(picture: RgbPicture, landmarks: Float32Array, unitPx: number): AvatarTones {
  const skin = median(patches(picture, landmarks, SKIN_PATCHES, unitPx));
  const lip = median(patches(picture, landmarks, LIP_PATCHES, unitPx));
  const white = eyeWhite(picture, landmarks) ?? skin;
  const shown = shownTeeth(picture, landmarks, unitPx);
  const mouthDark = lip.map((value) => value * DARK_SHARE) as Rgb;
  if (shown) return { skin, lip, teeth: shown, mouthDark };
  const pale = mix(grey(luminance(skin)), skin, TEETH_SATURATION);
  const blend = mix(pale, white, WHITE_SHARE);
  const target = Math.min(TEETH_BRIGHTNESS_MAX, Math.max(TEETH_BRIGHTNESS_MIN, luminance(white) / luminance(skin)));
  const factor = (luminance(skin) * target) / Math.max(1, luminance(blend));
  const teeth = blend.map((value) => Math.min(240, value * factor)) as Rgb;
  return { skin, lip, teeth, mouthDark };
}

/** The lighter half of what an open mouth shows; undefined when the mouth is closed or shows hardly any. */
function shownTeeth(picture: RgbPicture, landmarks: Float32Array, unitPx: number): Rgb | undefined {
  const found: Rgb[] = [];
  for (let i = 1; i < LIP_UPPER_INNER.length - 1; i++) {
    const column = Math.round(landmarks[(LIP_UPPER_INNER[i] as number) * 3] as number);
    const top = landmarks[(LIP_UPPER_INNER[i] as number) * 3 + 1] as number;
    const bottom = landmarks[(LIP_LOWER_INNER[i] as number) * 3 + 1] as number;
    if (bottom - top < SHOWN_TEETH_UNITS * unitPx) continue;
    for (let row = Math.ceil(top + (bottom - top) / 4); row < bottom - (bottom - top) / 4; row++)
      found.push(pixel(picture, column, row));
  }
  if (found.length < MIN_TEETH_PIXELS) return undefined;
  found.sort((a, b) => luminance(a) - luminance(b));
  return found[Math.floor(found.length * 0.75)];
}

function patches(picture: RgbPicture, landmarks: Float32Array, points: readonly number[], unitPx: number): Rgb[] {
  const half = Math.max(1, Math.round(PATCH_UNITS * unitPx));
  return points.flatMap((point) => {
    const centreX = Math.round(landmarks[point * 3] ?? 0);
    const centreY = Math.round(landmarks[point * 3 + 1] ?? 0);
    const found: Rgb[] = [];
    for (let y = centreY - half; y <= centreY + half; y++) {
      for (let x = centreX - half; x <= centreX + half; x++) found.push(pixel(picture, x, y));
    }
    return found;
  });
}

/** The brighter pixels of both eyes outside their irises: the white of the eye as this portrait shows it. */
function eyeWhite(picture: RgbPicture, landmarks: Float32Array): Rgb | undefined {
  const found: Rgb[] = [];
  for (const eye of EYES) {
    const irisX = landmarks[eye.iris * 3] ?? 0;
    const irisY = landmarks[eye.iris * 3 + 1] ?? 0;
    const [left, right] = eye.irisEdge.map((point) => landmarks[point * 3] ?? 0) as [number, number];
    const radius = (Math.abs(right - left) / 2) * 1.25;
    const contour = eye.contour.map((point) => [landmarks[point * 3] ?? 0, landmarks[point * 3 + 1] ?? 0] as const);
    const xs = contour.map((point) => point[0]);
    const ys = contour.map((point) => point[1]);
    for (let y = Math.ceil(Math.min(...ys)); y < Math.max(...ys); y++) {
      for (let x = Math.ceil(Math.min(...xs)); x < Math.max(...xs); x++) {
        if (isInside(contour, x, y) && Math.hypot(x - irisX, y - irisY) > radius) found.push(pixel(picture, x, y));
      }
    }
  }
  found.sort((a, b) => luminance(a) - luminance(b));
  return found[Math.floor(found.length * WHITE_PERCENTILE)];
}

function pixel(picture: RgbPicture, x: number, y: number): Rgb {
  const column = Math.min(picture.width - 1, Math.max(0, x));
  const row = Math.min(picture.height - 1, Math.max(0, y));
  const at = (row * picture.width + column) * 3;
  return [picture.data[at] ?? 0, picture.data[at + 1] ?? 0, picture.data[at + 2] ?? 0];
}

function median(colours: Rgb[]): Rgb {
  return [0, 1, 2].map((channel) => {
    const values = colours.map((colour) => colour[channel] ?? 0).sort((a, b) => a - b);
    return values[values.length >> 1] ?? 0;
  }) as Rgb;
}

function luminance([red, green, blue]: Rgb): number {
  return 0.299 * red + 0.587 * green + 0.114 * blue;
}

function grey(level: number): Rgb {
  return [level, level, level];
}

function mix(a: Rgb, b: Rgb, share: number): Rgb {
  return a.map((value, channel) => value * (1 - share) + (b[channel] ?? 0) * share) as Rgb;
}
