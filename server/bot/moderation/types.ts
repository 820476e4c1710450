// What a moderation is: it says of each sentence, before it is spoken or reaches the brain, whether it may pass.

export interface Saying {
  conversationId: string;
  /** `visitor`: what was said or written to the avatar. `avatar`: what it is about to say. */
  who: 'visitor' | 'avatar';
  text: string;
  /** What was said right before it and may be said: a phrase that begins there and ends in `text` is not to be said either. */
  before?: string;
  /** BCP 47 tag. */
  language: string;
}

export interface Moderation {
  /**
   * Whether this may be said; never rejects: a check that fails is logged and decided by the settings.
   *
   * @param signal nobody waits for the answer any more
   */
  allows(saying: Saying, signal?: AbortSignal): Promise<boolean>;
}
