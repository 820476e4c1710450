// Keeps prepared avatars of shipped portraits on disk, so that a second start is fast. What is damaged counts as absent.
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { LANDMARK_COUNT, PICTURE_SIZE_PX, type PreparedAvatar } from '../types.ts';
import { PREPARED_VERSION } from './prepare.ts';

export async function readPrepared(
  dir: string,
  image: Uint8Array,
  neutralFile: string,
): Promise<PreparedAvatar | undefined> {
  try {
    const avatar = deserialize(await readFile(await cachePath(dir, image, neutralFile))) as PreparedAvatar;
    return isWhole(avatar) ? avatar : undefined;
  } catch {
    return undefined; // absent or cut off: prepared again, and written anew
  }
}

export async function writePrepared(
  dir: string,
  image: Uint8Array,
  neutralFile: string,
  avatar: PreparedAvatar,
): Promise<void> {
  await mkdir(dir, { recursive: true });
  const file = await cachePath(dir, image, neutralFile);
  const part = `${file}.${process.pid}.part`;
  await writeFile(part, serialize(avatar));
  await rename(part, file); // whole or not at all
}

async function cachePath(dir: string, image: Uint8Array, neutralFile: string): Promise<string> {
  const hash = createHash('sha256')
    .update(`${PREPARED_VERSION}\0`)
    .update(image)
    .update(await readFile(neutralFile));
  return path.join(dir, `${hash.digest('hex').slice(0, 32)}.avatar`);
}

function isWhole(avatar: PreparedAvatar): boolean {
  return (
    avatar.version === PREPARED_VERSION &&
    avatar.rgba.length === PICTURE_SIZE_PX ** 2 * 4 &&
    avatar.landmarks.length === LANDMARK_COUNT * 3 &&
    avatar.neutral.length === LANDMARK_COUNT * 3
  );
}
