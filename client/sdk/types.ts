// What users of the client say and hear.
import type { VaktraClientError } from './error.ts';
import type { Incoming, Request } from './protocol.ts';

/** What the server says by itself. */
export type ServerEvent = Exclude<Incoming, { type: 'reply' | 'error' }>;

/** A mood as the face shows it: `strength` from 0 to 1. */
export type Mood = Pick<Extract<Request, { type: 'mood' }>, 'emotion' | 'strength'>;

export interface SpeakOptions extends Mood {
  /** BCP 47 tag; the conversation's language where it is left out. */
  language?: string | undefined;
  /** Your name for this speech, up to 128 characters; the same one is spoken once. Made up where it is left out. */
  eventId?: string | undefined;
}

/** How a speech went. */
export interface SpeechEnd {
  /** How much of it was heard, in samples at 48 kHz. */
  position: number;
  /** It was cut: by `interrupt()`, the visitor or another client. */
  interrupted: boolean;
  /** The words that were heard; empty for pushed sound. */
  text: string;
}

export interface ServerOptions {
  /** The server's start page, such as https://avatar.example.com or https://example.com/avatar/. */
  url: string | URL;
  /** An API key, for servers of your own. Keep it off browsers. */
  apiKey?: string | undefined;
  /** A token (docs/api.md), or where to get a fresh one: it is asked for at each connection. */
  token?: string | (() => string | Promise<string>) | undefined;
  /** How long a lost connection is tried again, in milliseconds; 60 000 where it is left out. */
  reconnectMs?: number | undefined;
  /** Keeps the conversation open while nobody uses it. The server's longest time still counts. */
  keepAlive?: boolean | undefined;
}

/** Who is seen and what is around them (docs/background.md). */
export interface OpenOptions {
  /** Id of a shipped portrait. */
  portrait?: string | undefined;
  /** Id of an avatar of the studio, in place of a portrait. */
  avatar?: string | undefined;
  background?: string | undefined;
  size?: number | undefined;
  framing?: string | undefined;
}

/** Joins the conversation of this id. */
export interface JoinOptions {
  session: string;
}

export type ConnectOptions = ServerOptions & (OpenOptions | JoinOptions);

type EventOf<T extends ServerEvent['type']> = [Extract<ServerEvent, { type: T }>];

/** Events by name; those of the server have the fields of docs/protocol.md. */
export type SessionEvents = { [T in Exclude<ServerEvent['type'], 'closed'>]: EventOf<T> } & {
  /** The connection broke off; try number `attempt` follows. */
  reconnecting: [{ attempt: number }];
  /** It is back, in the same conversation. */
  reconnected: [];
  /** A speech that the server refused, also where nobody waits for its promises. */
  'speech.failed': [{ event_id: string; error: VaktraClientError }];
  /** The conversation is over for this client; `error` says why, when it did not end it itself. */
  closed: [{ error?: VaktraClientError }];
};
