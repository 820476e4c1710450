// The person who stands in for the avatar in one conversation, and what its visitor is told until one comes. Whose words are spoken, and
// who may answer, is decided here; the desk decides who comes.

import { phrasesFor, type Said } from '../../bot/index.ts';
import { toVaktraError, VaktraError } from '../../errors.ts';
import type { ConversationState } from '../../types.ts';
import { MICROPHONE_EVENT_ID } from '../microphone-event.ts';
import type { Reviewer } from '../reviewer.ts';
import type { ConversationEvents, MicrophoneUse, PersonStanding, SpeakRequest } from '../types.ts';

export interface Agent {
  /** Their place at the desk; known to them alone. */
  readonly seat: string;
  /** As the visitor is told. */
  readonly name: string;
}

export interface PersonParts {
  /** Undefined where everything may be said. */
  reviewer: Reviewer | undefined;
  speak(request: SpeakRequest): Promise<void>;
  /** Cuts what is said and gives up what is thought of. */
  interrupt(): void;
  /** Closes the microphone that the avatar speaks with. */
  stopVoice(): void;
  /** The agent hears the visitor no more. */
  stopHearing(): void;
  state(): ConversationState;
  /** BCP 47 tag of what is spoken. */
  language(): string;
  transcript(): readonly Said[];
  tell<E extends 'queue' | 'agent' | 'message' | 'microphone'>(event: E, ...args: ConversationEvents[E]): void;
  warn(error: VaktraError): void;
  requireOpen(): void;
}

export class Person {
  readonly #parts: PersonParts;
  #agent: Agent | undefined;
  /** What the avatar was saying when the agent came is cut before their first word. */
  #hasSpoken = false;
  #speeches = 0;
  readonly #ofAgents = new Set<string>();
  readonly #open = new Set<MicrophoneUse>();
  #queue: { position: number; waitedMs: number } | undefined;
  /** What becomes of the message that was asked for; throws where it cannot be kept. */
  #keep: ((text: string) => void) | undefined;
  /** Phrases that wait for the end of thinking: they come behind the answer that led to them. */
  #phrases: string[] = [];

  constructor(parts: PersonParts) {
    this.#parts = parts;
  }

  /** Who stands in for the avatar. */
  get agent(): Agent | undefined {
    return this.#agent;
  }

  get language(): string {
    return this.#parts.language();
  }

  /** The agent's own voice is the avatar's: a visitor may speak at the same time, as among people. */
  get isLive(): boolean {
    return this.#agent !== undefined && this.#open.has('speak');
  }

