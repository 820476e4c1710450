// Who is in which conversation, and when a conversation that nobody uses is closed, so that nothing leaks.
// Closing rules: without a socket after a short grace, with one after a long time without use.
import { VaktraError } from '../errors.ts';
import type { Conversation } from '../session/index.ts';

export interface AttendanceLimits {
  /** How long a new conversation waits for its first socket. */
  firstSocketMs: number;
  /** How long it waits for a socket to come back, after the last one left or after an HTTP request. */
  graceMs: number;
  /** How long a conversation with a socket may go unused. */
  idleMs: number;
}

interface Entry {
  conversation: Conversation;
  sockets: number;
  wasAttended: boolean;
  timer?: NodeJS.Timeout;
}

export class Attendance {
  readonly #limits: AttendanceLimits;
  readonly #onFailure: (error: unknown) => void;
  readonly #entries = new Map<string, Entry>();

  /** @param onFailure told when closing an unused conversation failed */
  constructor(limits: AttendanceLimits, onFailure: (error: unknown) => void) {
    this.#limits = limits;
    this.#onFailure = onFailure;
  }

  /** Watches a conversation from now on until it closes. Watching twice is harmless. */
  watch(conversation: Conversation): void {
    if (this.#entries.has(conversation.id)) return;
    this.#entries.set(conversation.id, { conversation, sockets: 0, wasAttended: false });
    this.#rearm(conversation.id);
    conversation.on('closed', () => this.#forget(conversation.id));
    // Speech that comes from a microphone shows itself only as a change of state.
    conversation.on('state', () => this.touch(conversation.id));
  }

  join(conversation: Conversation): void {
    this.watch(conversation);
    this.#count(conversation.id, 1);
  }

  leave(id: string): void {
    this.#count(id, -1);
  }

  /** The conversation was used: its time starts anew. */
  touch(id: string): void {
    this.#entries.get(id)?.timer?.refresh();
  }

  /** Stops all timers; closes no conversation. */
  close(): void {
    for (const id of [...this.#entries.keys()]) this.#forget(id);
  }

  #count(id: string, change: number): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    entry.sockets += change;
    entry.wasAttended = true;
    this.#rearm(id);
  }

  #rearm(id: string): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    clearTimeout(entry.timer);
    const attended = entry.sockets > 0;
    const absenceMs = entry.wasAttended ? this.#limits.graceMs : this.#limits.firstSocketMs;
    const limitMs = attended ? this.#limits.idleMs : absenceMs;
    entry.timer = setTimeout(() => this.#expire(entry.conversation, attended, limitMs), limitMs);
    // A server that stops must not wait for a conversation's time to run out.
    entry.timer.unref();
  }

  #expire(conversation: Conversation, attended: boolean, limitMs: number): void {
    const why = attended ? 'was not used' : 'had no socket';
    const sentence = `The conversation ${why} for ${limitMs / 1000} s and was closed: open a new one.`;
    conversation.close(new VaktraError('conversation_closed', sentence)).catch(this.#onFailure);
  }

  #forget(id: string): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    clearTimeout(entry.timer);
    this.#entries.delete(id);
  }
}
