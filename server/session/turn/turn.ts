// The turns of one conversation: what a visitor says or writes goes to the brain, and what the brain says is spoken while it is
// still being written. Knows nothing of sound: the listener hears, the voice speaks.

import { type Brain, phrasesFor, type Said } from '../../bot/index.ts';
import { toVaktraError, type VaktraError } from '../../errors.ts';
import type { SampleIndex } from '../../types.ts';
import type { SpeakRequest } from '../types.ts';
import { TextStream } from './text-stream.ts';
import { Transcript } from './transcript.ts';
import type { TurnClock, TurnMarks } from './turn-clock.ts';

export interface TurnParts {
  conversationId: string;
  /** Undefined where the answers come by the API. */
  brain: Brain | undefined;
  clock: TurnClock;
  speak(request: SpeakRequest): Promise<void>;
  thinking(does: boolean): void;
  /** The first sound of an answer is handed to the network. */
  answered(eventId: string, marks: TurnMarks): void;
  /** Something was said and heard. */
  said(said: Said): void;
  source(source: { eventId: string; title: string; url: string }): void;
  handOver(reason: string): void;
  warning(error: VaktraError): void;
  /** Whether the brain is to answer this, and nobody else does. */
  passes(text: string): boolean;
  /** Nobody stands in for the avatar. */
  isAlone(): boolean;
  /** Whose words a speech was, and which. */
  attribute(eventId: string, text: string): Pick<Said, 'who' | 'text'>;
  /** The brain ended the conversation; called when its last words were heard. */
  goodbye(): void;
}

export class Turn {
  readonly transcript = new Transcript();
  /** BCP 47 tag of what is spoken, by both. */
  language: string;
  readonly #parts: TurnParts;
  #answers = 0;
  #thinking: { eventId: string; abort: AbortController } | undefined;
  #endsWith: string | undefined;

  constructor(language: string, parts: TurnParts) {
    this.language = language;
    this.#parts = parts;
  }

  /**
   * What the visitor said or wrote. An answer that is still being thought of or written is given up.
   *
   * @param sample when that was
   */
  ask(text: string, sample: SampleIndex): void {
    if (!this.#note({ who: 'visitor', text, sample })) return;
    this.#parts.clock.mark('understood');
    if (this.#parts.passes(text) && this.#parts.brain) void this.#answer(text, this.#parts.brain);
  }

  /** What the visitor said needs no answer. */
  note(text: string, sample: SampleIndex): void {
    this.#note({ who: 'visitor', text, sample });
  }

  /** A voice was heard and nothing understood. */
  notUnderstood(): void {
    if (this.#parts.brain && !this.#thinking && this.#parts.isAlone())
      this.#answerWith(phrasesFor(this.language).notUnderstood);
  }

  /** What the visitor said may not be passed on. */
  refuse(sample: SampleIndex): void {
    this.#note({ who: 'visitor', text: phrasesFor(this.language).withheld, sample, refused: true });
    if (this.#parts.isAlone()) this.#answerWith(phrasesFor(this.language).refused);
  }

  /** The first sound of what it says is made. */
  voiced(eventId: string): void {
    if (this.#thinking?.eventId === eventId) this.#parts.clock.mark('voiced');
  }

  /** The first sound of what it says is sent: it thinks no more. */
  started(eventId: string): void {
    if (this.#thinking?.eventId === eventId) {
      this.#parts.clock.mark('sent');
      this.#parts.answered(eventId, this.#parts.clock.take());
    }
    this.#settle(eventId);
  }

  /** What the avatar said and was heard, to the end or until it was cut. */
  spoken(eventId: string, { text, sample, isWhole }: { text: string; sample: SampleIndex; isWhole: boolean }): void {
    this.#note({ ...this.#parts.attribute(eventId, text), sample });
    if (isWhole && eventId === this.#endsWith) this.#parts.goodbye();
  }

  /** All that is said is cut: what is still being written is not wanted any more. */
  interrupt(): void {
    this.#thinking?.abort.abort();
    this.#endsWith = undefined;
    this.#settle(this.#thinking?.eventId);
  }

  close(): void {
    this.#thinking?.abort.abort();
    this.#thinking = undefined;
  }

  #note(heard: Said): boolean {
    const said = { ...heard, text: heard.text.trim() };
    if (!this.transcript.add(said)) return false;
    this.#parts.said(said);
    return true;
  }

  /** Begins an answer; one that is still being thought of is given up. */
  #think(): { eventId: string; abort: AbortController } {
    this.#thinking?.abort.abort();
    const thinking = { eventId: `answer-${++this.#answers}`, abort: new AbortController() };
    this.#thinking = thinking;
    this.#parts.thinking(true);
    return thinking;
  }

  async #answer(text: string, brain: Brain): Promise<void> {
    const { eventId, abort } = this.#think();
    const history = this.transcript.entries.slice(0, -1).filter(({ refused }) => !refused);
    const question = { conversationId: this.#parts.conversationId, text, language: this.language, history };
    let written: TextStream | undefined;
    const write = (words: string) => {
      if (!written) {
        written = new TextStream();
        this.#parts.clock.mark('written');
        void this.#say(eventId, written, abort.signal);
      }
      written.write(words);
    };
    try {
      for await (const part of brain.answer(question, abort.signal)) {
        if (part.type === 'text') write(part.text);
        else if (part.type === 'source') this.#parts.source({ eventId, title: part.title, url: part.url });
        else if (part.type === 'hand_over') this.#parts.handOver(part.reason);
        else this.#endsWith = eventId;
      }
    } catch (error) {
      if (!abort.signal.aborted) {
        this.#parts.warning(toVaktraError(error));
        write(` ${phrasesFor(this.language).apology}`);
      }
    } finally {
      written?.end();
      if (!written) this.#settle(eventId);
    }
  }

  async #say(eventId: string, text: string | TextStream, signal: AbortSignal): Promise<void> {
    try {
      await this.#parts.speak({ eventId, text, language: this.language });
    } catch (error) {
      if (!signal.aborted) this.#parts.warning(toVaktraError(error));
      this.#settle(eventId);
    }
  }

  #answerWith(phrase: string): void {
    const { eventId, abort } = this.#think();
    void this.#say(eventId, phrase, abort.signal);
  }

  /** This answer is spoken or given up. */
  #settle(eventId: string | undefined): void {
    if (this.#thinking?.eventId !== eventId) return;
    this.#thinking = undefined;
    this.#parts.thinking(false);
  }
}
