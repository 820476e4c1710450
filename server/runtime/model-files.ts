// Files of the folder models/, each checked against what manifest.json says of it.

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { VaktraError } from '../errors.ts';

/** A file as manifest.json names it. */
export const modelFileSchema = z.object({ file: z.string(), bytes: z.number(), sha256: z.string() });

/**
 * What models/manifest.json says.
 *
 * @param path of the manifest
 * @param schema of the parts that the caller needs
 * @throws VaktraError `model_missing`, `model_damaged`
 */
export async function readManifest<T>(path: string, schema: z.ZodType<T>): Promise<T> {
  const bytes = await read(path);
  try {
    return schema.parse(JSON.parse(bytes.toString('utf8')));
  } catch (cause) {
    throw new VaktraError(
      'model_damaged',
      'models/manifest.json does not fit this server: restore the folder models/.',
      { cause },
    );
  }
}

/** @throws VaktraError `model_missing` for a missing file, `model_damaged` for one that differs from the manifest */
export async function readModelFile(path: string, sha256: string): Promise<Buffer> {
  const bytes = await read(path);
  if (createHash('sha256').update(bytes).digest('hex') !== sha256) {
    throw new VaktraError(
      'model_damaged',
      `${path} is not the file that its manifest names: restore the folder models/.`,
    );
  }
  return bytes;
}

async function read(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new VaktraError('model_missing', `There is no readable file ${path}: restore the folder models/.`, { cause });
  }
}
