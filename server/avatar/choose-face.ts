// Which face of a picture becomes the avatar: the only one, the one that the caller chose, or a refusal that lists them.
import { VaktraError } from '../errors.ts';
import type { FoundFace } from './face-finder.ts';
import { boxOf, isFace, placeOf } from './found-faces.ts';
import { MIN_EYE_DISTANCE_PX, severalFaces, tooSmall } from './refusals.ts';
import { turnedBack, type UprightPicture } from './upright.ts';

/** Faces smaller than this share of the largest one are bystanders and are ignored. */
const BYSTANDER_SHARE = 0.4;
/** A small thing that the detector doubts and the mesh fits this well is a face that is too small. */
const WEAK_MESH_SCORE = 0.8;

/**
 * @param chosen place in the list of faces from left to right, as a refusal named them
 * @returns undefined when there is no face
 * @throws VaktraError `picture_several_faces` with their boxes, `picture_face_unknown`, `picture_too_small`
 */
export function chooseFace(upright: UprightPicture, chosen: number | undefined): FoundFace | undefined {
  const { picture, quarters, faces: found } = upright;
  const faces = found.filter(isFace);
  const largest = Math.max(0, ...faces.map((face) => placeOf(face).eyeDistancePx));
  if (largest === 0) {
    const weak = found.find(({ meshScore }) => meshScore >= WEAK_MESH_SCORE);
    const distance = weak && placeOf(weak).eyeDistancePx;
    if (distance !== undefined && distance < MIN_EYE_DISTANCE_PX) throw tooSmall(distance);
    return undefined;
  }
  const candidates = faces
    .filter((face) => placeOf(face).eyeDistancePx > BYSTANDER_SHARE * largest)
    .sort((a, b) => placeOf(a).x - placeOf(b).x);
  if (chosen === undefined && candidates.length > 1) {
    throw severalFaces(candidates.map((face) => turnedBack(boxOf(placeOf(face), picture), quarters)));
  }
  const face = candidates[chosen ?? 0];
  if (!face) {
    throw new VaktraError(
      'picture_face_unknown',
      `Face ${chosen} was chosen, but the picture shows ${candidates.length}: count from 0, from left to right.`,
    );
  }
  const { eyeDistancePx } = placeOf(face);
  if (eyeDistancePx < MIN_EYE_DISTANCE_PX) throw tooSmall(eyeDistancePx);
  return face;
}
