// Looks at drawn pictures as a viewer would: decodes the I420 and finds the face in it again.
import sharp from 'sharp';
import { type FoundFace, findFaces } from '../../server/avatar/index.ts';
import { PICTURE_SIZE_PX } from '../../server/types.ts';

const SIZE = PICTURE_SIZE_PX;
/** The finder gives whole pixels: on three times the size they are thirds. */
const SEARCH_SCALE = 3;

/** [512 * 512 * 3] red, green, blue of an I420 picture (BT.601, limited range). */
export function rgbOf(i420: Uint8Array): Uint8Array {
  const rgb = new Uint8ClampedArray(SIZE * SIZE * 3);
  for (let y = 0; y < SIZE; y++) {
    for (let x = 0; x < SIZE; x++) {
      const chroma = (y >> 1) * (SIZE / 2) + (x >> 1);
      const luma = 1.164 * ((i420[y * SIZE + x] ?? 0) - 16);
      const u = (i420[SIZE * SIZE + chroma] ?? 0) - 128;
      const v = (i420[(SIZE * SIZE * 5) / 4 + chroma] ?? 0) - 128;
      rgb.set([luma + 1.596 * v, luma - 0.392 * u - 0.813 * v, luma + 2.017 * u], (y * SIZE + x) * 3);
    }
  }
  return new Uint8Array(rgb.buffer);
}

/** The one face of a drawn picture, landmarks in the picture's pixels. */
export async function faceIn(i420: Uint8Array): Promise<FoundFace> {
  const side = SIZE * SEARCH_SCALE;
  const data = await sharp(rgbOf(i420), { raw: { width: SIZE, height: SIZE, channels: 3 } })
    .resize(side, side, { kernel: 'cubic' })
    .raw()
    .toBuffer();
  const faces = await findFaces({ data, width: side, height: side });
  const face = faces.sort((a, b) => distance(b.landmarks, 33, 263) - distance(a.landmarks, 33, 263))[0];
  if (!face) throw new Error('no face is seen in the drawn picture');
  return { ...face, landmarks: face.landmarks.map((value) => value / SEARCH_SCALE) };
}

/** Distance of two landmarks in the picture's plane. */
export function distance(landmarks: Float32Array, a: number, b: number): number {
  return Math.hypot(
    (landmarks[a * 3] ?? 0) - (landmarks[b * 3] ?? 0),
    (landmarks[a * 3 + 1] ?? 0) - (landmarks[b * 3 + 1] ?? 0),
  );
}
