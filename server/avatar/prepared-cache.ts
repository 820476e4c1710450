// Keeps prepared avatars of shipped portraits on disk, so that a second start is fast. A file is believed only with the right
// checksum and the right shapes; one that is damaged or of another version counts as absent, and is made again.
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { BODY_GRID_POINTS, LANDMARK_COUNT, PICTURE_SIZE_PX, type PreparedAvatar } from '../types.ts';
import { PREPARED_VERSION, readFrontalFace } from './prepare.ts';

/** What an avatar was prepared from. */
export interface PreparedSource {
  image: Uint8Array;
  neutralFile: string;
  face: number | undefined;
}

const CHECKSUM_BYTES = 32;
const ROTATION_VALUES = 9;

export async function readPrepared(dir: string, source: PreparedSource): Promise<PreparedAvatar | undefined> {
  const file = await readFile(await cachePath(dir, source)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (!file || file.length <= CHECKSUM_BYTES) return undefined;
  const body = file.subarray(CHECKSUM_BYTES);
  if (!checksum(body).equals(file.subarray(0, CHECKSUM_BYTES))) return undefined;
  const avatar = deserialize(body) as PreparedAvatar;
  return isWhole(avatar) ? avatar : undefined;
}

export async function writePrepared(dir: string, source: PreparedSource, avatar: PreparedAvatar): Promise<void> {
  await mkdir(dir, { recursive: true });
  const file = await cachePath(dir, source);
  const part = `${file}.${process.pid}.part`;
  const body = serialize(avatar);
  await writeFile(part, Buffer.concat([checksum(body), body]));
  await rename(part, file); // whole or not at all
}

async function cachePath(dir: string, { image, neutralFile, face }: PreparedSource): Promise<string> {
  const hash = createHash('sha256')
    .update(`${PREPARED_VERSION}\0${face ?? ''}\0`)
    .update(image)
    .update(await readFrontalFace(neutralFile));
  return path.join(dir, `${hash.digest('hex').slice(0, 32)}.avatar`);
}

function checksum(body: Uint8Array): Buffer {
  return createHash('sha256').update(body).digest();
}

function isWhole(avatar: PreparedAvatar): boolean {
  return (
    avatar.version === PREPARED_VERSION &&
    avatar.rgba.length === PICTURE_SIZE_PX ** 2 * 4 &&
    avatar.matte.length === PICTURE_SIZE_PX ** 2 &&
    avatar.background.length === PICTURE_SIZE_PX ** 2 * 4 &&
    avatar.closed.length === PICTURE_SIZE_PX ** 2 * 4 &&
    avatar.body.depth.length === BODY_GRID_POINTS ** 2 &&
    avatar.foreground.length === PICTURE_SIZE_PX ** 2 * 4 &&
    avatar.landmarks.length === LANDMARK_COUNT * 3 &&
    avatar.neutral.length === LANDMARK_COUNT * 3 &&
    avatar.rotation.length === ROTATION_VALUES &&
    Number.isFinite(avatar.unitPx) &&
    Array.isArray(avatar.warnings)
  );
}
