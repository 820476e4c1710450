// Rows of the database as the records that the rest of the server knows.
import type { AuditLine, AvatarKind, ConsentManner, ConsentRecord, ConsentStatus, StoredAvatar } from './types.ts';

export interface AvatarRow {
  id: string;
  name: string;
  kind: string;
  version: number;
  face: number | null;
  options: string;
  marks: string;
  created_at: string;
  changed_at: string;
}

export interface ConsentRow {
  id: string;
  avatar_id: string | null;
  version: number;
  manner: string;
  status: string;
  who: string;
  recorded_by: string;
  purpose: string;
  source: string | null;
  created_at: string;
  given_at: string | null;
  until: string | null;
  revoked_at: string | null;
  challenge: string | null;
}

export interface AuditRow {
  number: number;
  at: string;
  action: string;
  avatar_id: string | null;
  consent_id: string | null;
  conversation_id: string | null;
  detail: string | null;
}

export function avatarOf(row: AvatarRow): StoredAvatar {
  return {
    id: row.id,
    name: row.name,
    kind: row.kind as AvatarKind,
    version: row.version,
    ...(row.face !== null && { face: row.face }),
    options: JSON.parse(row.options) as StoredAvatar['options'],
    marks: JSON.parse(row.marks) as StoredAvatar['marks'],
    createdAt: row.created_at,
    changedAt: row.changed_at,
  };
}

export function consentOf(row: ConsentRow): ConsentRecord {
  return {
    id: row.id,
    ...(row.avatar_id !== null && { avatarId: row.avatar_id }),
    version: row.version,
    manner: row.manner as ConsentManner,
    status: row.status as ConsentStatus,
    who: row.who,
    recordedBy: row.recorded_by,
    purpose: row.purpose,
    ...(row.source !== null && { source: row.source }),
    createdAt: row.created_at,
    ...(row.given_at !== null && { givenAt: row.given_at }),
    ...(row.until !== null && { until: row.until }),
    ...(row.revoked_at !== null && { revokedAt: row.revoked_at }),
    ...(row.challenge !== null && { challenge: JSON.parse(row.challenge) as NonNullable<ConsentRecord['challenge']> }),
  };
}

export function auditLineOf(row: AuditRow): AuditLine {
  return {
    number: row.number,
    at: row.at,
    action: row.action,
    ...(row.avatar_id !== null && { avatarId: row.avatar_id }),
    ...(row.consent_id !== null && { consentId: row.consent_id }),
    ...(row.conversation_id !== null && { conversationId: row.conversation_id }),
    ...(row.detail !== null && { detail: row.detail }),
  };
}
