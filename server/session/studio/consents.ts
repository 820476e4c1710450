// Consent records of avatars: asked for, given in one of the ways, taken back. Every step is a line of the log.
import { randomUUID } from 'node:crypto';
import type { AvatarStore, ConsentRecord, SpokenChallenge, StoredAvatar } from '../../avatar/index.ts';
import { toVaktraError, VaktraError } from '../../errors.ts';
import type { Recogniser } from '../../speech/index.ts';
import { checkReading, newChallenge, openChallenge, spokenLanguages } from './spoken-consent.ts';

/** Largest document, in bytes: a scan of some pages. */
const MAX_DOCUMENT_BYTES = 10_000_000;
/** First bytes of what documents may be. */
const DOCUMENT_KINDS = [
  { name: 'document.pdf', first: [0x25, 0x50, 0x44, 0x46] },
  { name: 'document.jpg', first: [0xff, 0xd8, 0xff] },
  { name: 'document.png', first: [0x89, 0x50, 0x4e, 0x47] },
] as const;

/** What every record says, whatever the manner. */
export interface ConsentWish {
  who: string;
  recordedBy: string;
  purpose: string;
  /** ISO 8601; without it, until it is revoked. */
  until?: string | undefined;
}

export interface ConsentRules {
  codeMinutes: number;
}

export class StudioConsents {
  readonly #store: AvatarStore;
  readonly #recogniser: Recogniser | undefined;
  readonly #rules: ConsentRules;
  /** Readings that are being checked: one code is not tried twice at once. */
  readonly #checking = new Set<string>();

  constructor(store: AvatarStore, recogniser: Recogniser | undefined, rules: ConsentRules) {
    this.#store = store;
    this.#recogniser = recogniser;
    this.#rules = rules;
  }

  /** Languages in which a sentence can be read. */
  spokenLanguages(): string[] {
    return spokenLanguages(this.#recogniser);
  }

  of(avatarId: string): Promise<ConsentRecord[]> {
    return this.#store.consentsOf(avatarId);
  }

  /**
   * Asks for a spoken consent: the record waits for `answer`.
   *
   * @throws VaktraError `avatar_unknown`, `consent_not_spoken`
   */
  async ask(avatarId: string, wish: ConsentWish, language: string): Promise<ConsentRecord> {
    const avatar = await this.#store.avatar(avatarId);
    const challenge = newChallenge(language, this.#recogniser, this.#rules.codeMinutes);
    return this.#add({ ...newRecord(avatar, wish), manner: 'spoken', status: 'pending', challenge }, 'consent.asked');
  }

  /**
   * The sentence was read: the record is valid where it was read rightly, by the person in the portrait.
   *
   * @throws VaktraError `consent_unknown`, `consent_code_expired`, `consent_sentence_wrong`, `consent_face_differs`, `picture_*`
   */
  async answer(
    consentId: string,
    answer: { sound: Uint8Array; picture: Uint8Array },
    pictureOf: (avatar: StoredAvatar) => Promise<Uint8Array>,
  ): Promise<ConsentRecord> {
    const record = await this.#store.consent(consentId);
    const challenge = openChallenge(record);
    if (this.#checking.has(consentId)) {
      throw new VaktraError('invalid_message', 'A reading of this sentence is being checked: wait for its answer.');
    }
    this.#checking.add(consentId);
    try {
      return await this.#check(record, challenge, answer, pictureOf);
    } catch (thrown) {
      const { code } = toVaktraError(thrown);
      await this.#store.saveConsent({ ...record, challenge: { ...challenge, attempts: challenge.attempts + 1 } });
      await this.#log('consent.refused', record, code);
      throw thrown;
    } finally {
      this.#checking.delete(consentId);
    }
  }

  /** @throws VaktraError `avatar_unknown`, `document_refused` */
  async addDocument(avatarId: string, wish: ConsentWish, document: Uint8Array): Promise<ConsentRecord> {
    const avatar = await this.#store.avatar(avatarId);
    const kind = DOCUMENT_KINDS.find(({ first }) => first.every((byte, i) => document[i] === byte));
    if (!kind || document.length > MAX_DOCUMENT_BYTES) {
      const sentence = `A signed document must be a PDF, JPEG or PNG of at most ${MAX_DOCUMENT_BYTES / 1e6} MB.`;
      throw new VaktraError('document_refused', sentence);
    }
    const record: ConsentRecord = { ...newRecord(avatar, wish), manner: 'document', ...validNow() };
    await this.#store.writeFile(record.id, kind.name, document);
    return this.#add(record, 'consent.given');
  }

  /**
   * Nobody needs to be asked: the picture is in the public domain, or the operator's own painting or drawing.
   *
   * @throws VaktraError `avatar_unknown`, `invalid_message` for an own photo: the person in it has to agree
   */
  async declare(
    avatarId: string,
    wish: ConsentWish,
    manner: 'public-domain' | 'own-work',
    source: string,
  ): Promise<ConsentRecord> {
    const avatar = await this.#store.avatar(avatarId);
    if (manner === 'own-work' && avatar.kind === 'photo') {
      const sentence =
        'A photo shows a person who has to agree, whoever took it: ask for a spoken or a signed consent.';
      throw new VaktraError('invalid_message', sentence);
    }
    return this.#add({ ...newRecord(avatar, wish), manner, source, ...validNow() }, 'consent.given');
  }

  /** Harmless twice. Conversations end with `consent_revoked` within seconds. */
  async revoke(consentId: string): Promise<ConsentRecord> {
    const record = await this.#store.consent(consentId);
    if (record.status === 'revoked' || record.status === 'erased') return record;
    const { challenge: _, ...kept } = record;
    return this.#add({ ...kept, status: 'revoked', revokedAt: new Date().toISOString() }, 'consent.revoked');
  }

  async #check(
    record: ConsentRecord,
    challenge: SpokenChallenge,
    answer: { sound: Uint8Array; picture: Uint8Array },
    pictureOf: (avatar: StoredAvatar) => Promise<Uint8Array>,
  ): Promise<ConsentRecord> {
    if (!this.#recogniser || record.avatarId === undefined) {
      throw new VaktraError('consent_not_spoken', 'Nothing here recognises what is read: upload a signed document.');
    }
    const avatar = await this.#store.avatar(record.avatarId);
    const portrait = { image: await pictureOf(avatar), face: avatar.face };
    const description = await checkReading(challenge, answer, portrait, this.#recogniser);
    await this.#store.writeFile(record.id, 'reading.wav', answer.sound);
    await this.#store.writeFile(record.id, 'camera', answer.picture);
    await this.#store.writeFile(record.id, 'face.f32', new Uint8Array(description.slice().buffer));
    const { challenge: _, ...kept } = record;
    // The picture may have become another one meanwhile: it is for the one that was compared.
    return this.#add({ ...kept, version: avatar.version, ...validNow() }, 'consent.given');
  }

  async #add(record: ConsentRecord, action: string): Promise<ConsentRecord> {
    await this.#store.saveConsent(record);
    await this.#log(action, record, record.manner);
    return record;
  }

  #log(action: string, { id, avatarId }: ConsentRecord, detail: string): Promise<void> {
    return this.#store.log({ action, avatarId, consentId: id, detail });
  }
}

function newRecord({ id, version }: StoredAvatar, wish: ConsentWish) {
  return { ...wish, id: randomUUID(), avatarId: id, version, createdAt: new Date().toISOString() };
}

function validNow(): { status: 'valid'; givenAt: string } {
  return { status: 'valid', givenAt: new Date().toISOString() };
}
