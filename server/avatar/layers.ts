// The portrait as two layers: the background with the person taken out, and the person with the background's colour taken out of the
// soft outline. Over another background, or moved, neither drags the other along.
import { PICTURE_SIZE_PX } from '../types.ts';
import { type ColourPlanes, fillSmoothly } from './fill-smooth.ts';
import { fillTexture } from './fill-texture.ts';
import { boxMean } from './guided-filter.ts';
import { blurred } from './luma.ts';
import type { RgbPicture } from './picture-input.ts';

/** Matte from which on a pixel is no pure background, and how much farther its outline reaches (halos of sharpening, stray hair). */
const PERSON_TRACE = 8;
const TRACE_MARGIN_PX = 3;
/** So far into the person the background gets texture: farther no movement uncovers it. */
const TEXTURED_DEPTH_PX = 64;
/** What is coarser than this is shade, and continued smoothly; what is finer is texture, and copied. */
const SHADE_SIGMA_PX = 6;
/** Known only with this share of its surroundings, the outline's colour is taken from deeper inside the person. */
const SOLID = 250;
const SEED = 0x9e3779b9;

/**
 * @param matte [512 * 512]
 * @returns [512 * 512 * 4] the picture without the person, opaque
 */
export function fillBackground(cut: RgbPicture, matte: Uint8Array): Uint8Array {
  const size = PICTURE_SIZE_PX;
  const trace = grown(
    matte.map((value) => (value >= PERSON_TRACE ? 1 : 0)),
    TRACE_MARGIN_PX,
    size,
  );
  const isKnown = trace.map((value) => 1 - value);
  const planes = planesOf(cut);
  const smooth = fillSmoothly(planes, Float32Array.from(isKnown), size, size);
  const shade = smooth.map((data) => blurred({ data, width: size, height: size }, SHADE_SIGMA_PX).data) as ColourPlanes;
  const detail = planes.map((plane, k) =>
    plane.map((value, i) => (isKnown[i] ? value - ((shade[k] as Float32Array)[i] as number) : 0)),
  ) as ColourPlanes;
  const nearOutline = grown(isKnown, TEXTURED_DEPTH_PX, size);
  fillTexture(
    detail,
    isKnown,
    trace.map((value, i) => value & (nearOutline[i] as number)),
    size,
    seededRandom(SEED),
  );
  const result = new Uint8Array(size * size * 4).fill(255);
  for (let i = 0; i < size * size; i++) {
    for (let k = 0; k < 3; k++) {
      result[i * 4 + k] = isKnown[i]
        ? (cut.data[i * 3 + k] as number)
        : toByte(((shade[k] as Float32Array)[i] as number) + ((detail[k] as Float32Array)[i] as number));
    }
  }
  return result;
}

/**
 * Colours of the person alone: foreground * alpha + background * (1 - alpha) gives the picture.
 *
 * @param picture [512 * 512 * 4]
 * @returns [512 * 512 * 4] with the matte as alpha; under alpha 0 the nearest person's colour goes on
 */
export function personLayer(picture: Uint8Array, matte: Uint8Array, background: Uint8Array): Uint8Array {
  const size = PICTURE_SIZE_PX;
  const planes = [0, 1, 2].map((k) =>
    Float32Array.from({ length: size * size }, (_, i) => picture[i * 4 + k] as number),
  ) as ColourPlanes;
  const solid = Float32Array.from(matte, (value) => (value >= SOLID ? 1 : 0));
  const own = fillSmoothly(planes, solid, size, size);
  const result = new Uint8Array(size * size * 4);
  for (let i = 0; i < size * size; i++) {
    const alpha = (matte[i] as number) / 255;
    for (let k = 0; k < 3; k++) {
      const seen = picture[i * 4 + k] as number;
      const inner = (own[k] as Float32Array)[i] as number;
      const behind = background[i * 4 + k] as number;
      // The unmixed colour, trusted as far as the person covers the pixel.
      const unmixed = alpha > 0 ? toByte((seen - (1 - alpha) * behind) / alpha) : inner;
      result[i * 4 + k] = toByte(inner + (unmixed - inner) * alpha ** 0.5);
    }
    result[i * 4 + 3] = matte[i] as number;
  }
  return result;
}

function planesOf({ data }: RgbPicture): ColourPlanes {
  return [0, 1, 2].map((k) =>
    Float32Array.from({ length: data.length / 3 }, (_, i) => data[i * 3 + k] as number),
  ) as ColourPlanes;
}

/** 1 wherever a 1 is within `reachPx`, across and down. */
function grown(mask: Uint8Array, reachPx: number, width: number): Uint8Array {
  const near = boxMean(Float32Array.from(mask), width, mask.length / width, reachPx);
  return Uint8Array.from(near, (value) => (value > 1e-6 ? 1 : 0));
}

/** Linear congruential numbers (Numerical Recipes): the same fill each time. */
function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function toByte(value: number): number {
  return Math.round(Math.min(255, Math.max(0, value)));
}
