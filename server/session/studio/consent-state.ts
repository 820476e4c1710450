// Whether a consent record is good now, and what is said where it is not.
import type { ConsentRecord } from '../../avatar/index.ts';
import { VaktraError } from '../../errors.ts';

/** How a record stands at a moment, in one word. */
export type ConsentStanding = 'valid' | 'pending' | 'revoked' | 'expired' | 'erased';

export function standingOf(record: ConsentRecord, now = new Date()): ConsentStanding {
  if (record.status !== 'valid') return record.status;
  return record.until !== undefined && record.until <= now.toISOString() ? 'expired' : 'valid';
}

/**
 * The record that lets this version of an avatar be shown now.
 *
 * @param records newest first
 * @throws VaktraError `consent_revoked`, `consent_expired`, `consent_missing`: what the newest record that counted once says
 */
export function validConsent(records: readonly ConsentRecord[], version: number): ConsentRecord {
  const own = records.filter((record) => record.version === version);
  const valid = own.find((record) => standingOf(record) === 'valid');
  if (valid) return valid;
  const standings = own.map((record) => standingOf(record));
  throw refusal(standings.find((standing) => standing !== 'pending'));
}

export function refusal(standing: ConsentStanding | undefined): VaktraError {
  if (standing === 'revoked' || standing === 'erased') {
    const sentence = 'The consent to show this face was taken back: it is not shown any more.';
    return new VaktraError('consent_revoked', sentence);
  }
  if (standing === 'expired') {
    return new VaktraError('consent_expired', 'The consent to show this face has run out: ask for a new one.');
  }
  const sentence = 'Nobody has agreed yet that this face is shown: make a consent record in the studio first.';
  return new VaktraError('consent_missing', sentence);
}

/** How an avatar stands: valid where any record lets its version be shown, else as the newest of its records says. */
export function consentStanding(records: readonly ConsentRecord[], version: number): ConsentStanding | 'none' {
  const standings = records.filter((record) => record.version === version).map((record) => standingOf(record));
  return standings.find((standing) => standing === 'valid') ?? standings[0] ?? 'none';
}
