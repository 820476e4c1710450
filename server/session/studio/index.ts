// The studio: avatars of one's own, who agreed to them, and the guard that lets nobody be shown without.
import type { AuditLine, AuditQuery, AvatarStore } from '../../avatar/index.ts';
import type { Recogniser } from '../../speech/index.ts';
import { StudioAvatars } from './avatars.ts';
import { type ConsentRules, StudioConsents } from './consents.ts';
import { ConsentGuard, type GuardOptions } from './guard.ts';

export type { AuditLine, ConsentRecord, StoredAvatar } from '../../avatar/index.ts';
export type { AvatarUpload } from './avatars.ts';
export { type ConsentStanding, consentStanding } from './consent-state.ts';
export type { ConsentWish } from './consents.ts';
export type { Admission } from './guard.ts';

export interface StudioOptions extends ConsentRules, GuardOptions {
  store: AvatarStore;
  /** Undefined where nothing recognises what is read aloud. */
  recogniser: Recogniser | undefined;
}

export class Studio {
  readonly avatars: StudioAvatars;
  readonly consents: StudioConsents;
  readonly guard: ConsentGuard;
  readonly #store: AvatarStore;

  constructor(options: StudioOptions) {
    const { store, recogniser } = options;
    this.#store = store;
    this.avatars = new StudioAvatars(store);
    this.consents = new StudioConsents(store, recogniser, options);
    this.guard = new ConsentGuard(store, options);
  }

  audit(query: AuditQuery): Promise<AuditLine[]> {
    return this.#store.audit(query);
  }

  /** Also closes the store. */
  async close(): Promise<void> {
    await this.guard.close();
    await this.#store.close();
  }
}
