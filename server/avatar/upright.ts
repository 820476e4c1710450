// Turns a picture that lies on its side or stands on its head: scans and old cameras write no EXIF orientation. The mesh model
// also finds "a face" in one that stands on its head (box 0.72, mesh 0.99 in the Mona Lisa), so both ways are compared.
import sharp from 'sharp';
import type { FaceBox } from '../errors.ts';
import type { FaceFinder, FoundFace } from './face-finder.ts';
import { isFace, placeOf, rollOf } from './found-faces.ts';
import type { RgbPicture } from './picture-input.ts';

/** Faces tilted less are held that way. */
const MAX_TILT_DEGREES = 45;
/** By how much the detector must be surer of the turned picture. */
const SURER_BY = 0.02;

export interface UprightPicture {
  picture: RgbPicture;
  /** Quarters of a turn, clockwise, by which it was turned. */
  quarters: number;
  /** All finds, the largest first. */
  faces: FoundFace[];
}

export async function standUpright(picture: RgbPicture, finder: FaceFinder): Promise<UprightPicture> {
  const asIs = await search(picture, 0, finder);
  const largest = asIs.faces.find(isFace);
  const tilt = largest ? rollOf(largest) : 0;
  if (Math.abs(tilt) > MAX_TILT_DEGREES) {
    const turned = await search(picture, (Math.round(-tilt / 90) + 4) % 4, finder);
    return turned.faces.some(isFace) ? turned : asIs;
  }
  const upsideDown = await search(picture, 2, finder);
  return sureness(upsideDown) > sureness(asIs) + SURER_BY ? upsideDown : asIs;
}

/** A box of the turned picture in the picture as it was sent, which is what its sender sees. */
export function turnedBack(box: FaceBox, quarters: number): FaceBox {
  const { left, top, width, height } = box;
  const [right, bottom] = [left + width, top + height];
  if (quarters === 1) return { left: top, top: 1 - right, width: height, height: width };
  if (quarters === 2) return { left: 1 - right, top: 1 - bottom, width, height };
  if (quarters === 3) return { left: 1 - bottom, top: left, width: height, height: width };
  return box;
}

async function search(sent: RgbPicture, quarters: number, finder: FaceFinder): Promise<UprightPicture> {
  const picture = quarters === 0 ? sent : await turn(sent, quarters * 90);
  const faces = await finder.find(picture);
  return { picture, quarters, faces: faces.sort((a, b) => placeOf(b).eyeDistancePx - placeOf(a).eyeDistancePx) };
}

/** Scores of the largest face, 0 for none. */
function sureness({ faces }: UprightPicture): number {
  const largest = faces.find(isFace);
  return largest ? largest.boxScore * largest.meshScore : 0;
}

async function turn({ data, width, height }: RgbPicture, degrees: number): Promise<RgbPicture> {
  const turned = await sharp(data, { raw: { width, height, channels: 3 } })
    .rotate(degrees)
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data: turned.data, width: turned.info.width, height: turned.info.height };
}
