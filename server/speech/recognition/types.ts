// Speech to text: what the rest of the server sees of it, whatever recognises.

/** What is said over another's voice, in lower case without punctuation. */
export interface OverVoicePhrases {
  /** To make it stop. */
  stop: readonly string[];
  /** To show that one listens. */
  goOn: readonly string[];
}

/** One utterance on its way to text. */
export interface Recognition {
  /** @param pcm 16 kHz mono in [-1, 1], the next stretch of the utterance; not kept */
  push(pcm: Float32Array): void;
  /**
   * The utterance is over. Resolves to what was said; empty where nothing was understood.
   *
   * @throws VaktraError `recognition_failed`
   */
  finish(): Promise<string>;
  /**
   * Which of the phrases over another's voice the utterance so far is; empty where it is none. Undefined where the recogniser knows
   * only at the end.
   */
  overVoice?(): Promise<string>;
  /** The utterance is of no interest any more. Harmless after `finish`. */
  cancel(): void;
}

export interface RecognitionRequest {
  /** BCP 47 tag of what is spoken. */
  language: string;
  /** Told while the utterance goes on, where the recogniser knows before its end: all words so far. */
  onPartial?: ((text: string) => void) | undefined;
}

/** Turns utterances into text; several may go on at once. */
export interface Recogniser {
  readonly name: 'sphinx' | 'transcriptions';
  /** Everything that it can understand where that is a fixed list; undefined where anything may be said. */
  readonly vocabulary: readonly string[] | undefined;
  /** Is this, told while an utterance goes on, all of a phrase or sentence? Whoever said it may be taken to have finished sooner. */
  isWhole(partial: string): boolean;
  open(request: RecognitionRequest): Recognition;
  /** Utterances that go on fail. Closing twice is harmless. */
  close(): Promise<void>;
}
