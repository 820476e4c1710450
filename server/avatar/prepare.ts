// A picture to a PreparedAvatar: find the one face, frame it, find its landmarks again exactly, close its mouth, measure its colours.
import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { VaktraError } from '../errors.ts';
import { LANDMARK_COUNT, PICTURE_SIZE_PX, type PreparedAvatar } from '../types.ts';
import type { FaceFinder, FoundFace } from './face-finder.ts';
import { EYE_CORNERS } from './face-mesh.ts';
import { cutFrame, frameAround } from './framing.ts';
import { settleMouth } from './mouth-line.ts';
import { decodePicture, type RgbPicture } from './picture-input.ts';
import { headPose } from './pose.ts';
import { measureTones } from './tones.ts';

/** Goes up when anything here changes what comes out; cached avatars of other versions are made again. */
export const PREPARED_VERSION = 2;

/** Below these scores a find is no face (a rocket reaches 0.35 and 0.68, the weakest true portrait 0.67 and 0.99). */
const MIN_BOX_SCORE = 0.5;
const MIN_MESH_SCORE = 0.6;
/** A small thing that the detector doubts and the mesh fits this well is a face that is too small. */
const WEAK_MESH_SCORE = 0.8;
/** Smallest distance of the outer eye corners; at 28 pixels lips are 15 wide and the picture is enlarged four times. */
const MIN_EYE_DISTANCE_PX = 28;
/** Faces smaller than this share of the largest one are bystanders and are ignored. */
const BYSTANDER_SHARE = 0.4;
/** Enlarging before the second search: the finder gives whole pixels, so this makes them thirds. */
const SEARCH_SCALE = 3;
/** Shifts in search pixels whose results are averaged: takes the mesh's jitter down. */
const SEARCH_SHIFTS_PX = [
  [0, 0],
  [7, 3],
  [-5, 6],
  [3, -7],
] as const;
/** When no face is found, overlapping parts of the picture are enlarged to tell "too small" from "none". */
const TILE_SHARE = 0.25;
const TILES_PER_SIDE = 6;
const TILE_SEARCH_PX = 384;
/** Many looks find many things that look like a face, and tiny faces are blurred: one of both scores must be sure. */
const SURE_BOX_SCORE = 0.75;
const SURE_MESH_SCORE = 0.9;
const TILE_BOX_SCORE = 0.6;

export class PortraitPreparer {
  readonly #finder: FaceFinder;
  readonly #frontal: Float32Array;

  /** @param frontal [478 * 3] neutral face of the motion basis */
  constructor(finder: FaceFinder, frontal: Float32Array) {
    this.#finder = finder;
    this.#frontal = frontal;
  }

  /** @throws VaktraError one of the `picture_*` codes */
  async prepare(image: Uint8Array): Promise<PreparedAvatar> {
    const picture = await decodePicture(image);
    const face = await this.#theOneFace(picture);
    const cut = await cutFrame(picture, frameAround(face.landmarks, picture));
    const landmarks = await this.#exactLandmarks(cut);
    const { unitPx } = headPose(landmarks, this.#frontal);
    const neutral = settleMouth(cut, landmarks, unitPx);
    const pose = headPose(neutral, this.#frontal);
    return {
      version: PREPARED_VERSION,
      rgba: withAlpha(cut.data),
      landmarks,
      neutral,
      rotation: pose.rotation,
      unitPx: pose.unitPx,
      triangles: this.#finder.triangles.slice(),
      tones: measureTones(cut, landmarks, pose.unitPx),
    };
  }

  async #theOneFace(picture: RgbPicture): Promise<FoundFace> {
    const candidates = (await this.#finder.find(picture)).sort((a, b) => eyeDistance(b) - eyeDistance(a));
    const faces = candidates.filter(isFace);
    const [largest, second] = faces;
    if (!largest) {
      const weak = candidates.find(
        (face) => face.meshScore >= WEAK_MESH_SCORE && eyeDistance(face) < MIN_EYE_DISTANCE_PX,
      );
      throw weak ? tooSmall(eyeDistance(weak)) : await this.#whyNoFace(picture);
    }
    if (second && eyeDistance(second) > BYSTANDER_SHARE * eyeDistance(largest)) throw severalFaces(faces.length);
    if (eyeDistance(largest) < MIN_EYE_DISTANCE_PX) throw tooSmall(eyeDistance(largest));
    return largest;
  }

  /** Looks at enlarged parts: faces that only show there are too small for an avatar. */
  async #whyNoFace(picture: RgbPicture): Promise<VaktraError> {
    const centres: [number, number, number][] = [];
    for (let tile = 0; tile < TILES_PER_SIDE ** 2; tile++) {
      const placeX = (tile % TILES_PER_SIDE) / (TILES_PER_SIDE - 1);
      const placeY = Math.floor(tile / TILES_PER_SIDE) / (TILES_PER_SIDE - 1);
      for (const found of await this.#facesInTile(picture, placeX, placeY)) {
        // Tiles overlap: a face near one already found is the same one.
        const isKnown = centres.some(([x, y]) => Math.hypot(x - found[0], y - found[1]) < 2 * found[2]);
        if (!isKnown) centres.push(found);
      }
    }
    if (centres.length > 1) return severalFaces(centres.length);
    if (centres[0]) return tooSmall(centres[0][2]);
    return new VaktraError(
      'picture_no_face',
      'No face was found: send a picture of one person who looks at the camera.',
    );
  }

  /** Faces as [x, y, distance of the eyes] in pixels of the picture; the tile's place goes from 0 to 1 on both axes. */
  async #facesInTile(picture: RgbPicture, placeX: number, placeY: number): Promise<[number, number, number][]> {
    const width = Math.max(1, Math.floor(picture.width * TILE_SHARE));
    const height = Math.max(1, Math.floor(picture.height * TILE_SHARE));
    const left = Math.round((picture.width - width) * placeX);
    const top = Math.round((picture.height - height) * placeY);
    const scale = TILE_SEARCH_PX / Math.max(width, height);
    const { data, info } = await sharp(picture.data, {
      raw: { width: picture.width, height: picture.height, channels: 3 },
    })
      .extract({ left, top, width, height })
      .resize(Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale)), { fit: 'fill' })
      .raw()
      .toBuffer({ resolveWithObject: true });
    return (await this.#finder.find({ data, width: info.width, height: info.height }))
      .filter(isFaceInTile)
      .map((face) => [
        left + (face.landmarks[3] as number) / scale,
        top + (face.landmarks[4] as number) / scale,
        eyeDistance(face) / scale,
      ]);
  }

  async #exactLandmarks(cut: RgbPicture): Promise<Float32Array> {
    const side = cut.width * SEARCH_SCALE;
    const raw = { width: cut.width, height: cut.height, channels: 3 as const };
    const large = await sharp(cut.data, { raw }).resize(side, side, { kernel: 'cubic' }).raw().toBuffer();
    const sum = new Float64Array(LANDMARK_COUNT * 3);
    let found = 0;
    for (const [shiftX, shiftY] of SEARCH_SHIFTS_PX) {
      const data = shifted(large, side, shiftX, shiftY);
      const faces = (await this.#finder.find({ data, width: side, height: side })).filter(isFace);
      const face = faces.sort((a, b) => eyeDistance(b) - eyeDistance(a))[0];
      if (!face) continue;
      found++;
      face.landmarks.forEach((value, i) => {
        const shift = i % 3 === 0 ? shiftX : i % 3 === 1 ? shiftY : 0;
        sum[i] = (sum[i] ?? 0) + (value - shift) / SEARCH_SCALE;
      });
    }
    if (found === 0) {
      throw new VaktraError(
        'picture_no_face',
        'The face was lost when looking closer: send a sharper picture of one person.',
      );
    }
    return Float32Array.from(sum, (value) => value / found);
  }
}

