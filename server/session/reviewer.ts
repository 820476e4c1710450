// What the moderation means for one conversation: a sentence that may not be said is replaced by a phrase that says so, and what
// a visitor said so is not passed on. Where there is no moderation there is no reviewer.

import { type Moderation, phrasesFor, type Saying } from '../bot/index.ts';
import { VaktraError } from '../errors.ts';

/** How much of what was spoken before a sentence counts with it: a phrase may begin there. */
const MOST_BEFORE_CHARS = 240;

export class Reviewer {
  readonly #moderation: Moderation;
  readonly #conversationId: string;
  readonly #refused: (error: VaktraError) => void;

  /** @param refused told of everything that was left out */
  constructor(moderation: Moderation, conversationId: string, refused: (error: VaktraError) => void) {
    this.#moderation = moderation;
    this.#conversationId = conversationId;
    this.#refused = refused;
  }

  /** For the sentences of one speech: what is spoken for each, the phrase once for several refused in a row. */
  speech(language: string, signal: AbortSignal): (sentence: string) => Promise<string | undefined> {
    let wasRefused = false;
    /** What is spoken before the sentence, without a gap. */
    let before = '';
    return async (text) => {
      const isAllowed = await this.#allows({ who: 'avatar', before, text, language }, signal);
      before = isAllowed ? `${before} ${text}`.slice(-MOST_BEFORE_CHARS) : '';
      const isFirst = !wasRefused;
      wasRefused = !isAllowed;
      if (isAllowed || signal.aborted) return text;
      this.#refused(new VaktraError('moderation_refused', 'A sentence may not be said and was left out.'));
      return isFirst ? phrasesFor(language).refused : undefined;
    };
  }

  /** Whether a visitor's words may be passed on. */
  async allowsVisitor(text: string, language: string): Promise<boolean> {
    const isAllowed = await this.#allows({ who: 'visitor', text, language });
    if (isAllowed) return true;
    this.#refused(new VaktraError('moderation_refused', 'What was said to the avatar was not passed on.'));
    return false;
  }

  /** Whether the avatar may say what a person wrote for it. */
  allowsAgent(text: string, language: string): Promise<boolean> {
    return this.#allows({ who: 'avatar', text, language });
  }

  #allows(saying: Omit<Saying, 'conversationId'>, signal?: AbortSignal) {
    return this.#moderation.allows({ ...saying, conversationId: this.#conversationId }, signal);
  }
}
