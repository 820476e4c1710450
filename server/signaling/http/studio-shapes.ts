// Avatars, consent records and lines of the log as they go over the wire.
import { type AuditLine, type ConsentRecord, consentStanding, type StoredAvatar } from '../../session/index.ts';

/** @param consents newest first */
export function avatarShape(avatar: StoredAvatar, consents: readonly ConsentRecord[]): object {
  const { id, name, kind, version, options, marks, createdAt, changedAt } = avatar;
  return {
    ...{ id, name, kind, version, options, marks, created_at: createdAt, changed_at: changedAt },
    // Whether it may be shown now.
    consent: consentStanding(consents, version),
    consents: consents.map(consentShape),
  };
}

/** The code itself is in the sentence. */
export function consentShape(record: ConsentRecord): object {
  const { id, avatarId, version, manner, who, purpose, source, until, challenge } = record;
  return {
    ...{ id, avatar: avatarId, version, manner, status: consentStanding([record], version) },
    ...{ who, recorded_by: record.recordedBy, purpose, source },
    ...{ created_at: record.createdAt, given_at: record.givenAt, until, revoked_at: record.revokedAt },
    ...(challenge && {
      challenge: { language: challenge.language, sentence: challenge.sentence, expires_at: challenge.expiresAt },
    }),
  };
}

export function auditShape({ number, at, action, avatarId, consentId, conversationId, detail }: AuditLine): object {
  return { number, at, action, avatar: avatarId, consent: consentId, conversation: conversationId, detail };
}
