// The faces a conversation can have: the shipped portraits, prepared once and shared by all conversations, and uploads,
// which belong to their conversation alone and are never stored.

import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { loadPortraits, type Portrait, preparePortrait } from '../avatar/index.ts';
import { VaktraError } from '../errors.ts';
import { PICTURE_SIZE_PX, type PreparedAvatar, type PreparingStep } from '../types.ts';
import type { PortraitSummary } from './types.ts';

const THUMBNAIL_QUALITY = 82;

export class Gallery {
  readonly #portraits: Portrait[];
  readonly #cacheDir: string;
  readonly #prepared = new Map<string, Promise<PreparedAvatar>>();

  private constructor(portraits: Portrait[], cacheDir: string) {
    this.#portraits = portraits;
    this.#cacheDir = cacheDir;
  }

  /**
   * @param cacheDir where prepared portraits are kept between starts
   * @throws VaktraError `config_invalid` when the folder's list cannot be used
   */
  static async load(directory: string, cacheDir: string): Promise<Gallery> {
    return new Gallery(await loadPortraits(directory), cacheDir);
  }

  list(): PortraitSummary[] {
    return this.#portraits.map(({ id, title, artist, year, licence }) => ({ id, title, artist, year, licence }));
  }

  /** All that is known of each, for its consent record. */
  get portraits(): readonly Portrait[] {
    return this.#portraits;
  }

  /** @throws VaktraError `portrait_unknown` */
  find(id: string): Portrait {
    const portrait = this.#portraits.find((one) => one.id === id);
    if (portrait) return portrait;
    const known = this.#portraits.map((one) => one.id).join(', ');
    throw new VaktraError(
      'portrait_unknown',
      `There is no portrait "${id}": choose one of ${known}, or upload a picture.`,
    );
  }

  /** @throws VaktraError `portrait_unknown`, or what makes its picture unusable */
  async prepare(id: string, onStep?: (step: PreparingStep) => void): Promise<PreparedAvatar> {
    const portrait = this.find(id);
    let prepared = this.#prepared.get(id);
    if (!prepared) {
      prepared = readFile(portrait.file).then((image) => preparePortrait(image, { cacheDir: this.#cacheDir, onStep }));
      this.#prepared.set(id, prepared);
      // A failure is told to this caller and tried again for the next.
      prepared.catch(() => this.#prepared.delete(id));
    }
    return prepared;
  }

  /** @param face which one of several, by its place in the refusal's list */
  prepareUpload(
    image: Uint8Array,
    face: number | undefined,
    onStep?: (step: PreparingStep) => void,
  ): Promise<PreparedAvatar> {
    return preparePortrait(image, { face, onStep });
  }

  /** The portrait as it is framed, JPEG. */
  async thumbnail(id: string, sizePx: number): Promise<Uint8Array> {
    const { rgba } = await this.prepare(id);
    return sharp(rgba, { raw: { width: PICTURE_SIZE_PX, height: PICTURE_SIZE_PX, channels: 4 } })
      .resize(sizePx, sizePx)
      .removeAlpha()
      .jpeg({ quality: THUMBNAIL_QUALITY })
      .toBuffer();
  }
}
