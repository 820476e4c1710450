// What a brain is: it reads a question with what was said before and answers in parts, as they come.

import type { SampleIndex } from '../types.ts';

/** One contribution to a conversation, as it was heard: what an interrupt cut off is not in `text`. */
export interface Said {
  who: 'visitor' | 'avatar' | 'agent';
  text: string;
  /** Where it began on the conversation's clock. */
  sample: SampleIndex;
  /** The moderation refused it: `text` says that something was said, and not what. No brain reads it. */
  refused?: true;
}

export interface Question {
  conversationId: string;
  /** What the visitor said or wrote. */
  text: string;
  /** BCP 47 tag of the visitor's language. */
  language: string;
  /** Oldest first, without the question. */
  history: readonly Said[];
}

/** What comes out of a brain, in order; nothing at all is an answer too (nothing is said then). */
export type AnswerPart =
  /** To be spoken; may break off anywhere, also within a word. */
  | { type: 'text'; text: string }
  /** Where the text before comes from, for the page; not spoken. */
  | { type: 'source'; title: string; url: string }
  /** The visitor is to be given to a person. */
  | { type: 'hand_over'; reason: string }
  /** The conversation is over once the answer was heard. */
  | { type: 'end' };

export interface Brain {
  readonly name: BrainName;
  /**
   * Answers a question. Ending the iteration early, or `signal`, ends all work for it at once, without an error.
   *
   * The iteration throws VaktraError `brain_failed`, after which nothing more comes; what came before stands.
   */
  answer(question: Question, signal: AbortSignal): AsyncIterable<AnswerPart>;
  /** What visitors may ask, as a page offers it to be touched; `language` is a BCP 47 tag. Empty where anything goes. */
  topics(language: string): readonly string[];
  close(): Promise<void>;
}

export type BrainName = 'faq' | 'llm' | 'webhook';
