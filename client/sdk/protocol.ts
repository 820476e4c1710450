// The part of the protocol that this client speaks, as types made from the server's schemas (server/signaling/messages.ts). The package
// has these written out (package/build.ts), so that whoever installs it needs none of the server.
import type { ErrorCode as ServerErrorCode } from '../../server/errors.ts';
import type { ClientMessage, Results, ServerMessage } from '../../server/signaling/index.ts';

type Spoken = 'speak' | 'audio' | 'speak_end' | 'interrupt' | 'ask' | 'mood' | 'language' | 'keep_alive' | 'close';
type WithoutId<M> = M extends unknown ? Omit<M, 'id'> : never;

/** Codes of the server's refusals (docs/errors.md). */
export type ErrorCode = ServerErrorCode;
/** A message to the server; its number is the client's affair. */
export type Request = WithoutId<Extract<ClientMessage, { type: Spoken }>>;
/** What the server answers to being greeted. Media is for browsers. */
export type Hello = Omit<Results['hello'], 'rtp_capabilities'>;
/** How far a speech was heard. */
export type Heard = Extract<Results['speak'], { event_id: string }>;
export type Incoming = ServerMessage;
