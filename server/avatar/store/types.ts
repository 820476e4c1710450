// What is kept of avatars: their pictures and choices, who agreed to their use, and a log of every use. One interface, so that a
// database server can take the place of the embedded one.
import type { Emotion, PortraitWarning } from '../../types.ts';

/** What the picture is: a real person needs to agree, a painting or drawing needs a source. */
export const AVATAR_KINDS = ['photo', 'painting', 'drawing'] as const;
export type AvatarKind = (typeof AVATAR_KINDS)[number];

/** What whoever made the avatar chose for its conversations; a conversation may choose otherwise. */
export interface AvatarOptions {
  /** BCP 47 tag. */
  language?: string | undefined;
  /** As a request's `background`: keep, blur, transparent or a colour such as #2f6f4f. */
  background?: string | undefined;
  /** The crop of the viewers' picture: square, portrait or landscape. */
  framing?: string | undefined;
  emotion?: Emotion | undefined;
}

/** Where things are in the picture as it is drawn, in shares (0..1) of its side. */
export interface PictureMarks {
  box: { left: number; top: number; width: number; height: number };
  /** x, y of each landmark, one after the other. */
  landmarks: number[];
  warnings: PortraitWarning[];
}

/** Times are ISO 8601 in UTC. */
export interface StoredAvatar {
  id: string;
  name: string;
  kind: AvatarKind;
  /** From 1 on; each new picture is a new one. */
  version: number;
  /** Which face of a picture with several. */
  face?: number | undefined;
  options: AvatarOptions;
  marks: PictureMarks;
  createdAt: string;
  changedAt: string;
}

/**
 * How it was agreed. `spoken`: the person read a sentence with a one-time code aloud. `document`: a signed paper. `public-domain`,
 * `own-work`: nobody needs to, and the source says why. `statement`: a visitor's word for one conversation.
 */
export const CONSENT_MANNERS = ['spoken', 'document', 'public-domain', 'own-work', 'statement'] as const;
export type ConsentManner = (typeof CONSENT_MANNERS)[number];

/** `pending`: the sentence was not read yet. What has expired is `valid` with an end that has passed. */
export type ConsentStatus = 'pending' | 'valid' | 'revoked' | 'erased';

export interface ConsentRecord {
  id: string;
  /** The avatar, or the shipped portrait; undefined for a visitor's statement. */
  avatarId?: string | undefined;
  /** The version of the avatar's picture that it is for. */
  version: number;
  manner: ConsentManner;
  status: ConsentStatus;
  /** Who is shown and agreed; for a work, whose it is. */
  who: string;
  /** Who entered the record. */
  recordedBy: string;
  /** What the avatar may be used for. */
  purpose: string;
  /** Where a work comes from. */
  source?: string | undefined;
  createdAt: string;
  /** When it became valid. */
  givenAt?: string | undefined;
  /** Until when it is good; without it, until it is revoked. */
  until?: string | undefined;
  revokedAt?: string | undefined;
  /** Of a spoken one: what is to be read, and until when. */
  challenge?: SpokenChallenge | undefined;
}

export interface SpokenChallenge {
  language: string;
  sentence: string;
  /** Digits that the sentence ends with. */
  code: string;
  expiresAt: string;
  attempts: number;
}

/** What happened, without any personal data: it outlives what it tells of. */
export interface AuditEntry {
  action: string;
  avatarId?: string | undefined;
  consentId?: string | undefined;
  conversationId?: string | undefined;
  /** A code or a number, never a name. */
  detail?: string | undefined;
}

export interface AuditLine extends AuditEntry {
  number: number;
  at: string;
}

export interface AuditQuery {
  avatarId?: string | undefined;
  /** Only lines before this number. */
  before?: number | undefined;
  limit: number;
}

/**
 * All methods reject with a VaktraError: `avatar_unknown`, `consent_unknown` for what is not there, `data_unusable` where the place
 * cannot be read or written.
 */
export interface AvatarStore {
  avatars(): Promise<StoredAvatar[]>;
  avatar(id: string): Promise<StoredAvatar>;
  saveAvatar(avatar: StoredAvatar): Promise<void>;
  /** Forgets the avatar, all its files, and in its consent records all that is personal. */
  eraseAvatar(id: string): Promise<void>;

  consent(id: string): Promise<ConsentRecord>;
  /** Newest first. */
  consentsOf(avatarId: string): Promise<ConsentRecord[]>;
  saveConsent(record: ConsentRecord): Promise<void>;
  /** Forgets all of the record but that it was there; its files, too. */
  eraseConsent(id: string): Promise<void>;
  /** Records that ended before this time and still have files or names. */
  consentsEndedBefore(time: string): Promise<ConsentRecord[]>;

  /** Adds a line; lines are never changed or taken away. */
  log(entry: AuditEntry): Promise<void>;
  /** Newest first. */
  audit(query: AuditQuery): Promise<AuditLine[]>;

  /** @param owner id of the avatar or consent that the file belongs to and is erased with */
  writeFile(owner: string, name: string, bytes: Uint8Array): Promise<void>;
  readFile(owner: string, name: string): Promise<Uint8Array | undefined>;
  eraseFiles(owner: string): Promise<void>;
  /** A folder of this owner's for what can be made again; erased with the other files. */
  folderOf(owner: string): string;

  close(): Promise<void>;
}
