// Finds landmarks in drawn and filmed pictures with MediaPipe's Face Landmarker (models/training/painter/track_pictures.py): another
// model than the one that prepares portraits (server/avatar/attention-mesh.ts), so that its errors do not hide that one's.

import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../../server/config.ts';
import { LANDMARK_COUNT, PICTURE_SIZE_PX } from '../../server/types.ts';

/** Landmarks [478 * 3] of one picture in its pixels, z away from the camera; null where no face is seen. */
export type Tracked = Float32Array | null;

/** @param pictures each [512 * 512 * 3] sRGB; taken one by one, so that they need not all be held */
export function trackPictures(pictures: Iterable<Uint8Array>): Tracked[] {
  const folder = mkdtempSync(join(tmpdir(), 'vaktra-track-'));
  try {
    const [from, to] = [join(folder, 'pictures.rgb'), join(folder, 'landmarks.f32')];
    const file = openSync(from, 'w');
    for (const picture of pictures) writeSync(file, picture);
    closeSync(file);
    const { status, stderr, error } = spawnSync(
      'bash',
      [
        join(PROJECT_ROOT, 'models/training/python.sh'),
        ...['-m', 'painter.track_pictures', from, to, '--side', String(PICTURE_SIZE_PX)],
      ],
      { encoding: 'utf8', env: { ...process.env, OMP_NUM_THREADS: '1' } },
    );
    if (status !== 0) throw new Error(`The landmarks could not be tracked: ${error?.message ?? stderr}`);
    const numbers = new Float32Array(new Uint8Array(readFileSync(to)).buffer);
    const length = LANDMARK_COUNT * 3;
    return Array.from({ length: numbers.length / length }, (_, k) => {
      const one = numbers.slice(k * length, (k + 1) * length);
      return Number.isNaN(one[0]) ? null : one;
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Distance in the image plane. */
export function distance(landmarks: Float32Array, a: number, b: number): number {
  const along = (axis: number) => (landmarks[a * 3 + axis] as number) - (landmarks[b * 3 + axis] as number);
  return Math.hypot(along(0), along(1));
}
