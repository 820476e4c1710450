// A picture to a PreparedAvatar: stand it upright, choose the face, frame it, find its landmarks again exactly, check it, close
// its mouth, measure its colours.
import { readFile } from 'node:fs/promises';
import { VaktraError } from '../errors.ts';
import { LANDMARK_COUNT, PICTURE_SIZE_PX, type PreparedAvatar, type PreparingStep } from '../types.ts';
import { type AttentionMesh, loadAttentionMesh } from './attention-mesh.ts';
import { measureBody } from './body.ts';
import { chooseFace } from './choose-face.ts';
import { closedPicture } from './close-mouth.ts';
import { createFaceFinder, type FaceFinder } from './face-finder.ts';
import { placeOf } from './found-faces.ts';
import { cutFrame, frameAround } from './framing.ts';
import { fillBackground, personLayer } from './layers.ts';
import { personMatte } from './matte.ts';
import { settleMouth } from './mouth-line.ts';
import { loadPersonModel, type PersonModel } from './person-model.ts';
import { decodePicture, type RgbPicture } from './picture-input.ts';
import { checkPortrait } from './portrait-checks.ts';
import { headPose } from './pose.ts';
import { measureTones } from './tones.ts';
import { standUpright } from './upright.ts';
import { whyNoFace } from './why-no-face.ts';

/** Goes up when anything here changes what comes out; cached avatars of other versions are made again. */
export const PREPARED_VERSION = 13;

/** A smaller picture cannot hold a face that is large enough. */
const MIN_PICTURE_PX = 48;
export interface PortraitModels {
  finder: FaceFinder;
  seeFace: AttentionMesh;
  seePerson: PersonModel;
}

/** @throws VaktraError `model_missing`, `model_damaged` */
export async function loadPortraitModels(): Promise<PortraitModels> {
  const finder = await createFaceFinder(); // first: it sets tfjs up for both
  return { finder, seeFace: await loadAttentionMesh(), seePerson: await loadPersonModel() };
}

export class PortraitPreparer {
  readonly #finder: FaceFinder;
  readonly #seeFace: AttentionMesh;
  readonly #seePerson: PersonModel;
  readonly #frontal: Float32Array;

  /** @param frontal [478 * 3] neutral face of the motion basis */
  constructor({ finder, seeFace, seePerson }: PortraitModels, frontal: Float32Array) {
    this.#finder = finder;
    this.#seeFace = seeFace;
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
    const rough = found.landmarks.map((value, i) => (value - ([frame.left, frame.top, 0][i % 3] as number)) * scale);
    const landmarks = await this.#seeFace(cut, rough);
    if (!landmarks) throw faceLost();
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

function faceLost(): VaktraError {
  return new VaktraError(
    'picture_no_face',
    'The face was lost when looking closer: send a sharper picture of one person.',
  );
}

function tooFewPixels({ width, height }: RgbPicture): VaktraError {
  return new VaktraError(
    'picture_too_small',
    `The picture has ${width} x ${height} pixels: send one with at least 300 on the shorter side.`,
  );
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
