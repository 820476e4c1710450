// What the page says for the server's codes.
import type { Consent, Kind, Standing } from './api.ts';

export const STANDING_TEXT: Record<Standing, string> = {
  valid: 'May be shown',
  pending: 'Waits for the sentence',
  revoked: 'Taken back',
  expired: 'Has run out',
  erased: 'Erased',
  none: 'Nobody agreed yet',
};

export const KIND_TEXT: Record<Kind, string> = { photo: 'Photo', painting: 'Painting', drawing: 'Drawing' };

export const MANNER_TEXT: Record<Consent['manner'], string> = {
  spoken: 'Sentence read aloud',
  document: 'Signed document',
  'public-domain': 'Public domain',
  'own-work': 'Own work',
};

const ACTION_TEXT: Record<string, string> = {
  'avatar.created': 'Made',
  'avatar.changed': 'Changed',
  'avatar.renewed': 'New picture',
  'avatar.erased': 'Erased',
  'consent.asked': 'Consent asked for',
  'consent.given': 'Consent recorded',
  'consent.refused': 'Consent refused',
  'consent.revoked': 'Consent taken back',
  'consent.erased': 'Evidence erased',
  'use.started': 'Conversation began',
  'use.ended': 'Conversation ended',
  'use.refused': 'Use refused',
  'use.rendered': 'Film made',
};

/** A line of the log in words. */
export function actionText(action: string): string {
  return ACTION_TEXT[action] ?? action;
}

const dateTime = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

export function timeText(iso: string): string {
  return dateTime.format(new Date(iso));
}

/** The same names in the page's language as the browser has them. */
export function languageName(tag: string): string {
  return new Intl.DisplayNames(undefined, { type: 'language' }).of(tag) ?? tag;
}
