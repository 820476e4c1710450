// What a visitor says, to text: opens an utterance when they begin, ends it after a silence, and, while the avatar speaks, finds
// out whether it is meant as an interruption.

import { VaktraError } from '../../errors.ts';
import type { Recogniser, Recognition } from '../../speech/index.ts';
import { VISITOR_PAUSE_MS } from '../pipeline-settings.ts';
import type { VisitorEvent } from '../visitor/index.ts';
import { meaningOf } from './over-voice.ts';
import type { TurnClock } from './turn-clock.ts';

export interface TurnTiming {
  /** Silence that ends what a visitor says, in ms. */
  silenceMs: number;
  /** The same where the words so far are a whole sentence. */
  finishedSilenceMs: number;
  /** How long a voice may sound over the avatar's before it must have been understood, or is taken for a cough or an "mhm". */
  backchannelMs: number;
  /** A voice that goes on for this long is an interruption, understood or not. */
  insistMs: number;
}

export interface ListenerParts {
  recogniser: Recogniser;
  timing: TurnTiming;
  clock: TurnClock;
  language(): string;
  avatarSpeaks(): boolean;
  /** The visitor begins to speak, or has finished: a whole utterance, or one that is of no interest. */
  speaking(does: boolean): void;
  /** The avatar's voice steps back while it is found out what the visitor wants, and comes back if it was nothing. */
  duck(does: boolean): void;
  /** The avatar is to be silent. */
  interrupt(): void;
  /** It was told to, and nothing else was said. */
  stopped(text: string): void;
  /** The words so far; empty where they turned out to be none. */
  partial(text: string): void;
  /** Empty where a voice of `speechMs` was not understood. */
  heard(text: string, speechMs: number): void;
  failed(error: VaktraError): void;
}

interface Utterance {
  recognition: Recognition;
  /** What was understood so far. */
  text: string;
  isOverVoice: boolean;
  /** Did it begin over the avatar's voice, and is it undecided what it means? */
  isDoubtful: boolean;
  /** Bids the avatar go on: however long it lasts, it does not interrupt. */
  isListening: boolean;
  /** The phrase over the avatar's voice that it is, by the recogniser; undefined where nobody asked yet. */
  phrase: Promise<string> | undefined;
  speechMs: number;
  end: NodeJS.Timeout | undefined;
  doubt: NodeJS.Timeout | undefined;
}

/** Samples at 16 kHz in a millisecond. */
const SAMPLES_PER_MS = 16;

export class Listener {
  readonly #parts: ListenerParts;
  #utterance: Utterance | undefined;
  /** Of utterances that are over. */
  readonly #finishing = new Set<Recognition>();
  #closed = false;

  constructor(parts: ListenerParts) {
    this.#parts = parts;
  }