/**
 * The neutral face [478 * 3] of the motion basis.
 *
 * @throws VaktraError `model_missing`, `model_damaged`
 */
export async function readFrontalFace(file: string): Promise<Float32Array> {
  const bytes = await readFile(file).catch((cause: unknown) => {
    throw new VaktraError(
      'model_missing',
      `The neutral face ${file} cannot be read: restore models/ or run npm run models:train.`,
      {
        cause,
      },
    );
  });
  const expected = LANDMARK_COUNT * 3 * Float32Array.BYTES_PER_ELEMENT;
  if (bytes.byteLength !== expected) {
    throw new VaktraError(
      'model_damaged',
      `The neutral face ${file} has ${bytes.byteLength} bytes, not ${expected}: restore models/.`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float32Array.from({ length: LANDMARK_COUNT * 3 }, (_, i) => view.getFloat32(i * 4, true));
}

function isFace(face: FoundFace): boolean {
  return face.boxScore >= MIN_BOX_SCORE && face.meshScore >= MIN_MESH_SCORE;
}

function isFaceInTile({ boxScore, meshScore }: FoundFace): boolean {
  return boxScore >= SURE_BOX_SCORE || (boxScore >= TILE_BOX_SCORE && meshScore >= SURE_MESH_SCORE);
}

function eyeDistance({ landmarks }: FoundFace): number {
  const [a, b] = EYE_CORNERS;
  return Math.hypot(...[0, 1, 2].map((axis) => (landmarks[a * 3 + axis] ?? 0) - (landmarks[b * 3 + axis] ?? 0)));
}

function severalFaces(count: number): VaktraError {
  return new VaktraError(
    'picture_several_faces',
    `${count} faces were found: cut the picture so that it shows one person.`,
  );
}

function tooSmall(distancePx: number): VaktraError {
  return new VaktraError(
    'picture_too_small',
    `The face is too small (its eyes span ${Math.round(distancePx)} pixels, at least ${MIN_EYE_DISTANCE_PX} are needed): send a larger picture.`,
  );
}

/** The square picture moved by whole pixels, its border repeated. */
function shifted(data: Uint8Array, side: number, shiftX: number, shiftY: number): Uint8Array {
  const result = new Uint8Array(data.length);
  for (let y = 0; y < side; y++) {
    const fromRow = Math.min(side - 1, Math.max(0, y - shiftY)) * side;
    for (let x = 0; x < side; x++) {
      const from = (fromRow + Math.min(side - 1, Math.max(0, x - shiftX))) * 3;
      const to = (y * side + x) * 3;
      result[to] = data[from] ?? 0;
      result[to + 1] = data[from + 1] ?? 0;
      result[to + 2] = data[from + 2] ?? 0;
    }
  }
  return result;
}

function withAlpha(rgb: Uint8Array): Uint8Array {
  const rgba = new Uint8Array(PICTURE_SIZE_PX * PICTURE_SIZE_PX * 4);
  for (let from = 0, to = 0; from < rgb.length; from += 3, to += 4) {
    rgba[to] = rgb[from] ?? 0;
    rgba[to + 1] = rgb[from + 1] ?? 0;
    rgba[to + 2] = rgb[from + 2] ?? 0;
    rgba[to + 3] = 255;
  }
  return rgba;
}
