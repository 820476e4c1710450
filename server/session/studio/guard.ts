// No face without a record: every conversation is let in by one, is a line of the log at its beginning and its end, and is closed
// within seconds of its record's end, whoever ended it.
import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { AvatarStore, ConsentRecord } from '../../avatar/index.ts';
import { toVaktraError, type VaktraError } from '../../errors.ts';
import { refusal, standingOf, validConsent } from './consent-state.ts';

/** How soon a conversation ends after its consent did. */
const LOOK_INTERVAL_MS = 1000;
const SWEEP_INTERVAL_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** What a conversation may be shown by. */
export interface Admission {
  consentId: string;
  avatarId?: string | undefined;
}

/** What of a conversation is needed here. */
export interface GuardedConversation {
  readonly id: string;
  on(event: 'closed', listener: (end: { error?: VaktraError }) => void): unknown;
  close(error?: VaktraError): Promise<void>;
}

export interface GuardOptions {
  /** How long what belongs to an ended record is kept. */
  evidenceDays: number;
  /** After this a visitor's statement is void, should the server have been killed before the conversation ended. */
  statementSeconds: number;
  logger: Pick<Logger, 'error'>;
}

export class ConsentGuard {
  readonly #store: AvatarStore;
  readonly #options: GuardOptions;
  readonly #running = new Map<GuardedConversation, Admission>();
  readonly #timers: NodeJS.Timeout[];

  constructor(store: AvatarStore, options: GuardOptions) {
    this.#store = store;
    this.#options = options;
    this.#timers = [
      setInterval(() => this.#quietly(this.#look()), LOOK_INTERVAL_MS),
      setInterval(() => this.#quietly(this.#sweep()), SWEEP_INTERVAL_MS),
    ];
    for (const timer of this.#timers) timer.unref();
    this.#quietly(this.#sweep());
  }

  /** Portraits that come with the server are in the public domain: each has a record that says where it is from. */
  async recordShipped(portraits: readonly { id: string; artist: string; licence: string; source: string }[]) {
    for (const { id, artist, licence, source } of portraits) {
      const text = `${licence}; ${source}`;
      const known = (await this.#store.consentsOf(id)).some(
        (record) => standingOf(record) === 'valid' && record.source === text,
      );
      if (known) continue;
      const now = new Date().toISOString();
      await this.#give({
        ...{ id: randomUUID(), avatarId: id, version: 1, manner: 'public-domain', status: 'valid' },
        ...{ who: artist, recordedBy: 'config/portraits', purpose: 'shipped with the server', source: text },
        ...{ createdAt: now, givenAt: now },
      });
    }
  }

  /**
   * Lets a shipped portrait or an avatar in.
   *
   * @throws VaktraError `consent_missing`, `consent_revoked`, `consent_expired`
   */
  async admit(avatarId: string, version: number): Promise<Admission> {
    try {
      const record = validConsent(await this.#store.consentsOf(avatarId), version);
      return { consentId: record.id, avatarId };
    } catch (thrown) {
      await this.#store.log({ action: 'use.refused', avatarId, detail: toVaktraError(thrown).code });
      throw thrown;
    }
  }

  /** Lets a visitor's own picture in, on their word, for one conversation; the record goes with it. */
  async admitStatement(who: string): Promise<Admission> {
    const now = new Date();
    const until = new Date(now.getTime() + this.#options.statementSeconds * 1000);
    const id = randomUUID();
    await this.#give({
      ...{ id, version: 1, manner: 'statement', status: 'valid', who, recordedBy: 'visitor' },
      ...{ purpose: 'one conversation', createdAt: now.toISOString(), givenAt: now.toISOString() },
      until: until.toISOString(),
    });
    return { consentId: id };
  }

  /** It was let in and nothing came of it. */
  async dismiss(admission: Admission): Promise<void> {
    if (admission.avatarId === undefined) await this.#store.eraseConsent(admission.consentId);
  }

  /**
   * From here on the conversation is watched until it is closed.
   *
   * @throws VaktraError where the record ended while the conversation was opened
   */
  async opened(conversation: GuardedConversation, admission: Admission): Promise<void> {
    const record = await this.#store.consent(admission.consentId);
    const standing = standingOf(record);
    if (standing !== 'valid') throw refusal(standing);
    this.#running.set(conversation, admission);
    conversation.on('closed', ({ error }) => {
      this.#running.delete(conversation);
      this.#quietly(this.#ended(conversation.id, admission, error));
    });
    await this.#store.log({ action: 'use.started', ...admission, conversationId: conversation.id });
  }

  /** Looks at once, as a record was just ended here: conversations need not wait for the next look. */
  look(): Promise<void> {
    return this.#look();
  }

  async close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    await Promise.allSettled(this.#pending);
  }

  readonly #pending = new Set<Promise<void>>();

  async #look(): Promise<void> {
    for (const [conversation, { consentId }] of [...this.#running]) {
      const standing = standingOf(await this.#store.consent(consentId));
      if (standing !== 'valid') await conversation.close(refusal(standing));
    }
  }

  async #ended(conversationId: string, admission: Admission, error: VaktraError | undefined): Promise<void> {
    await this.#store.log({
      action: 'use.ended',
      ...admission,
      conversationId,
      ...(error && { detail: error.code }),
    });
    await this.dismiss(admission);
  }

  /** What nobody needs any more: evidence of what ended long ago, statements of conversations that ended with a killed server. */
  async #sweep(): Promise<void> {
    const now = Date.now();
    const keptSince = new Date(now - this.#options.evidenceDays * DAY_MS).toISOString();
    for (const record of await this.#store.consentsEndedBefore(new Date(now).toISOString())) {
      const end = record.revokedAt ?? record.until ?? record.createdAt;
      if (record.manner !== 'statement' && end >= keptSince) continue;
      await this.#store.eraseConsent(record.id);
      await this.#store.log({ action: 'consent.erased', avatarId: record.avatarId, consentId: record.id });
    }
  }

  async #give(record: ConsentRecord): Promise<void> {
    await this.#store.saveConsent(record);
    await this.#store.log({
      action: 'consent.given',
      avatarId: record.avatarId,
      consentId: record.id,
      detail: record.manner,
    });
  }

  #quietly(work: Promise<void>): void {
    const told = work.catch((error: unknown) =>
      this.#options.logger.error({ err: error }, 'looking after consent records failed'),
    );
    this.#pending.add(told);
    void told.finally(() => this.#pending.delete(told));
  }
}
