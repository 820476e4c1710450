// Who is shown in a conversation: a shipped portrait, an avatar of the studio or a visitor's picture, each let in by its consent
// record before anything of it is prepared.
import type { AvatarOptions } from '../avatar/index.ts';
import { VaktraError } from '../errors.ts';
import type { PreparedAvatar, PreparingStep } from '../types.ts';
import type { Gallery } from './gallery.ts';
import type { Admission, Studio } from './studio/index.ts';
import type { PortraitChoice } from './types.ts';

/** Shipped portraits change with the server only, whose records are of this version. */
const SHIPPED_VERSION = 1;

export interface CastPortrait {
  avatar: PreparedAvatar;
  title: string;
  portraitId: string;
  admission: Admission;
  options: AvatarOptions;
}

/** @throws VaktraError `consent_*`, `portrait_unknown`, `avatar_unknown`, `picture_*` */
export async function castPortrait(
  choice: PortraitChoice,
  { gallery, studio }: { gallery: Gallery; studio: Studio },
  onStep?: (step: PreparingStep) => void,
): Promise<CastPortrait> {
  if ('id' in choice) {
    const { id, title } = gallery.find(choice.id);
    const admission = await studio.guard.admit(id, SHIPPED_VERSION);
    return { avatar: await gallery.prepare(id, onStep), title, portraitId: id, admission, options: {} };
  }
  if ('avatar' in choice) {
    const stored = await studio.avatars.get(choice.avatar);
    const { id, name, version, options } = stored;
    const admission = await studio.guard.admit(id, version);
    return { avatar: await studio.avatars.prepare(stored, onStep), title: name, portraitId: id, admission, options };
  }
  const { upload, consent, face } = choice;
  if (consent.trim() === '') {
    const sentence = 'Say who agreed to the use of this picture, or that it is in the public domain.';
    throw new VaktraError('consent_missing', sentence);
  }
  const admission = await studio.guard.admitStatement(consent.trim());
  try {
    const avatar = await gallery.prepareUpload(upload, face, onStep);
    return { avatar, title: 'Your picture', portraitId: 'upload', admission, options: {} };
  } catch (error) {
    await studio.guard.dismiss(admission);
    throw error;
  }
}
