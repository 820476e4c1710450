// What a visitor is told of something that did not work: what to do instead, not why.
import { ApiError } from '../src/api.ts';
import type { KioskTexts } from './texts.ts';

export function complaintOf(error: unknown, { insecure, noMicrophone, noMedia, failed }: KioskTexts): string {
  const code = error instanceof ApiError ? error.code : '';
  if (code === 'microphone_insecure') return insecure;
  if (code === 'media_blocked') return noMedia;
  return code.startsWith('microphone_') ? noMicrophone : failed;
}
