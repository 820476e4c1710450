// What is behind the person, at any place of the square and beyond its borders; and the person's own continuation beyond them.
// Read when a conversation opens: nothing of it moves.

import { smoothstep } from '../smoothstep.ts';
import { type Background, PICTURE_SIZE_PX, type PreparedAvatar } from '../types.ts';
import type { Placing } from './look.ts';
import { type Colour, SoftPicture } from './soft-picture.ts';

/** How far `blur` is out of focus, and what goes on beyond the square's borders. */
const BLUR_PX = 20;
const BEYOND_BLUR_PX = 12;
/** Beyond the border a picture goes out of focus over this distance, so that its mirror image is not seen as one. */
const FOCUS_LOST_PX = 70;
/** The person's continuation loses it sooner: folds and lace that are mirrored or drawn out must not be seen as such. */
const PERSON_FOCUS_LOST_PX = 28;
const LAST = PICTURE_SIZE_PX - 1;
/** Alpha this close to none or all is none or all: a matte's last few levels are noise, and whole pixels are drawn faster. */
const CLEAR_BELOW = 6;
const WHOLE_FROM = 249;
/** A shoulder that the border cuts goes on falling: by this much per pixel, and ever faster. */
const SHOULDER_FALL = 0.35;
const SHOULDER_BEND_PX = 170;

/** Puts the colour at x, y (pixels of the square, which it may leave) into `out`; colours times alpha. */
export type Ground = (x: number, y: number, out: Colour) => void;

/**
 * @param placing where the square lies in the picture, which `picture` fills
 * @param width of the whole picture
 */
export function groundOf(avatar: PreparedAvatar, background: Background, placing: Placing, width: number): Ground {
  switch (background.kind) {
    case 'keep':
      return ownGround(avatar, false);
    case 'blur':
      return ownGround(avatar, true);
    case 'colour': {
      const { colour } = background;
      return (_x, _y, out) => {
        out.set([(colour >> 16) & 255, (colour >> 8) & 255, colour & 255, 255]);
      };
    }
    case 'picture':
      return pictureGround(background.rgb, placing, width);
    case 'transparent': {
      // Nothing is seen of it, but it is coded beside the hair: the hair's own colour bleeds into nothing.
      const { foreground } = avatar;
      return (x, y, out) => {
        read(foreground, inside(x), inside(y), out);
        out[3] = 0;
      };
    }
  }
}

/** The person, in colours times alpha; beyond the square's borders clothes go on and shoulders fall. */
export function personGround({ foreground }: PreparedAvatar): Ground {
  const soft = new SoftPicture(multiplied(foreground), PICTURE_SIZE_PX, BEYOND_BLUR_PX);
  const blurred = new Float32Array(4);
  return (x, y, out) => {
    const beside = Math.max(0, -x, x - PICTURE_SIZE_PX);
    const fallen = y - beside * SHOULDER_FALL - beside ** 2 / SHOULDER_BEND_PX;
    const below = Math.min(fallen, 2 * PICTURE_SIZE_PX - fallen);
    read(foreground, inside(x), inside(below), out);
    const alpha = decided(out[3] as number);
    for (let k = 0; k < 3; k++) out[k] = ((out[k] as number) * alpha) / 255;
    out[3] = alpha;
    const beyond = Math.max(beside, -y, y - PICTURE_SIZE_PX);
    // Out of focus, the head would shine up where it does not reach the upper border.
    if (beyond <= 0 || (y < 0 && alpha === 0)) return;
    soft.read(x, below, blurred);
    mix(out, blurred, smoothstep(0, PERSON_FOCUS_LOST_PX, beyond));
  };
}

/** Lays `over` (colours times its alpha) over `under`, into `under`. */
export function layOver(under: Colour, over: Colour): void {
  const rest = 1 - (over[3] as number) / 255;
  for (let k = 0; k < 4; k++) under[k] = (over[k] as number) + (under[k] as number) * rest;
}

/** A matte's alpha without its noise. */
function decided(alpha: number): number {
  return alpha < CLEAR_BELOW ? 0 : alpha >= WHOLE_FROM ? 255 : alpha;
}

