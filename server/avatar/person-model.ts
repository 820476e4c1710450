// The selfie segmentation model of MediaPipe (models/person.json, Apache-2.0): how sure it is, for each pixel, that it shows a
// person. Runs on tfjs-wasm beside the face finder, which has set that up in its thread.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import sharp from 'sharp';
import { VaktraError } from '../errors.ts';
import { PICTURE_SIZE_PX } from '../types.ts';
import type { RgbPicture } from './picture-input.ts';

/** Side of the model's input and output. */
const MODEL_PX = 256;
const MODEL_FILE = new URL('../../models/person.json', import.meta.url);
/** The second way to look: the portrait this small, its border continued left, right and above, as if the camera stood farther away. */
const FAR_PX = 184;
const FAR_LEFT_PX = (MODEL_PX - FAR_PX) / 2;
const FAR_TOP_PX = MODEL_PX - FAR_PX;
/** Film grain and paint blind the model; the median of so many pixels and full contrast open its eyes. */
const GRAIN_MEDIAN_PX = 5;
const CONTRAST_PERCENT = { lower: 1, upper: 99 } as const;

/** [512 * 512] probability of being a person. */
export type PersonModel = (cut: RgbPicture) => Promise<Float32Array>;

/** The few names of tfjs that are used here; its own types want a browser's. */
interface Tensor {
  data(): Promise<Float32Array>;
  dispose(): void;
}
interface Tfjs {
  loadGraphModel(handler: { load(): Promise<object> }): Promise<{ execute(input: Tensor): Tensor }>;
  tensor4d(data: Float32Array, shape: [number, number, number, number]): Tensor;
}
interface ModelJson {
  modelTopology: object;
  weightsManifest: { paths: string[]; weights: object[] }[];
}

/** @throws VaktraError `model_missing` */
export async function loadPersonModel(): Promise<PersonModel> {
  const tf = createRequire(import.meta.url)('@tensorflow/tfjs') as Tfjs;
  const model = await tf.loadGraphModel({ load: readModel });
  const look = async (view: Uint8Array): Promise<Float32Array> => {
    const input = tf.tensor4d(
      Float32Array.from(view, (value) => value / 255),
      [1, MODEL_PX, MODEL_PX, 3],
    );
    const output = model.execute(input);
    try {
      return await output.data();
    } finally {
      input.dispose();
      output.dispose();
    }
  };
  return async (cut) => {
    const raw = { width: cut.width, height: cut.height, channels: 3 as const };
    const calm = await sharp(cut.data, { raw }).median(GRAIN_MEDIAN_PX).normalise(CONTRAST_PERCENT).raw().toBuffer();
    const sum = new Float32Array(PICTURE_SIZE_PX * PICTURE_SIZE_PX);
    const views = [cut.data, calm];
    for (const view of views) {
      const near = await look(await sharp(view, { raw }).resize(MODEL_PX, MODEL_PX).raw().toBuffer());
      addShare(sum, await enlarged(near), 2 * views.length);
      addShare(sum, await enlarged(await look(await seenFromFar(view, raw)), true), 2 * views.length);
    }
    return sum;
  };
}

async function readModel(): Promise<object> {
  try {
    const { modelTopology, weightsManifest } = JSON.parse(await readFile(MODEL_FILE, 'utf8')) as ModelJson;
    const files = weightsManifest.flatMap(({ paths }) => paths);
    const parts = await Promise.all(files.map((file) => readFile(new URL(file, MODEL_FILE))));
    const { buffer, byteOffset, byteLength } = Buffer.concat(parts);
    return {
      modelTopology,
      weightSpecs: weightsManifest.flatMap(({ weights }) => weights),
      weightData: buffer.slice(byteOffset, byteOffset + byteLength),
    };
  } catch (cause) {
    throw new VaktraError('model_missing', 'The model models/person.json cannot be read: restore models/.', { cause });
  }
}

type Raw = { width: number; height: number; channels: 3 };

async function seenFromFar(view: Uint8Array, raw: Raw): Promise<Uint8Array> {
  const small = await sharp(view, { raw }).resize(FAR_PX, FAR_PX).raw().toBuffer();
  return sharp(small, { raw: { width: FAR_PX, height: FAR_PX, channels: 3 } })
    .extend({ left: FAR_LEFT_PX, right: FAR_LEFT_PX, top: FAR_TOP_PX, bottom: 0, extendWith: 'copy' })
    .raw()
    .toBuffer();
}

/** [256 * 256] from the model, or the part of it that shows the portrait seen from far, as [512 * 512] bytes. */
async function enlarged(probability: Float32Array, fromFar = false): Promise<Uint8Array> {
  const bytes = Uint8Array.from(probability, (value) => Math.round(Math.min(1, Math.max(0, value)) * 255));
  let picture = sharp(bytes, { raw: { width: MODEL_PX, height: MODEL_PX, channels: 1 } });
  if (fromFar) picture = picture.extract({ left: FAR_LEFT_PX, top: FAR_TOP_PX, width: FAR_PX, height: FAR_PX });
  return picture.resize(PICTURE_SIZE_PX, PICTURE_SIZE_PX).toColourspace('b-w').raw().toBuffer();
}

function addShare(sum: Float32Array, bytes: Uint8Array, count: number): void {
  for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] as number) + (bytes[i] as number) / (255 * count);
}
