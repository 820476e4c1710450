// Turns a picture that lies on its side or stands on its head: scans and old cameras write no EXIF orientation. The mesh model
// also finds "a face" in one that stands on its head (box 0.72, mesh 0.99 in the Mona Lisa), so both ways are compared.
import sharp from 'sharp';
import type { FaceFinder, FoundFace } from './face-finder.ts';
import { isFace, placeOf, rollOf } from './found-faces.ts';
import type { RgbPicture } from './picture-input.ts';

/** Faces tilted less are held that way. */
const MAX_TILT_DEGREES = 45;
/** By how much the detector must be surer of the turned picture. */
const SURER_BY = 0.02;

export interface UprightPicture {
  picture: RgbPicture;
  /** All finds, the largest first. */
  faces: FoundFace[];
}

export async function standUpright(picture: RgbPicture, finder: FaceFinder): Promise<UprightPicture> {
  const asIs = await search(picture, finder);
  const largest = asIs.faces.find(isFace);
  const tilt = largest ? rollOf(largest) : 0;
  if (Math.abs(tilt) > MAX_TILT_DEGREES) {
    const quarters = Math.round(-tilt / 90);
    const turned = await search(await turn(picture, quarters * 90), finder);
    return turned.faces.some(isFace) ? turned : asIs;
  }
  const upsideDown = await search(await turn(picture, 180), finder);
  return sureness(upsideDown) > sureness(asIs) + SURER_BY ? upsideDown : asIs;
}

async function search(picture: RgbPicture, finder: FaceFinder): Promise<UprightPicture> {
  const faces = await finder.find(picture);
  return { picture, faces: faces.sort((a, b) => placeOf(b).eyeDistancePx - placeOf(a).eyeDistancePx) };
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
