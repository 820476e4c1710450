// What may be said, by visitors and by the avatar: a list of words and, behind it, a webhook. Reads sentences; changes none.

import type { Logger } from 'pino';
import { createOutgoingFetch } from '../../runtime/index.ts';
import type { Moderation } from './types.ts';
import { createModerationWebhook } from './webhook.ts';
import { createWordList } from './word-list.ts';

export type { Moderation, Saying } from './types.ts';

export interface ModerationOptions {
  words: readonly string[];
  webhook: {
    url: string | null;
    secret: string | null;
    timeoutSeconds: number;
    /** What becomes of a sentence whose check fails. */
    onFailure: 'allow' | 'refuse';
  };
  allowPrivate: boolean;
  logger: Logger;
}

/** The moderation that the settings describe, shared by all conversations; undefined where they describe none. */
export function createModeration(options: ModerationOptions): Moderation | undefined {
  const { words, webhook, allowPrivate, logger } = options;
  const { url, secret, timeoutSeconds, onFailure } = webhook;
  if (words.length === 0 && url === null) return undefined;
  const isListed = createWordList(words);
  const asks =
    url === null
      ? undefined
      : createModerationWebhook({
          url,
          secret: secret ?? undefined,
          timeoutMs: timeoutSeconds * 1000,
          fetch: createOutgoingFetch({ allowPrivate }),
        });
  return {
    async allows(saying, signal) {
      if (isListed(saying.text) || isListed(`${saying.before ?? ''} ${saying.text}`)) return false;
      if (!asks) return true;
      try {
        return await asks(saying, signal);
      } catch (error) {
        // Nobody waits for it any more: what is answered is not heard.
        if (signal?.aborted) return false;
        logger.warn({ err: error, conversation: saying.conversationId, onFailure }, 'the moderation failed');
        return onFailure === 'allow';
      }
    },
  };
}
