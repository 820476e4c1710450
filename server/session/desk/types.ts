// What the desk knows and shows, and what it needs of a conversation.

import type { Said } from '../../bot/index.ts';
import type { Conversation, ConversationEvents } from '../types.ts';
import type { Person } from './person.ts';

/** A conversation as the desk needs it. */
export interface DeskConversation extends Pick<Conversation, 'id' | 'portrait' | 'transcript'> {
  readonly person: Person;
  on<E extends keyof ConversationEvents>(event: E, listener: (...args: ConversationEvents[E]) => void): unknown;
}

/** A live conversation, as agents see it in their list. */
export interface DeskEntry {
  session: string;
  /** The portrait's title. */
  portrait: string;
  /** BCP 47 tag. */
  language: string;
  openMs: number;
  /** Where it waits for a person: its place, from 1 on, for how long, and why. */
  waiting: { position: number; ms: number; reason: string } | undefined;
  /** Who has taken it. */
  agent: string | undefined;
  /** It is this agent's. */
  isMine: boolean;
  /** What the visitor asked last, and what was said last by whom. */
  topic: string | undefined;
  last: Pick<Said, 'who' | 'text'> | undefined;
  /** What agents wrote down about it; gone with the conversation. */
  note: string;
}

/** What a visitor left where nobody was at the desk. */
export interface LeftMessage {
  id: string;
  /** ISO 8601. */
  at: string;
  text: string;
  /** BCP 47 tag. */
  language: string;
  /** Why a person was asked for. */
  reason: string;
}

export interface DeskView {
  /** Names of those who are signed in. */
  agents: string[];
  conversations: DeskEntry[];
  /** Newest first. */
  messages: LeftMessage[];
}
