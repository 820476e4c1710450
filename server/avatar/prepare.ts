// A picture to a PreparedAvatar: stand it upright, choose the face, frame it, find its landmarks again exactly, check it, close
// its mouth, measure its colours.
import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { VaktraError } from '../errors.ts';
import { LANDMARK_COUNT, PICTURE_SIZE_PX, type PreparedAvatar, type PreparingStep } from '../types.ts';
import { measureBody } from './body.ts';
import { chooseFace } from './choose-face.ts';
import { closedPicture } from './close-mouth.ts';
import type { FaceFinder, FoundFace } from './face-finder.ts';
import { isFace, placeOf } from './found-faces.ts';
import { cutFrame, frameAround } from './framing.ts';
import { fillBackground, personLayer } from './layers.ts';
import { personMatte } from './matte.ts';
import { settleMouth } from './mouth-line.ts';
import type { PersonModel } from './person-model.ts';
import { decodePicture, type RgbPicture } from './picture-input.ts';
import { checkPortrait } from './portrait-checks.ts';
import { headPose } from './pose.ts';
import { measureTones } from './tones.ts';
import { standUpright } from './upright.ts';
import { whyNoFace } from './why-no-face.ts';

/** Goes up when anything here changes what comes out; cached avatars of other versions are made again. */
export const PREPARED_VERSION = 8;

/** A smaller picture cannot hold a face that is large enough. */
const MIN_PICTURE_PX = 48;
/** Enlarging before the second search: the finder gives whole pixels, so this makes them thirds. */
const SEARCH_SCALE = 3;
/** Shifts in search pixels whose results are averaged: takes the mesh's jitter down. */
const SEARCH_SHIFTS_PX = [
  [0, 0],
  [7, 3],
  [-5, 6],
  [3, -7],
] as const;

export interface PortraitModels {
  finder: FaceFinder;
  seePerson: PersonModel;
}

export class PortraitPreparer {
  readonly #finder: FaceFinder;
  readonly #seePerson: PersonModel;
  readonly #frontal: Float32Array;

  /** @param frontal [478 * 3] neutral face of the motion basis */
  constructor({ finder, seePerson }: PortraitModels, frontal: Float32Array) {
    this.#finder = finder;
    this.#seePerson = seePerson;
    this.#frontal = frontal;
  }

  /**
   * @param face which one, where the picture shows several: from left to right, from 0
   * @param onStep called as each step begins
   * @throws VaktraError one of the `picture_*` codes
   */
  async prepare(
    image: Uint8Array,
    face?: number,
    onStep: (step: PreparingStep) => void = () => {},
  ): Promise<PreparedAvatar> {
    onStep('decode');
    const decoded = await decodePicture(image);
    if (Math.min(decoded.width, decoded.height) < MIN_PICTURE_PX) throw tooFewPixels(decoded);
    onStep('find');
    const upright = await standUpright(decoded, this.#finder);
    const { picture } = upright;
    const found = chooseFace(upright, face);
    if (!found) throw await whyNoFace(picture, this.#finder);
    const place = placeOf(found);
    const frame = frameAround(found.landmarks, picture);
    const cut = await cutFrame(picture, frame);
    const scale = PICTURE_SIZE_PX / frame.side;
    const landmarks = await this.#exactLandmarks(cut, (place.x - frame.left) * scale, (place.y - frame.top) * scale);
    onStep('check');
    const { unitPx, rotation } = headPose(landmarks, this.#frontal);
    const warnings = checkPortrait({
      cut,
      landmarks,
      rotation,
      unitPx,
      sourceEyeDistancePx: place.eyeDistancePx,
      sourceSidePx: Math.min(picture.width, picture.height),
    });
    const { neutral, edges } = settleMouth(cut, landmarks, unitPx);
    const pose = headPose(neutral, this.#frontal);
    onStep('matte');
    const matte = personMatte(cut, await this.#seePerson(cut), landmarks);
    onStep('fill');
    const background = fillBackground(cut, matte);
    const rgba = withAlpha(cut.data);
    const triangles = this.#finder.triangles.slice();
    const closed = edges ? closedPicture(rgba, edges, unitPx) : rgba;
    const foreground = personLayer(closed, matte, background);
    onStep('mesh');
    return {
      version: PREPARED_VERSION,
      rgba,
      landmarks,
      neutral,
      rotation: pose.rotation,
      unitPx: pose.unitPx,
      triangles,
      tones: measureTones(cut, landmarks, pose.unitPx),
      warnings,
      matte,
      background,
      foreground,
      closed,
      body: measureBody(matte, neutral, triangles, pose),
    };
  }

  /** @param x, y where the face was found, in pixels of the cut: another may be larger */
  async #exactLandmarks(cut: RgbPicture, x: number, y: number): Promise<Float32Array> {
    const side = cut.width * SEARCH_SCALE;
    const raw = { width: cut.width, height: cut.height, channels: 3 as const };
    const large = await sharp(cut.data, { raw }).resize(side, side, { kernel: 'cubic' }).raw().toBuffer();
    const sum = new Float64Array(LANDMARK_COUNT * 3);
    let found = 0;
    for (const [shiftX, shiftY] of SEARCH_SHIFTS_PX) {
      const data = shifted(large, side, shiftX, shiftY);
      const faces = (await this.#finder.find({ data, width: side, height: side })).filter(isFace);
      const face = nearest(faces, x * SEARCH_SCALE + shiftX, y * SEARCH_SCALE + shiftY);
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

/** The face at this place; one that is farther than its own size is another one. */
function nearest(faces: FoundFace[], x: number, y: number): FoundFace | undefined {
  const away = (face: FoundFace) => Math.hypot(placeOf(face).x - x, placeOf(face).y - y);
  const face = faces.sort((a, b) => away(a) - away(b))[0];
  return face && away(face) < placeOf(face).eyeDistancePx ? face : undefined;
}

function tooFewPixels({ width, height }: RgbPicture): VaktraError {
  return new VaktraError(
    'picture_too_small',
    `The picture has ${width} x ${height} pixels: send one with at least 300 on the shorter side.`,
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
