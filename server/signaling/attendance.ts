// Who is in which conversation, and when a conversation that nobody uses is closed, so that nothing leaks.
// Closing rules: without a socket after a short grace, with one after a long time without use, and any after its longest time.
// Before the latter two its clients are warned.
import { VaktraError } from '../errors.ts';
import type { Conversation } from '../session/index.ts';

export interface AttendanceLimits {
  /** How long a new conversation waits for its first socket. */
  firstSocketMs: number;
  /** How long it waits for a socket to come back, after the last one left or after an HTTP request. */
  graceMs: number;
  /** How long a conversation with a socket may go unused. */
  idleMs: number;
  /** How long a conversation may last at all. */
  maxMs: number;
  /** How long before it is closed for want of use or for its length its clients are warned. */
  warningMs: number;
}

interface Entry {
  conversation: Conversation;
  sockets: number;
  /** It listens, thinks or speaks: that is use, however long it takes. */
  isBusy: boolean;
  wasAttended: boolean;
  /** Its end; undefined while it is in use. */
  timer?: NodeJS.Timeout | undefined;
  /** The warning before `timer`. */
  warning?: NodeJS.Timeout | undefined;
  /** Its longest time, and the warning before it. */
  age: readonly NodeJS.Timeout[];
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
    const { maxMs, warningMs } = this.#limits;
    const age = [
      this.#later(maxMs - warningMs, () => conversation.warn(ending(`it may last ${maxMs / 1000} s`, warningMs))),
      this.#later(maxMs, () => this.#expire(conversation, `lasted ${maxMs / 1000} s, as long as it may,`)),
    ];
    this.#entries.set(conversation.id, { conversation, sockets: 0, isBusy: false, wasAttended: false, age });
    this.#rearm(conversation.id);
    conversation.on('closed', () => this.#forget(conversation.id));
    // Speech that comes from a microphone shows itself only as a change of state.
    conversation.on('state', ({ state }) => this.#follow(conversation.id, state !== 'idle'));
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
    const entry = this.#entries.get(id);
    entry?.timer?.refresh();
    entry?.warning?.refresh();
  }

  /** Stops all timers; closes no conversation. */
  close(): void {
    for (const id of [...this.#entries.keys()]) this.#forget(id);
  }

  #follow(id: string, isBusy: boolean): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    entry.isBusy = isBusy;
    this.#rearm(id);
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
    clearTimeout(entry.warning);
    const { conversation } = entry;
    const attended = entry.sockets > 0;
    if (attended && entry.isBusy) {
      entry.timer = undefined;
      entry.warning = undefined;
      return;
    }
    const absenceMs = entry.wasAttended ? this.#limits.graceMs : this.#limits.firstSocketMs;
    const limitMs = attended ? this.#limits.idleMs : absenceMs;
    const why = `${attended ? 'was not used' : 'had no socket'} for ${limitMs / 1000} s`;
    entry.timer = this.#later(limitMs, () => this.#expire(conversation, why));
    const { warningMs } = this.#limits;
    entry.warning = attended
      ? this.#later(limitMs - warningMs, () => conversation.warn(ending('nobody uses it', warningMs)))
      : undefined;
  }

  /** A server that stops must not wait for a conversation's time to run out. */
  #later(ms: number, act: () => void): NodeJS.Timeout {
    return setTimeout(act, Math.max(ms, 0)).unref();
  }

  #expire(conversation: Conversation, why: string): void {
    const sentence = `The conversation ${why} and was closed: open a new one.`;
    conversation.close(new VaktraError('conversation_closed', sentence)).catch(this.#onFailure);
  }

  #forget(id: string): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    for (const timer of [entry.timer, entry.warning, ...entry.age]) clearTimeout(timer);
    this.#entries.delete(id);
  }
}

function ending(why: string, warningMs: number): VaktraError {
  return new VaktraError('conversation_ending', `The conversation ends within ${warningMs / 1000} s: ${why}.`);
}
