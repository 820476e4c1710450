// Where avatars, consents and the log of their use are kept.
import { SqliteAvatarStore } from './sqlite.ts';
import type { AvatarStore } from './types.ts';

export * from './types.ts';

/**
 * Opens the store in this folder, which is made where it is not there.
 *
 * @throws VaktraError `data_unusable`
 */
export function openAvatarStore(directory: string): AvatarStore {
  return new SqliteAvatarStore(directory);
}
