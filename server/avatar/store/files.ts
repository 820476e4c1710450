// Pictures, sounds and documents as files beside the database, one folder for each owner, readable by the server's user alone.
import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { VaktraError } from '../../errors.ts';

/** Whatever routes allow: no single file is larger. */
const MAX_FILE_BYTES = 32 * 1024 * 1024;
/** Ids are made here, names by the program: what looks otherwise would lead out of the folder. */
const SAFE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;
const OWNER_ONLY = 0o600;
const FOLDER_OWNER_ONLY = 0o700;

export class OwnedFiles {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  folderOf(owner: string): string {
    return path.join(this.#directory, safe(owner));
  }

  async write(owner: string, name: string, bytes: Uint8Array): Promise<void> {
    if (bytes.length > MAX_FILE_BYTES) {
      throw new VaktraError('data_unusable', `A file of ${bytes.length} bytes is over the limit of ${MAX_FILE_BYTES}.`);
    }
    const folder = this.folderOf(owner);
    const part = path.join(folder, `${randomUUID()}.part`);
    try {
      await mkdir(folder, { recursive: true, mode: FOLDER_OWNER_ONLY });
      await writeFile(part, bytes, { mode: OWNER_ONLY });
      await rename(part, path.join(folder, safe(name))); // whole or not at all
    } catch (cause) {
      const sentence = `Nothing can be written to ${folder}: give the server a folder by data.directory.`;
      throw new VaktraError('data_unusable', sentence, { cause });
    }
  }

  async read(owner: string, name: string): Promise<Uint8Array | undefined> {
    try {
      return new Uint8Array(await readFile(path.join(this.folderOf(owner), safe(name))));
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw new VaktraError('data_unusable', `A file of ${owner} cannot be read: look after data.directory.`, {
        cause,
      });
    }
  }

  async erase(owner: string): Promise<void> {
    await rm(this.folderOf(owner), { recursive: true, force: true });
  }
}

function safe(name: string): string {
  if (SAFE_NAME.test(name)) return name;
  throw new VaktraError('invalid_message', `"${name}" is no name of an avatar, a record or a file.`);
}
