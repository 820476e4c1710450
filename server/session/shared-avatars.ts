// Prepared avatars that conversations of one thread share: each is there once, for as long as a conversation uses it.
// Both sides of a pipeline worker keep one, in step: the main thread to know what to send, the worker to find it.

import type { PreparedAvatar } from '../types.ts';

export class SharedAvatars {
  readonly #avatars = new Map<number, PreparedAvatar>();
  /** Which avatar each conversation uses. */
  readonly #uses = new Map<string, number>();

  /** The avatar of this number, if a conversation uses it. */
  get(avatarId: number): PreparedAvatar | undefined {
    return this.#avatars.get(avatarId);
  }

  use(conversationId: string, avatarId: number, avatar: PreparedAvatar): void {
    this.#avatars.set(avatarId, avatar);
    this.#uses.set(conversationId, avatarId);
  }

  /** The conversation is over; its avatar goes with the last one that used it. Harmless twice. */
  release(conversationId: string): void {
    const avatarId = this.#uses.get(conversationId);
    if (avatarId === undefined) return;
    this.#uses.delete(conversationId);
    if (![...this.#uses.values()].includes(avatarId)) this.#avatars.delete(avatarId);
  }
}
