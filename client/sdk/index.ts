// A client for bots' servers on Node: opens or joins a conversation and has its avatar speak. docs/sdk.md explains it.
import { openSession } from './http.ts';
import { Session } from './session.ts';
import type { ConnectOptions } from './types.ts';

export type { AudioSpeech } from './audio-speech.ts';
export { VaktraClientError } from './error.ts';
export type { Session } from './session.ts';
export type { Speech } from './speech.ts';
export type { ConnectOptions, SessionEvents, SpeakOptions, SpeechEnd } from './types.ts';

/**
 * Opens a conversation, or joins the one that `session` names. A first connection that fails is not tried again.
 *
 * @throws VaktraClientError `unreachable`, or what the server refused: `conversations_full`, `portrait_unknown`, `token_invalid`, ...
 */
export async function connect(options: ConnectOptions): Promise<Session> {
  const { url, apiKey, token, reconnectMs, keepAlive, ...wish } = options;
  const server = { url, apiKey, token, reconnectMs, keepAlive };
  if ('session' in wish) return new Session(server, wish.session).join();
  const opened = await openSession(server, wish);
  return new Session(server, opened.id, opened.token).join();
}
