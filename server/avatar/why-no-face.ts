// When no face is found: says which of the possible reasons it is, so that the person knows what to do. Only refusals pay for it.
import sharp from 'sharp';
import { VaktraError } from '../errors.ts';
import type { FaceFinder, FoundFace, SeenThing } from './face-finder.ts';
import { boxOf, type FacePlace, placeOf } from './found-faces.ts';
import { type LumaPlane, lumaPlane, quantile } from './luma.ts';
import type { RgbPicture } from './picture-input.ts';
import { blurredPicture, burntOut, severalFaces, tooDark, tooSmall } from './refusals.ts';
import { pictureSharpness } from './sharpness.ts';

/** Side to which the whole picture is compared. */
const LOOK_PX = 512;
/** Brightness that nearly all of a picture stays under, or over: nothing can be found in it. */
const DARK_LEVEL = 40;
const BRIGHT_LEVEL = 225;
const NEARLY_ALL = 0.98;
/** Sharpness of a whole picture: the blurred one has 0.07, the softest of the others 0.3. */
const MIN_PICTURE_SHARPNESS = 0.15;

/** Parts of the picture that are enlarged: around what was seen as a person, and a grid of overlapping ones. */
const TILE_SHARE = 0.25;
const TILES_PER_SIDE = 6;
const TILE_SEARCH_PX = 384;
/** Many looks find many things that look like a face, and tiny faces are blurred: one of both scores must be sure. */
const SURE_BOX_SCORE = 0.75;
const SURE_MESH_SCORE = 0.9;
const TILE_BOX_SCORE = 0.6;
/** A face near one already found is the same one, in eye distances. */
const SAME_FACE_UNITS = 2;

const ANIMALS = new Set([
  ...['bird', 'cat', 'dog', 'horse', 'sheep', 'cow', 'elephant', 'bear', 'zebra', 'giraffe', 'teddy bear'],
]);
/** The cat is seen with 0.45, as a dog; the weakest person in a bad picture (a drawn profile) with 0.40, a tiny one with 0.33. */
const MIN_ANIMAL_SCORE = 0.3;
const MIN_PERSON_SCORE = 0.25;
/** A person or animal in a corner is not what the picture is of: least share of its area. A tiny portrait was seen as a bird. */
const MIN_AREA = 0.05;

/** @throws never; returns the refusal */
export async function whyNoFace(picture: RgbPicture, finder: FaceFinder): Promise<VaktraError> {
  const plane = lumaPlane(await scaled(picture, LOOK_PX));
  if (quantile(plane.data, NEARLY_ALL) < DARK_LEVEL) return tooDark();
  if (quantile(plane.data, 1 - NEARLY_ALL) > BRIGHT_LEVEL) return burntOut();
  if (isBlurred(plane)) return blurredPicture();
  const things = await finder.see(picture);
  const persons = things.filter(({ label, score }) => label === 'person' && score >= MIN_PERSON_SCORE);
  const animals = things.filter(({ label, score }) => ANIMALS.has(label) && score >= MIN_ANIMAL_SCORE);
  const leastArea = MIN_AREA * picture.width * picture.height;
  if (areaOf(animals) > Math.max(leastArea, areaOf(persons))) {
    return new VaktraError(
      'picture_not_human',
      'An animal was found, not a person: send a picture of one person who looks at the camera.',
    );
  }
  const small = await smallFaces(picture, finder);
  // The detector sees the crowd better than its faces.
  if (small.length > 1) return severalFaces(small.map((place) => boxOf(place, picture)));
  if (small[0] && persons.length < 2) return tooSmall(small[0].eyeDistancePx);
  if (persons.length > 1) return severalFaces(persons.map((person) => headBox(person, picture)));
  if (areaOf(persons) > leastArea) {
    return new VaktraError(
      'picture_turned_away',
      'A person was found, but no face from the front (turned away or hidden): send a picture in which the person looks at the camera.',
    );
  }
  return new VaktraError('picture_no_face', 'No face was found: send a picture of one person who looks at the camera.');
}

function isBlurred(plane: LumaPlane): boolean {
  const sharpness = pictureSharpness(plane);
  return sharpness !== undefined && sharpness < MIN_PICTURE_SHARPNESS;
}

/** Area of the largest one in pixels. */
function areaOf(things: SeenThing[]): number {
  return Math.max(0, ...things.map(({ width, height }) => width * height));
}

/** Where a person's head is, as a share of the picture: the upper third of the box. */
function headBox({ left, top, width, height }: SeenThing, picture: RgbPicture) {
  return {
    left: Math.max(0, left / picture.width),
    top: Math.max(0, top / picture.height),
    width: Math.min(1, width / picture.width),
    height: Math.min(1, height / 3 / picture.height),
  };
}

/** Faces that only show in enlarged parts of the picture, from left to right. */
async function smallFaces(picture: RgbPicture, finder: FaceFinder): Promise<FacePlace[]> {
  const places: FacePlace[] = [];
  for (let tile = 0; tile < TILES_PER_SIDE ** 2; tile++) {
    const placeX = (tile % TILES_PER_SIDE) / (TILES_PER_SIDE - 1);
    const placeY = Math.floor(tile / TILES_PER_SIDE) / (TILES_PER_SIDE - 1);
    for (const found of await facesInTile(picture, finder, placeX, placeY)) {
      const isKnown = places.some(
        ({ x, y }) => Math.hypot(x - found.x, y - found.y) < SAME_FACE_UNITS * found.eyeDistancePx,
      );
      if (!isKnown) places.push(found);
    }
  }
  return places.sort((a, b) => a.x - b.x);
}

/** The tile's place goes from 0 to 1 on both axes. */
async function facesInTile(
  picture: RgbPicture,
  finder: FaceFinder,
  placeX: number,
  placeY: number,
): Promise<FacePlace[]> {
  const width = Math.max(1, Math.floor(picture.width * TILE_SHARE));
  const height = Math.max(1, Math.floor(picture.height * TILE_SHARE));
  const left = Math.round((picture.width - width) * placeX);
  const top = Math.round((picture.height - height) * placeY);
  const tile = await sharp(picture.data, { raw: { width: picture.width, height: picture.height, channels: 3 } })
    .extract({ left, top, width, height })
    .raw()
    .toBuffer();
  const enlarged = await scaled({ data: tile, width, height }, TILE_SEARCH_PX);
  const scale = enlarged.width / width;
  return (await finder.find(enlarged)).filter(isSureInTile).map((face) => {
    const { x, y, eyeDistancePx } = placeOf(face);
    return { x: left + x / scale, y: top + y / scale, eyeDistancePx: eyeDistancePx / scale };
  });
}

function isSureInTile({ boxScore, meshScore }: FoundFace): boolean {
  return boxScore >= SURE_BOX_SCORE || (boxScore >= TILE_BOX_SCORE && meshScore >= SURE_MESH_SCORE);
}

/** The picture with its longer side at `side` pixels. */
async function scaled({ data, width, height }: RgbPicture, side: number): Promise<RgbPicture> {
  const scale = side / Math.max(width, height);
  const size = { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
  const resized = await sharp(data, { raw: { width, height, channels: 3 } })
    .resize(size.width, size.height, { fit: 'fill' })
    .raw()
    .toBuffer();
  return { data: resized, ...size };
}
