// Portraits: preparing one from a picture, and the ones that are shipped. Everything that computes does so in its own thread.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PreparedAvatar, PreparingStep } from '../types.ts';
import type { FoundFace } from './face-finder.ts';
import { checkPictureBytes, type RgbPicture } from './picture-input.ts';
import { PortraitThread } from './portrait-thread.ts';
import { readPrepared, writePrepared } from './prepared-cache.ts';

export { isSameFace } from './describe-face.ts';
export type { FoundFace } from './face-finder.ts';
export { decodePicture, type RgbPicture } from './picture-input.ts';
export { loadPortraits, type Portrait } from './portraits.ts';
export * from './store/index.ts';

const NEUTRAL_FILE = fileURLToPath(new URL('../../models/motion.neutral.f32', import.meta.url));

export interface PrepareOptions {
  /** Folder that keeps prepared avatars between starts. Left out for uploads: they are never stored. */
  cacheDir?: string;
  /** Neutral face of the motion basis [478, 3]; the shipped one when left out. */
  neutralFile?: string;
  /** Which face of a picture with several: its place in the refusal's `faces`, from left to right. */
  face?: number | undefined;
  /** Called as each step begins; not at all for what comes from the cache. */
  onStep?: ((step: PreparingStep) => void) | undefined;
}

const thread = new PortraitThread();

/**
 * Prepares the portrait of one person for drawing; about 2 s in a thread of its own, milliseconds from the cache.
 *
 * @param image bytes of a JPEG, PNG, WebP, GIF, TIFF or AVIF, at most 10 MB
 * @throws VaktraError `picture_too_large`, `picture_type_refused`, `picture_unreadable`, `picture_no_face`,
 *   `picture_several_faces` (with their boxes), `picture_face_unknown`, `picture_not_human`, `picture_turned_away`,
 *   `picture_too_small`, `picture_mouth_covered`, `picture_blurred`, `picture_too_dark`, `picture_burnt_out`, `model_missing`
 */
export async function preparePortrait(image: Uint8Array, options: PrepareOptions = {}): Promise<PreparedAvatar> {
  checkPictureBytes(image);
  const neutralFile = path.resolve(options.neutralFile ?? NEUTRAL_FILE);
  const { cacheDir, face, onStep } = options;
  const source = { image, neutralFile, face };
  if (cacheDir === undefined) return thread.prepare(source, onStep);
  const kept = await readPrepared(cacheDir, source);
  if (kept) return kept;
  const avatar = await thread.prepare(source, onStep);
  await writePrepared(cacheDir, source, avatar);
  return avatar;
}

/** Faces in a picture, as the preparing sees them: for measuring what was drawn. */
export function findFaces(picture: RgbPicture): Promise<FoundFace[]> {
  return thread.find(picture);
}

/**
 * What tells the person in a picture from others, to be compared by `isSameFace`. A second for the first one, then a fifth of it.
 *
 * @param face which one, where the picture shows several
 * @throws VaktraError `picture_*` as for `preparePortrait` where no face is found
 */
export function describePerson(image: Uint8Array, face?: number): Promise<Float32Array> {
  checkPictureBytes(image);
  return thread.describe(image, face);
}

/** Ends the preparing thread once it has answered what it was asked; a later call starts it again. */
export function closePortraitThread(): Promise<void> {
  return thread.close();
}