/** Packed RGBA of a colour. */
export function pack(colour: Colour): number {
  let packed = 0;
  for (let k = 0; k < 4; k++) packed |= Math.min(255, Math.max(0, Math.round(colour[k] as number))) << (8 * k);
  return packed;
}

/** [512 * 512] packed RGBA, colours times alpha, of a picture with alpha. */
export function multiplied(rgba: Uint8Array): Int32Array {
  const colour = new Float32Array(4);
  return Int32Array.from({ length: rgba.length / 4 }, (_, i) => {
    const alpha = decided(rgba[i * 4 + 3] as number);
    for (let k = 0; k < 3; k++) colour[k] = ((rgba[i * 4 + k] as number) * alpha) / 255;
    colour[3] = alpha;
    return pack(colour);
  });
}

/** The portrait's background, mirrored at the borders and out of focus beyond them, or everywhere. */
function ownGround({ background }: PreparedAvatar, isBlurred: boolean): Ground {
  // From the cache it lies anywhere in its buffer.
  const packed = new Int32Array(background.slice().buffer);
  const soft = new SoftPicture(packed, PICTURE_SIZE_PX, isBlurred ? BLUR_PX : BEYOND_BLUR_PX);
  const blurred = new Float32Array(4);
  return (x, y, out) => {
    const [mirroredX, mirroredY] = [mirrored(x), mirrored(y)];
    if (isBlurred) {
      soft.read(mirroredX, mirroredY, out);
      return;
    }
    read(background, mirroredX, mirroredY, out);
    const beyond = Math.max(-x, x - PICTURE_SIZE_PX, -y, y - PICTURE_SIZE_PX);
    if (beyond <= 0) return;
    soft.read(mirroredX, mirroredY, blurred);
    mix(out, blurred, smoothstep(0, FOCUS_LOST_PX, beyond));
  };
}

function pictureGround(rgb: Uint8Array, { from, to }: Placing, width: number): Ground {
  const height = rgb.length / 3 / width;
  return (x, y, out) => {
    const u = to.left + ((x - from.left) * to.width) / from.width - 0.5;
    const v = to.top + ((y - from.top) * to.height) / from.height - 0.5;
    const column = Math.min(width - 2, Math.max(0, Math.floor(u)));
    const row = Math.min(height - 2, Math.max(0, Math.floor(v)));
    const right = Math.min(1, Math.max(0, u - column));
    const down = Math.min(1, Math.max(0, v - row));
    const at = (row * width + column) * 3;
    const under = at + width * 3;
    for (let k = 0; k < 3; k++) {
      const upper = (rgb[at + k] as number) * (1 - right) + (rgb[at + 3 + k] as number) * right;
      const lower = (rgb[under + k] as number) * (1 - right) + (rgb[under + 3 + k] as number) * right;
      out[k] = upper * (1 - down) + lower * down;
    }
    out[3] = 255;
  };
}

/** Bilinear; x, y inside the square. */
function read(rgba: Uint8Array, x: number, y: number, out: Colour): void {
  const u = Math.min(LAST, Math.max(0, x - 0.5));
  const v = Math.min(LAST, Math.max(0, y - 0.5));
  const column = Math.min(LAST - 1, Math.floor(u));
  const row = Math.min(LAST - 1, Math.floor(v));
  const at = (row * PICTURE_SIZE_PX + column) * 4;
  const under = at + PICTURE_SIZE_PX * 4;
  const right = u - column;
  const down = v - row;
  for (let k = 0; k < 4; k++) {
    const upper = (rgba[at + k] as number) * (1 - right) + (rgba[at + 4 + k] as number) * right;
    const lower = (rgba[under + k] as number) * (1 - right) + (rgba[under + 4 + k] as number) * right;
    out[k] = upper * (1 - down) + lower * down;
  }
}

function mix(into: Colour, other: Colour, share: number): void {
  for (let k = 0; k < 4; k++) into[k] = (into[k] as number) * (1 - share) + (other[k] as number) * share;
}

function inside(position: number): number {
  return Math.min(PICTURE_SIZE_PX, Math.max(0, position));
}

function mirrored(position: number): number {
  return inside(position < 0 ? -position : position > PICTURE_SIZE_PX ? 2 * PICTURE_SIZE_PX - position : position);
}
