// Avatars of the studio: made from an uploaded picture, named, changed, given new pictures and erased. Who agreed is not asked here;
// nothing here shows anybody.
import { randomUUID } from 'node:crypto';
import sharp from 'sharp';
import {
  type AvatarKind,
  type AvatarOptions,
  type AvatarStore,
  describePerson,
  isSameFace,
  type PictureMarks,
  preparePortrait,
  type StoredAvatar,
} from '../../avatar/index.ts';
import { VaktraError } from '../../errors.ts';
import { PICTURE_SIZE_PX, type PreparedAvatar, type PreparingStep } from '../../types.ts';
import { standingOf } from './consent-state.ts';

/** Shares are told with this many digits: a hundredth of a pixel. */
const SHARE_DIGITS = 4;
const PICTURE_QUALITY = 88;

export interface AvatarUpload {
  name: string;
  kind: AvatarKind;
  picture: Uint8Array;
  face?: number | undefined;
  options: AvatarOptions;
}

export class StudioAvatars {
  readonly #store: AvatarStore;

  constructor(store: AvatarStore) {
    this.#store = store;
  }

  list(): Promise<StoredAvatar[]> {
    return this.#store.avatars();
  }

  get(id: string): Promise<StoredAvatar> {
    return this.#store.avatar(id);
  }

  /** @throws VaktraError `picture_*` for a picture that cannot become an avatar: nothing is kept then */
  async create({ name, kind, picture, face, options }: AvatarUpload): Promise<StoredAvatar> {
    const id = randomUUID();
    const version = 1;
    const prepared = await this.#prepareNew(id, picture, face);
    const now = new Date().toISOString();
    const avatar: StoredAvatar = {
      id,
      name,
      kind,
      version,
      ...(face !== undefined && { face }),
      options,
      marks: marksOf(prepared),
      createdAt: now,
      changedAt: now,
    };
    await this.#keepPicture(avatar, picture);
    await this.#store.saveAvatar(avatar);
    await this.#store.log({ action: 'avatar.created', avatarId: id, detail: kind });
    return avatar;
  }

  /**
   * A new picture. A photo of the same person keeps what was agreed; anything else needs to be agreed anew.
   *
   * @throws VaktraError `avatar_unknown`, `picture_*`
   */
  async renew(id: string, picture: Uint8Array, face: number | undefined): Promise<StoredAvatar> {
    const old = await this.#store.avatar(id);
    const oldPicture = await this.picture(old);
    const prepared = await this.#prepareNew(id, picture, face);
    const { face: _, ...kept } = old;
    const avatar: StoredAvatar = {
      ...kept,
      ...(face !== undefined && { face }),
      version: old.version + 1,
      marks: marksOf(prepared),
      changedAt: new Date().toISOString(),
    };
    await this.#keepPicture(avatar, picture);
    const isSame = old.kind === 'photo' && (await samePerson([oldPicture, old.face], [picture, face]));
    await this.#store.saveAvatar(avatar);
    if (isSame) await this.#carryConsents(old, avatar);
    await this.#store.log({
      action: 'avatar.renewed',
      avatarId: id,
      detail: `version ${avatar.version}, ${isSame ? 'same face' : 'to be agreed anew'}`,
    });
    return avatar;
  }

  async change(id: string, wish: { name?: string | undefined; options?: AvatarOptions | undefined }) {
    const avatar = await this.#store.avatar(id);
    const changed: StoredAvatar = {
      ...avatar,
      name: wish.name ?? avatar.name,
      options: wish.options ?? avatar.options,
      changedAt: new Date().toISOString(),
    };
    await this.#store.saveAvatar(changed);
    await this.#store.log({ action: 'avatar.changed', avatarId: id });
    return changed;
  }

  /** Everything of it is gone afterwards but the lines of the log. */
  async erase(id: string): Promise<void> {
    await this.#store.avatar(id);
    await this.#store.eraseAvatar(id);
    await this.#store.log({ action: 'avatar.erased', avatarId: id });
  }

  /** The picture as it was uploaded. */
  async picture({ id, version }: StoredAvatar): Promise<Uint8Array> {
    const picture = await this.#store.readFile(id, pictureName(version));
    if (picture) return picture;
    throw new VaktraError('avatar_unknown', `The picture of avatar "${id}" is not there any more: upload it again.`);
  }

  async prepare(avatar: StoredAvatar, onStep?: (step: PreparingStep) => void): Promise<PreparedAvatar> {
    const { face } = avatar;
    const picture = await this.picture(avatar);
    return preparePortrait(picture, { face, cacheDir: this.#store.folderOf(avatar.id), onStep });
  }

  /** JPEG, as it is drawn at rest, without what people see of it: whoever may see the studio may see this. */
  async framedPicture(id: string): Promise<Uint8Array> {
    const { rgba } = await this.prepare(await this.#store.avatar(id));
    return sharp(rgba, { raw: { width: PICTURE_SIZE_PX, height: PICTURE_SIZE_PX, channels: 4 } })
      .removeAlpha()
      .jpeg({ quality: PICTURE_QUALITY })
      .toBuffer();
  }

  /** Leaves nothing behind where the picture is refused. */
  #prepareNew(id: string, picture: Uint8Array, face: number | undefined): Promise<PreparedAvatar> {
    return preparePortrait(picture, { face, cacheDir: this.#store.folderOf(id) });
  }

  #keepPicture({ id, version }: StoredAvatar, picture: Uint8Array): Promise<void> {
    return this.#store.writeFile(id, pictureName(version), picture);
  }

  async #carryConsents(old: StoredAvatar, { version }: StoredAvatar): Promise<void> {
    for (const record of await this.#store.consentsOf(old.id)) {
      if (record.version !== old.version || standingOf(record) !== 'valid') continue;
      await this.#store.saveConsent({ ...record, version });
    }
  }
}

function pictureName(version: number): string {
  return `picture-${version}`;
}

async function samePerson(
  ...pictures: [readonly [Uint8Array, number | undefined], readonly [Uint8Array, number | undefined]]
): Promise<boolean> {
  const [[first, firstFace], [second, secondFace]] = pictures;
  return isSameFace(await describePerson(first, firstFace), await describePerson(second, secondFace));
}

function marksOf({ landmarks, warnings }: PreparedAvatar): PictureMarks {
  const share = (pixels: number) => Number((pixels / PICTURE_SIZE_PX).toFixed(SHARE_DIGITS));
  const points = Array.from({ length: landmarks.length / 3 }, (_, i) => [
    landmarks[3 * i] ?? 0,
    landmarks[3 * i + 1] ?? 0,
  ]) as [number, number][];
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  return {
    box: {
      left: share(left),
      top: share(top),
      width: share(Math.max(...xs) - left),
      height: share(Math.max(...ys) - top),
    },
    landmarks: points.flat().map(share),
    warnings,
  };
}
