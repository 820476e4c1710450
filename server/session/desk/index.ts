// People who stand in for the avatar.

export { Desk, type DeskOptions } from './desk.ts';
export { type MessageStore, openMessageStore } from './messages.ts';
export { type Agent, Person } from './person.ts';
export type { DeskConversation, DeskEntry, DeskView, LeftMessage } from './types.ts';
