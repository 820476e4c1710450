// What tells one person from another in a picture, as numbers: to see whether two pictures show the same person.
import { chooseFace } from './choose-face.ts';
import { cutFrame, frameAround } from './framing.ts';
import { decodePicture } from './picture-input.ts';
import type { PortraitModels } from './prepare.ts';
import { standUpright } from './upright.ts';
import { whyNoFace } from './why-no-face.ts';

/**
 * Least cosine of two descriptions of one person. 28 frames of six filmed people and 20 portraits: 58 pairs of one person had 0.866
 * to 0.981, 1070 pairs of two people 0.184 to 0.649. A portrait and a camera differ more than frames of a film, so nearer to the latter.
 */
const SAME_FACE_COSINE = 0.7;

/**
 * @param face which one, where the picture shows several
 * @returns [1024]
 * @throws VaktraError one of the `picture_*` codes
 */
export async function describeFace(
  { finder }: PortraitModels,
  image: Uint8Array,
  face: number | undefined,
): Promise<Float32Array> {
  const upright = await standUpright(await decodePicture(image), finder);
  const found = chooseFace(upright, face);
  if (!found) throw await whyNoFace(upright.picture, finder);
  // The same cut as a portrait's, so that only the face differs.
  const description = await finder.describe(
    await cutFrame(upright.picture, frameAround(found.landmarks, upright.picture)),
  );
  if (!description) throw await whyNoFace(upright.picture, finder);
  return description;
}

/** Do two descriptions belong to one person? */
export function isSameFace(a: Float32Array, b: Float32Array): boolean {
  return cosine(a, b) >= SAME_FACE_COSINE;
}

function cosine(a: Float32Array, b: Float32Array): number {
  const dot = (x: Float32Array, y: Float32Array) => x.reduce((sum, value, i) => sum + value * (y[i] ?? 0), 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}
