// A moderation that is the customer's own server: each sentence is posted to it, signed, and it answers `{ "allowed": true }` or false.

import { z } from 'zod';
import { type OutgoingFetch, signedPost } from '../../runtime/index.ts';
import type { Saying } from './types.ts';

export interface ModerationWebhookOptions {
  url: string;
  secret: string | undefined;
  timeoutMs: number;
  fetch: OutgoingFetch;
}

const verdict = z.object({ allowed: z.boolean() });
/** An answer longer than this is no verdict. */
const MAX_ANSWER_BYTES = 10_000;

/** Posts `{ conversation, who, before, text, language }`. Rejects with whatever kept it from a verdict. */
export function createModerationWebhook({ url, secret, timeoutMs, fetch }: ModerationWebhookOptions) {
  return async ({ conversationId, ...saying }: Saying, signal?: AbortSignal): Promise<boolean> => {
    const limit = AbortSignal.any([AbortSignal.timeout(timeoutMs), ...(signal ? [signal] : [])]);
    const response = await fetch(url, signedPost({ conversation: conversationId, ...saying }, secret, limit));
    if (!response.ok) {
      await response.body?.cancel();
      throw new Error(`the webhook answers with status ${response.status}`);
    }
    return verdict.parse(JSON.parse(await bodyOf(response))).allowed;
  };
}

async function bodyOf(response: Response): Promise<string> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  const reader = response.body?.getReader();
  for (let read = await reader?.read(); read && !read.done; read = await reader?.read()) {
    bytes += read.value.byteLength;
    if (bytes > MAX_ANSWER_BYTES) {
      await reader?.cancel();
      throw new Error(`the webhook answers with more than ${MAX_ANSWER_BYTES} bytes`);
    }
    pieces.push(read.value);
  }
  return Buffer.concat(pieces).toString('utf8');
}