  get standing(): PersonStanding {
    return {
      agent: this.#agent?.name,
      queue: this.#queue,
      isMessageAsked: this.#keep !== undefined,
      microphones: [...this.#open],
    };
  }

  /** From now on this person answers, and no brain. @throws VaktraError `conversation_taken`, `conversation_closed` */
  take(agent: Agent): void {
    this.#parts.requireOpen();
    if (this.#agent?.seat === agent.seat) return;
    if (this.#agent) {
      throw new VaktraError('conversation_taken', `${this.#agent.name} has this conversation: take another one.`);
    }
    this.#agent = agent;
    this.#hasSpoken = false;
    this.#phrases = [];
    this.wait(undefined);
    this.#dropMessage();
    if (this.#parts.state() === 'thinking') this.#parts.interrupt();
    this.#parts.stopVoice();
    this.#parts.tell('agent', { name: agent.name });
  }

  /** The avatar answers again. Harmless where nobody stands in. */
  giveBack(): void {
    if (!this.#agent) return;
    this.#parts.stopVoice();
    this.#parts.stopHearing();
    this.#agent = undefined;
    this.#parts.tell('agent', { name: undefined });
  }

  /**
   * The avatar speaks the agent's words.
   *
   * @throws VaktraError `moderation_refused`, and what speaking throws
   */
  async say(text: string, language = this.#parts.language()): Promise<void> {
    const agent = this.#agent;
    const { reviewer } = this.#parts;
    if (reviewer && !(await reviewer.allowsAgent(text, language))) {
      throw new VaktraError('moderation_refused', 'This may not be said here: say it in other words.');
    }
    this.#parts.requireOpen();
    if (this.#agent !== agent) throw new VaktraError('conversation_not_taken', 'You gave this conversation back.');
    this.#begin();
    await this.#parts.speak({ eventId: this.#newSpeech(true), text, language, isReviewed: true });
  }

  /** Where the visitor stands in the queue, from 1 on; undefined where they wait no more. */
  wait(queue: { position: number; waitedMs: number } | undefined): void {
    if (!queue && !this.#queue) return;
    this.#queue = queue;
    this.#parts.tell('queue', queue ?? { position: 0, waitedMs: 0 });
  }

  /** Nobody comes: asks the visitor for a message. What they say next is handed to `keep`. */
  askForMessage(keep: (text: string) => void): void {
    this.wait(undefined);
    this.#keep = keep;
    this.#parts.tell('message', { state: 'asked' });
    this.#announce(phrasesFor(this.#parts.language()).leaveMessage);
  }

  /** A microphone was opened or closed. */
  microphone(use: MicrophoneUse, open: boolean): void {
    if (open) this.#open.add(use);
    else this.#open.delete(use);
    if (open && this.isLive) this.#begin();
    this.#parts.tell('microphone', { use, open });
  }

  /** Whether the brain is to answer what the visitor said, and not a person, and it was no message. */
  passes(text: string): boolean {
    if (this.#agent) return false;
    const keep = this.#keep;
    if (!keep) return true;
    const phrases = phrasesFor(this.#parts.language());
    if (phrases.no.test(text.toLowerCase())) {
      this.#dropMessage();
      return true;
    }
    this.#keep = undefined;
    // Who answers before they were asked does not hear the question afterwards.
    this.#phrases = [];
    this.#parts.interrupt();
    try {
      keep(text);
      this.#parts.tell('message', { state: 'kept' });
      this.#announce(phrases.messageKept);
    } catch (error) {
      this.#parts.warn(toVaktraError(error));
      this.#parts.tell('message', { state: 'dropped' });
      this.#announce(phrases.apology);
    }
    return false;
  }

  /** Whose words a speech was, and which: those of a voice are not known. */
  attribute(eventId: string, text: string): Pick<Said, 'who' | 'text'> {
    if (this.#ofAgents.has(eventId)) return { who: 'agent', text };
    if (eventId !== MICROPHONE_EVENT_ID || !this.#agent) return { who: 'avatar', text };
    const byVoice = phrasesFor(this.#parts.language()).byVoice;
    const last = this.#parts.transcript().at(-1);
    // Once is enough for a voice that pauses.
    return { who: 'agent', text: last?.who === 'agent' && last.text === byVoice ? '' : byVoice };
  }

  /** The conversation thinks, speaks or rests. */
  follow(state: ConversationState): void {
    if (state === 'thinking') return;
    for (const phrase of this.#phrases.splice(0)) this.#speakPhrase(phrase);
  }

  #begin(): void {
    if (this.#hasSpoken) return;
    this.#hasSpoken = true;
    const state = this.#parts.state();
    if (state === 'speaking' || state === 'thinking') this.#parts.interrupt();
  }

  #dropMessage(): void {
    if (!this.#keep) return;
    this.#keep = undefined;
    this.#parts.tell('message', { state: 'dropped' });
  }

  #announce(phrase: string): void {
    if (this.#parts.state() === 'thinking') this.#phrases.push(phrase);
    else this.#speakPhrase(phrase);
  }

  #speakPhrase(text: string): void {
    const request = { eventId: this.#newSpeech(false), text, language: this.#parts.language() };
    this.#parts.speak(request).catch((error) => this.#parts.warn(toVaktraError(error)));
  }

  #newSpeech(isAgents: boolean): string {
    const eventId = `desk-${++this.#speeches}`;
    if (isAgents) this.#ofAgents.add(eventId);
    return eventId;
  }
}
