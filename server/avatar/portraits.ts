// The portraits that are shipped: a folder of pictures with portraits.yaml beside them, which says whose work each one is.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { VaktraError } from '../errors.ts';

const portraitSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9-]+$/),
  file: z.string().regex(/^[\w.-]+$/),
  title: z.string().min(1),
  artist: z.string().min(1),
  year: z.string().min(1),
  licence: z.string().min(1),
  source: z.string().min(1),
});
const listSchema = z.strictObject({ portraits: z.array(portraitSchema).min(1) });

/** One shipped portrait; `file` is its full path. */
export type Portrait = z.infer<typeof portraitSchema>;

/**
 * Portraits of a folder, in the order of its portraits.yaml.
 *
 * @throws VaktraError `config_invalid` when the list is missing or wrong
 */
export async function loadPortraits(dir: string): Promise<Portrait[]> {
  const listFile = path.join(dir, 'portraits.yaml');
  try {
    const list = listSchema.parse(parse(await readFile(listFile, 'utf8')));
    return list.portraits.map((portrait) => ({ ...portrait, file: path.join(dir, portrait.file) }));
  } catch (cause) {
    const reason = cause instanceof z.ZodError ? z.prettifyError(cause) : String(cause);
    throw new VaktraError('config_invalid', `The list of portraits ${listFile} cannot be used: ${reason}`, { cause });
  }
}
