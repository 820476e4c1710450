// The sentences of refused portraits that more than one step can come to.
import { type FaceBox, VaktraError } from '../errors.ts';

/**
 * Smallest distance of the outer eye corners; at 28 pixels lips are 15 wide and the picture is enlarged four times. Smallest good
 * portrait: 31.
 */
export const MIN_EYE_DISTANCE_PX = 28;

/** @param faces from left to right */
export function severalFaces(faces: FaceBox[]): VaktraError {
  return new VaktraError(
    'picture_several_faces',
    `${faces.length} faces were found: choose one, or cut the picture so that it shows one person.`,
    { faces },
  );
}

export function tooSmall(eyeDistancePx: number): VaktraError {
  return new VaktraError(
    'picture_too_small',
    `The face is too small (its eyes span ${Math.round(eyeDistancePx)} pixels, at least ${MIN_EYE_DISTANCE_PX} are needed): send a larger picture.`,
  );
}

export function tooDark(): VaktraError {
  return new VaktraError(
    'picture_too_dark',
    'The face is too dark to be seen: send a picture in better light, with the light in front of the person.',
  );
}

export function burntOut(): VaktraError {
  return new VaktraError(
    'picture_burnt_out',
    'The face is burnt out to plain white: send a picture with less light, or without a flash.',
  );
}

export function blurredPicture(): VaktraError {
  return new VaktraError('picture_blurred', 'The face is blurred: send a sharper picture, in focus and held still.');
}
