// Who may speak with the avatar's voice: anybody in the conversation, but while a person stands in for it, that person alone.
import { VaktraError } from '../errors.ts';
import type { Conversation } from '../session/index.ts';

/** @param seat of an agent at the desk; they speak only where they have taken the conversation */
export function mayUseVoice({ person }: Conversation, seat: string | undefined): boolean {
  return person.agent?.seat === seat;
}

/** @throws VaktraError `conversation_taken`, `conversation_not_taken` */
export function requireVoice(conversation: Conversation, seat: string | undefined): void {
  if (mayUseVoice(conversation, seat)) return;
  const { agent } = conversation.person;
  if (agent)
    throw new VaktraError(
      'conversation_taken',
      `${agent.name} speaks in this conversation: wait until they give it back.`,
    );
  throw new VaktraError('conversation_not_taken', 'Nobody has taken this conversation: take it first.');
}

/** Of what is for the agent alone. @throws VaktraError `conversation_taken`, `conversation_not_taken`, `scope_missing` */
export function requireOwn(conversation: Conversation, seat: string | undefined): void {
  if (seat === undefined)
    throw new VaktraError('scope_missing', 'This is for agents at the desk: say "hello" with a seat.');
  requireVoice(conversation, seat);
}
