// Avatars, consent records and lines of the log as they go over the wire, and the schemas of these.
import { z } from 'zod';
import { type AuditLine, type ConsentRecord, consentStanding, type StoredAvatar } from '../../session/index.ts';
import { PORTRAIT_WARNINGS } from '../../types.ts';

const standing = z.enum(['valid', 'pending', 'revoked', 'expired', 'erased', 'none']);
const share = z.number();

export const consentAnswer = z.strictObject({
  id: z.string(),
  avatar: z.string().optional(),
  version: z.int(),
  manner: z.string(),
  status: standing,
  who: z.string(),
  recorded_by: z.string(),
  purpose: z.string(),
  source: z.string().optional(),
  created_at: z.iso.datetime(),
  given_at: z.iso.datetime().optional(),
  until: z.iso.datetime().optional(),
  revoked_at: z.iso.datetime().optional(),
  challenge: z
    .strictObject({ language: z.string(), sentence: z.string(), expires_at: z.iso.datetime() })
    .optional()
    .describe('What is to be read aloud, and until when.'),
});

export const avatarAnswer = z.strictObject({
  id: z.string(),
  name: z.string(),
  kind: z.enum(['photo', 'painting', 'drawing']),
  version: z.int().describe('From 1 on; each new picture is a new one.'),
  options: z.object({}).loose(),
  marks: z.strictObject({
    box: z.strictObject({ left: share, top: share, width: share, height: share }),
    landmarks: z.array(share),
    warnings: z.array(z.strictObject({ code: z.enum(PORTRAIT_WARNINGS), message: z.string() })),
  }),
  created_at: z.iso.datetime(),
  changed_at: z.iso.datetime(),
  consent: standing.describe('Whether it may be shown now.'),
  consents: z.array(consentAnswer),
});

export const auditAnswer = z.strictObject({
  number: z.int(),
  at: z.iso.datetime(),
  action: z.string(),
  avatar: z.string().optional(),
  consent: z.string().optional(),
  conversation: z.string().optional(),
  detail: z.string().optional(),
});

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
