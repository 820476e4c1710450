// MediaPipe's face mesh with attention (models/face-mesh.onnx, Apache-2.0): it looks twice at lips and eyes, so that their contours
// hold under moustaches, on turned faces and on open mouths, where the plain mesh of the face finder is off by pixels.
import { fileURLToPath } from 'node:url';
import * as ort from 'onnxruntime-node';
import { z } from 'zod';
import { modelFileSchema, openModel, readManifest, readModelFile } from '../runtime/index.ts';
import { LANDMARK_COUNT } from '../types.ts';
import { EYE_CORNERS } from './face-mesh.ts';
import type { RgbPicture } from './picture-input.ts';

const MODELS_DIR = new URL('../../models/', import.meta.url);
const manifestSchema = z.object({ faceMesh: z.object({ model: modelFileSchema }) });
/** Side of the square that the model sees. */
const INPUT_PX = 192;
/** The square around the face: the longer side of its landmarks' box times this, turned with the eyes (MediaPipe's face_landmarks_to_roi). */
const ROI_SCALE = 1.5;
/** Each pixel of the square is the mean of so many by so many places: the portrait is finer than the square. */
const SUBPIXELS = 2;
/** How the square is varied, since the mesh jitters with it: scale, and shifts as shares of its side. The mean is taken. */
const VIEWS = [
  [1, 0, 0],
  [0.96, 0.012, -0.008],
  [1.04, -0.01, 0.012],
  [1, 0.009, 0.013],
  [1.02, -0.012, -0.01],
] as const;
/** The first look only settles the square. */
const FIRST_VIEW = [[1, 0, 0]] as const;

/** @returns [478 * 3] in pixels of the picture, z away from the camera; undefined where the model sees no face */
export type AttentionMesh = (picture: RgbPicture, landmarks: Float32Array) => Promise<Float32Array | undefined>;

interface Square {
  centreX: number;
  centreY: number;
  side: number;
  cos: number;
  sin: number;
}

/** @throws VaktraError `model_missing`, `model_damaged` */
export async function loadAttentionMesh(): Promise<AttentionMesh> {
  const { faceMesh } = await readManifest(fileURLToPath(new URL('manifest.json', MODELS_DIR)), manifestSchema);
  const file = fileURLToPath(new URL(faceMesh.model.file, MODELS_DIR));
  await readModelFile(file, faceMesh.model.sha256);
  const session = await openModel(file);
  const look = async (picture: RgbPicture, square: Square): Promise<Float32Array | undefined> => {
    const input = new ort.Tensor('float32', cutSquare(picture, square), [1, INPUT_PX, INPUT_PX, 3]);
    const { landmarks, face } = (await session.run({ picture: input })) as { landmarks: ort.Tensor; face: ort.Tensor };
    const [isFace = 0] = face.data as Float32Array;
    return isFace > 0 ? fromSquare(landmarks.data as Float32Array, square) : undefined;
  };
  const mean = async (
    picture: RgbPicture,
    around: Float32Array,
    views: readonly (readonly [number, number, number])[],
  ): Promise<Float32Array | undefined> => {
    const whole = squareAround(around);
    const sum = new Float64Array(LANDMARK_COUNT * 3);
    let seen = 0;
    for (const [scale, right, down] of views) {
      const found = await look(picture, {
        ...whole,
        side: whole.side * scale,
        centreX: whole.centreX + right * whole.side,
        centreY: whole.centreY + down * whole.side,
      });
      if (!found) continue;
      seen++;
      for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] as number) + (found[i] as number);
    }
    return seen === 0 ? undefined : Float32Array.from(sum, (value) => value / seen);
  };
  return async (picture, landmarks) => {
    const first = await mean(picture, landmarks, FIRST_VIEW);
    return first && mean(picture, first, VIEWS);
  };
}

/** The upright box of the landmarks in the frame of the eyes, made square. */
function squareAround(landmarks: Float32Array): Square {
  const [left, right] = EYE_CORNERS;
  const x = (point: number) => landmarks[point * 3] as number;
  const y = (point: number) => landmarks[point * 3 + 1] as number;
  const angle = Math.atan2(y(right) - y(left), x(right) - x(left));
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const [along, across] = [
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY] as [number, number],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY] as [number, number],
  ];
  for (let point = 0; point < LANDMARK_COUNT; point++) {
    const u = x(point) * cos + y(point) * sin;
    const v = y(point) * cos - x(point) * sin;
    along[0] = Math.min(along[0], u);
    along[1] = Math.max(along[1], u);
    across[0] = Math.min(across[0], v);
    across[1] = Math.max(across[1], v);
  }
  const [u, v] = [(along[0] + along[1]) / 2, (across[0] + across[1]) / 2];
  const side = ROI_SCALE * Math.max(along[1] - along[0], across[1] - across[0]);
  return { centreX: u * cos - v * sin, centreY: u * sin + v * cos, side, cos, sin };
}

/** [192 * 192 * 3] in 0..1; beyond the picture its border goes on. */
function cutSquare(picture: RgbPicture, { centreX, centreY, side, cos, sin }: Square): Float32Array {
  const cut = new Float32Array(INPUT_PX * INPUT_PX * 3);
  const step = side / INPUT_PX / SUBPIXELS;
  const part = 1 / (255 * SUBPIXELS * SUBPIXELS);
  for (let row = 0; row < INPUT_PX * SUBPIXELS; row++) {
    for (let column = 0; column < INPUT_PX * SUBPIXELS; column++) {
      const u = (column + 0.5) * step - side / 2;
      const v = (row + 0.5) * step - side / 2;
      const to = (Math.floor(row / SUBPIXELS) * INPUT_PX + Math.floor(column / SUBPIXELS)) * 3;
      addSample(cut, to, picture, centreX + u * cos - v * sin, centreY + u * sin + v * cos, part);
    }
  }
  return cut;
}

function addSample(
  to: Float32Array,
  at: number,
  { data, width, height }: RgbPicture,
  x: number,
  y: number,
  part: number,
) {
  const px = Math.min(width - 1, Math.max(0, x - 0.5));
  const py = Math.min(height - 1, Math.max(0, y - 0.5));
  const [left, top] = [Math.floor(px), Math.floor(py)];
  const [right, bottom] = [Math.min(width - 1, left + 1), Math.min(height - 1, top + 1)];
  const [fx, fy] = [px - left, py - top];
  for (let channel = 0; channel < 3; channel++) {
    const read = (column: number, row: number) => data[(row * width + column) * 3 + channel] as number;
    const upper = read(left, top) * (1 - fx) + read(right, top) * fx;
    const lower = read(left, bottom) * (1 - fx) + read(right, bottom) * fx;
    to[at + channel] = (to[at + channel] as number) + part * (upper * (1 - fy) + lower * fy);
  }
}

function fromSquare(found: Float32Array, { centreX, centreY, side, cos, sin }: Square): Float32Array {
  const scale = side / INPUT_PX;
  const landmarks = new Float32Array(LANDMARK_COUNT * 3);
  for (let at = 0; at < landmarks.length; at += 3) {
    const u = (found[at] as number) * scale - side / 2;
    const v = (found[at + 1] as number) * scale - side / 2;
    landmarks[at] = centreX + u * cos - v * sin;
    landmarks[at + 1] = centreY + u * sin + v * cos;
    landmarks[at + 2] = (found[at + 2] as number) * scale;
  }
  return landmarks;
}
