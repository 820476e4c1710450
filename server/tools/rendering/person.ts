// Who is shown in a file, let in by a consent record as in a conversation: an avatar of the studio by its own, a picture by the word of
// whoever agreed. Each file is a use in the studio's log, and ends when the record is taken back meanwhile.
import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { readFile } from 'node:fs/promises';
import { type AvatarOptions, openAvatarStore, preparePortrait } from '../../avatar/index.ts';
import type { Config } from '../../config.ts';
import { VaktraError } from '../../errors.ts';
import { type Admission, Studio } from '../../session/index.ts';
import type { PreparedAvatar } from '../../types.ts';
import type { Who } from './arguments.ts';

/** A file that takes longer than this to render was forgotten. */
const STATEMENT_SECONDS = 86_400;

export interface Person {
  avatar: PreparedAvatar;
  admission: Admission;
  options: AvatarOptions;
  /** What the file says about who agreed; a name only where it was given for the file. */
  consent: string;
  /** Aborted, with the reason, when the consent ends while the file is made. */
  signal: AbortSignal;
}

/** What the guard watches in place of a conversation. */
class Rendering extends EventEmitter<{ closed: [{ error?: VaktraError }] }> {
  readonly id = `render-${randomUUID()}`;
  readonly #controller = new AbortController();

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  async close(error?: VaktraError): Promise<void> {
    if (error) this.#controller.abort(error);
  }

  end(error: VaktraError | undefined): void {
    this.emit('closed', error ? { error } : {});
  }
}

/**
 * Runs `use` with whoever is to be shown.
 *
 * @throws VaktraError `avatar_unknown`, `consent_*`, `picture_*`, `data_unusable`, or whatever `use` throws
 */
export async function withPerson(config: Config, who: Who, use: (person: Person) => Promise<void>): Promise<void> {
  const studio = new Studio({
    store: openAvatarStore(config.data.directory),
    recogniser: undefined,
    codeMinutes: config.consent.codeMinutes,
    evidenceDays: config.data.evidenceDays,
    statementSeconds: STATEMENT_SECONDS,
    logger: console,
  });
  const rendering = new Rendering();
  try {
    const { admission, ...shown } = await admit(studio, who);
    await studio.guard.opened(rendering, admission);
    try {
      await use({ ...shown, admission, signal: rendering.signal });
      rendering.end(undefined);
    } catch (error) {
      rendering.end(error instanceof VaktraError ? error : new VaktraError('internal', 'The file was not made.'));
      throw error;
    }
  } finally {
    await studio.close();
  }
}

async function admit(studio: Studio, who: Who): Promise<Omit<Person, 'signal'>> {
  if ('avatar' in who) {
    const stored = await studio.avatars.get(who.avatar);
    const admission = await studio.guard.admit(stored.id, stored.version);
    const avatar = await studio.avatars.prepare(stored);
    return { avatar, admission, options: stored.options, consent: `record ${admission.consentId}` };
  }
  const { portrait, face, consent } = who;
  const avatar = await preparePortrait(await readPicture(portrait), { face });
  return { avatar, admission: await studio.guard.admitStatement(consent), options: {}, consent };
}

async function readPicture(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new VaktraError('picture_unreadable', `The picture ${path} cannot be read: check the path.`, {
      cause: error,
    });
  }
}
