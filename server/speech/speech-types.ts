// Text to speech: what the rest of the server sees of it, and what an engine has to offer to be one.

import type { Logger } from 'pino';

export interface SpeechLanguage {
  /** What `synthesize` takes: a BCP 47 tag in lower case, such as `en`, `hi` or `es-419`. */
  id: string;
  /** For people, in English. */
  name: string;
}

export interface SpokenWord {
  /** As it stands in the text, with the punctuation around it. */
  text: string;
  /** Milliseconds from the start of this utterance. */
  startMs: number;
  endMs: number;
}

export interface SpokenPhoneme {
  /** International Phonetic Alphabet, stress marks included. */
  ipa: string;
  /** Milliseconds from the start of this utterance. */
  startMs: number;
  endMs: number;
}

/** A piece of an utterance. Laid end to end the pieces are the whole of it, pauses between sentences included. */
export interface SpeechPart {
  /** Mono in [-1, 1]; the receiver owns it. The last one may be empty. */
  pcm: Float32Array;
  sampleRateHz: number;
  /** Words that ended by now and were in no part before; they may have begun in an earlier part. */
  words: SpokenWord[];
  /** Likewise; always empty where the engine tells none. */
  phonemes: SpokenPhoneme[];
  /** Is this the last part? After an abort there is none. */
  final: boolean;
}

export interface SpeechRequest {
  /** Whole, or as it is written: each sentence is spoken as soon as it is there. */
  text: string | AsyncIterable<string>;
  /** A language's id; a region that the engine does not have (`de-AT`) falls back to the language. */
  language: string;
  /** The engine's own name of a voice, as in `voices()`. Default: the engine's most pleasant one. */
  voice?: string | undefined;
  /** 1 is normal, 0.5 to 2 is allowed. */
  rate?: number | undefined;
  /** Asked before each sentence is spoken, in order: what is spoken for it, undefined for nothing. Must not reject. */
  review?: ((sentence: string) => Promise<string | undefined>) | undefined;
  /** Ends the iteration within one part, without an error; the engine is free for others at once. */
  signal?: AbortSignal | undefined;
}

/** Text to speech. Utterances may be asked for at the same time; they share the engine sentence by sentence. */
export interface Speech {
  readonly engineName: SpeechEngineName;
  /** Sorted by name. */
  languages(): SpeechLanguage[];
  voices(): string[];
  /**
   * Speaks text, sentence after sentence: the next one is made when the parts of the one before were taken.
   *
   * The iteration throws VaktraError `text_empty`, `text_too_long`, `language_unknown`, `invalid_message` (voice, rate).
   */
  synthesize(request: SpeechRequest): AsyncIterable<SpeechPart>;
  /** Stops the engine; utterances that run fail. Closing twice is harmless. */
  close(): Promise<void>;
}

export type SpeechEngineName = 'espeak' | 'flite' | 'openai' | 'piper';

export interface SpeechOptions {
  /** `auto` takes piper's voice for English and espeak for the rest, else flite; where `openai` fails, they speak for it. */
  engine: 'auto' | SpeechEngineName;
  /** The server that `openai` asks. */
  openai?: {
    baseUrl: string | null;
    model: string | null;
    voice: string;
    apiKey: string | null;
    timeoutSeconds: number;
  };
  /** May that server be inside the own network? Default false. */
  allowPrivate?: boolean;
  logger: Pick<Logger, 'info' | 'warn'>;
  /** Default 2000. */
  maxTextChars?: number;
  /** Folder of the voice that `npm run voices` fetches; left out, piper is not installed. */
  voicesDirectory?: string;
  /** The npm package that carries espeak-ng. Default `@echogarden/espeak-ng-emscripten`. */
  espeakModule?: string;
  /** The flite program, by name (looked up in PATH) or path. Default `flite`. */
  fliteBinary?: string;
}

/** A word of a sentence: where it stands, in code points, `to` exclusive. */
export interface TextWord {
  text: string;
  from: number;
  to: number;
}

/** One sentence, cleaned of what cannot be spoken, and how to speak it. */
export interface EngineSentence {
  text: string;
  words: readonly TextWord[];
  /** An id out of the engine's `languages`. */
  language: string;
  voice: string | undefined;
  rate: number;
  signal: AbortSignal;
}

/** Sound of a sentence; times count from the sentence's start. */
export type EnginePiece = Pick<SpeechPart, 'pcm' | 'words' | 'phonemes'>;

export interface EngineLanguage extends SpeechLanguage {
  /** Other tags for the same, in lower case. */
  aliases: readonly string[];
}

/** What an engine has to do. Texts are checked and cut before they get here. */
export interface SpeechEngine {
  readonly name: SpeechEngineName;
  readonly sampleRateHz: number;
  readonly languages: readonly EngineLanguage[];
  readonly voices: readonly string[];
  /** Silence behind a sentence that another one follows, beyond what the engine itself puts there. */
  readonly sentencePauseMs: number;
  /** Speaks one sentence; resolves when all of it was given, or soon after the signal. A sentence of signs gives nothing. */
  speak(sentence: EngineSentence, onPiece: (piece: EnginePiece) => void): Promise<void>;
  close(): Promise<void>;
}