  hear(event: VisitorEvent): void {
    const utterance = this.#utterance;
    switch (event.kind) {
      case 'begins':
        this.#begin();
        break;
      case 'sound':
        if (!utterance) return;
        utterance.recognition.push(event.pcm);
        if (event.speaking) utterance.speechMs += event.pcm.length / SAMPLES_PER_MS;
        if (utterance.isDoubtful && utterance.speechMs >= this.#parts.timing.insistMs) void this.#insist(utterance);
        break;
      case 'pauses':
        if (!utterance) return;
        this.#parts.clock.mark('paused');
        if (utterance.isDoubtful) void this.#judge(utterance);
        clearTimeout(utterance.end);
        utterance.end = setTimeout(() => void this.#finish(), this.#waitMs(utterance));
        break;
      case 'goes-on':
        if (!utterance) this.#begin();
        else {
          clearTimeout(utterance.end);
          utterance.end = undefined;
          utterance.phrase = undefined;
          utterance.isListening = false;
        }
        break;
    }
  }

  /** The visitor's microphone is gone: who has paused by then has finished. */
  stop(): void {
    if (this.#utterance?.end) void this.#finish();
    else this.#drop();
  }

  /** The conversation is over: nobody wants to know what is still being recognised. */
  close(): void {
    this.#closed = true;
    this.#drop();
    for (const recognition of this.#finishing) recognition.cancel();
  }

  #begin(): void {
    const { recogniser, language, avatarSpeaks, timing, duck, partial } = this.#parts;
    if (this.#closed) return;
    this.#drop();
    const recognition = recogniser.open({
      language: language(),
      onPartial: (text) => {
        if (this.#utterance !== utterance) return;
        utterance.text = text;
        if (text) {
          // A word alone may be the beginning of a listener's sound: that is decided by the whole of it.
          if (utterance.isDoubtful && meaningOf(text, language()) === 'words') this.#mean(utterance);
          if (!utterance.isDoubtful) partial(text);
        }
      },
    });
    const utterance: Utterance = {
      recognition,
      text: '',
      isOverVoice: avatarSpeaks(),
      isDoubtful: avatarSpeaks(),
      isListening: false,
      phrase: undefined,
      speechMs: 0,
      end: undefined,
      doubt: undefined,
    };
    this.#utterance = utterance;
    if (utterance.isDoubtful) {
      duck(true);
      utterance.doubt = setTimeout(() => duck(false), timing.backchannelMs);
    } else {
      this.#parts.speaking(true);
    }
  }

  /** By what was said so far: an interruption, or a listener's sound? */
  async #judge(utterance: Utterance): Promise<void> {
    const { language, duck } = this.#parts;
    utterance.phrase = utterance.recognition.overVoice?.();
    const phrase = await utterance.phrase;
    if (!phrase || this.#closed || !utterance.isDoubtful) return;
    utterance.isListening = meaningOf(phrase, language()) === 'go-on';
    if (utterance.isListening) duck(false);
    else if (this.#utterance === utterance) this.#mean(utterance);
  }

  /** A voice that goes on and on. */
  async #insist(utterance: Utterance): Promise<void> {
    if (utterance.phrase) return;
    await this.#judge(utterance);
    if (utterance.isDoubtful && !utterance.isListening && this.#utterance === utterance) this.#mean(utterance);
  }

  /** It is an interruption. */
  #mean(utterance: Utterance): void {
    utterance.isDoubtful = false;
    clearTimeout(utterance.doubt);
    this.#parts.interrupt();
    this.#parts.speaking(true);
  }

  /** How much longer than the detector to wait: less behind a whole sentence. */
  #waitMs({ text }: Utterance): number {
    const { silenceMs, finishedSilenceMs } = this.#parts.timing;
    const isWhole = this.#parts.recogniser.isWhole(text);
    return Math.max(0, (isWhole ? finishedSilenceMs : silenceMs) - VISITOR_PAUSE_MS);
  }

  async #finish(): Promise<void> {
    const utterance = this.#utterance;
    if (!utterance) return;
    this.#utterance = undefined;
    clearTimeout(utterance.end);
    this.#parts.clock.mark('ended');
    this.#finishing.add(utterance.recognition);
    const understood = await utterance.recognition.finish().catch(recognitionError);
    const phrase = await utterance.phrase;
    this.#finishing.delete(utterance.recognition);
    clearTimeout(utterance.doubt);
    if (this.#closed) return;
    this.#tell(utterance, understood, phrase);
    if (utterance.isDoubtful) this.#parts.duck(false);
    else this.#parts.speaking(false);
  }

  /** @param phrase that it was over the avatar's voice, by the recogniser; undefined where nobody asked */
  #tell(utterance: Utterance, understood: string | VaktraError, phrase: string | undefined): void {
    const { isDoubtful, isOverVoice, speechMs, text } = utterance;
    const { interrupt, heard, stopped, failed, clock, language, avatarSpeaks, partial } = this.#parts;
    const isNothing = typeof understood !== 'string' || understood === '';
    if (text && !isDoubtful && isNothing) partial('');
    if (typeof understood !== 'string') {
      failed(understood);
      return;
    }
    // Of a few short phrases the recogniser is surer where it was asked for them alone.
    const isShort = understood === '' || meaningOf(understood, language()) !== 'words';
    const said = isOverVoice && isShort ? (phrase ?? understood) : understood;
    if (isDoubtful && said === '') return;
    const meaning = meaningOf(said, language());
    // "Yes" over the avatar's voice bids it go on; where it has finished meanwhile it is an answer, and so is "no".
    if (isDoubtful && avatarSpeaks() && meaning === 'go-on') return;
    const isStop = isOverVoice && meaning === 'stop' && (!isDoubtful || avatarSpeaks());
    clock.mark('understood');
    // Understood only now: it was an interruption after all.
    if (isDoubtful) interrupt();
    if (isStop) stopped(said);
    else heard(said, speechMs);
  }

  /** Forgets the utterance that goes on. */
  #drop(): void {
    const utterance = this.#utterance;
    if (!utterance) return;
    this.#utterance = undefined;
    utterance.recognition.cancel();
    clearTimeout(utterance.end);
    clearTimeout(utterance.doubt);
    if (utterance.text && !utterance.isDoubtful) this.#parts.partial('');
    if (utterance.isDoubtful) this.#parts.duck(false);
    else this.#parts.speaking(false);
  }
}

function recognitionError(error: unknown): VaktraError {
  return error instanceof VaktraError ? error : new VaktraError('recognition_failed', String(error), { cause: error });
}
