// Debian's libpocketsphinx (5prealpha) called in this thread: one decoder with its dictionary and its lists of what may be said.

import koffi from 'koffi';
import { VaktraError } from '../../errors.ts';

const MODEL = '/usr/share/pocketsphinx/model/en-us';

type Handle = unknown;

interface Library {
  config(words: readonly string[]): Handle;
  init(config: Handle): Handle;
  setGrammar(decoder: Handle, name: string, jsgf: string): number;
  setSearch(decoder: Handle, name: string): number;
  lookUp(decoder: Handle, word: string): string | null;
  addWord(decoder: Handle, word: string, phones: string, update: number): number;
  start(decoder: Handle): number;
  process(decoder: Handle, pcm: Int16Array, samples: number, noSearch: number, whole: number): number;
  end(decoder: Handle): number;
  hypothesis(decoder: Handle, score: number[]): string | null;
  frames(decoder: Handle): number;
  free(decoder: Handle): number;
}

let library: Library | undefined;

/** @throws VaktraError `recognition_missing` when Debian's packages are not there */
function load(): Library {
  if (library) return library;
  try {
    const base = koffi.load('libsphinxbase.so.3');
    const sphinx = koffi.load('libpocketsphinx.so.3');
    const initConfig = base.func('void* cmd_ln_init(void*, void*, int, ...)');
    const known = sphinx.func('void* ps_args()');
    library = {
      config: (words) => initConfig(null, known(), 1, ...words.flatMap((word) => ['const char*', word]), 'void*', null),
      init: sphinx.func('void* ps_init(void*)'),
      setGrammar: sphinx.func('int ps_set_jsgf_string(void*, const char*, const char*)'),
      setSearch: sphinx.func('int ps_set_search(void*, const char*)'),
      lookUp: sphinx.func('const char* ps_lookup_word(void*, const char*)'),
      addWord: sphinx.func('int ps_add_word(void*, const char*, const char*, int)'),
      start: sphinx.func('int ps_start_utt(void*)'),
      process: sphinx.func('int ps_process_raw(void*, int16_t*, size_t, int, int)'),
      end: sphinx.func('int ps_end_utt(void*)'),
      hypothesis: sphinx.func('const char* ps_get_hyp(void*, _Out_ int32_t*)'),
      frames: sphinx.func('int ps_get_n_frames(void*)'),
      free: sphinx.func('int ps_free(void*)'),
    };
    return library;
  } catch (cause) {
    throw missing(cause);
  }
}

function missing(cause?: unknown): VaktraError {
  return new VaktraError(
    'recognition_missing',
    'pocketsphinx is not installed: apt-get install libpocketsphinx3 pocketsphinx-en-us, or set speech.recognition.engine.',
    { cause },
  );
}

/** The best explanation of an utterance so far. */
export interface Hypothesis {
  /** null where nothing of the list fits. */
  words: string | null;
  /** In the decoder's log units, over all `frames` of 10 ms. */
  score: number;
  frames: number;
}

/** A word and one way to say it, in phones of the model (CMU's), apart by spaces. */
export type Pronunciation = readonly [word: string, phones: string];

/** One utterance at a time. Belongs to the thread that made it; making one takes a quarter of a second. */
export class Decoder {
  /** Where the model keeps its statistics of phones. */
  static readonly phoneModel = `${MODEL}/en-us-phone.lm.bin`;
  readonly #sphinx = load();
  readonly #handle: Handle;

  /**
   * @param options of the decoder, names and values
   * @throws VaktraError `recognition_missing`
   */
  constructor(options: readonly string[]) {
    const files = ['-hmm', `${MODEL}/en-us`, '-dict', `${MODEL}/cmudict-en-us.dict`, '-logfn', '/dev/null'];
    this.#handle = this.#sphinx.init(this.#sphinx.config([...files, ...options]));
    if (!this.#handle) throw missing();
  }

  /** Is the word in the pronouncing dictionary? */
  knows(word: string): boolean {
    return this.#sphinx.lookUp(this.#handle, word) !== null;
  }

  /** Adds words that the dictionary lacks; a second way to say one is written `word(2)`. */
  addWords(pronunciations: readonly Pronunciation[]): void {
    for (const [word, phones] of pronunciations) {
      if (!this.knows(word)) this.#sphinx.addWord(this.#handle, word, phones, 1);
    }
  }

  /** @param jsgf what may be said once `list` is used */
  setList(list: string, jsgf: string): void {
    if (this.#sphinx.setGrammar(this.#handle, list, jsgf) < 0) {
      throw new VaktraError('recognition_failed', 'pocketsphinx does not take the list of phrases: see its words.');
    }
  }

  /** Not within an utterance. */
  use(list: string): void {
    this.#sphinx.setSearch(this.#handle, list);
  }

  start(): void {
    this.#sphinx.start(this.#handle);
  }

  /** @param pcm 16 kHz, mono; `isWhole`: all of the utterance, whose mean spectrum is known then before its first word */
  push(pcm: Int16Array, isWhole = false): void {
    this.#sphinx.process(this.#handle, pcm, pcm.length, 0, isWhole ? 1 : 0);
  }

  end(): void {
    this.#sphinx.end(this.#handle);
  }

  get hypothesis(): Hypothesis {
    const score = [0];
    const words = this.#sphinx.hypothesis(this.#handle, score);
    return { words, score: score[0] ?? 0, frames: Math.max(1, this.#sphinx.frames(this.#handle)) };
  }

  close(): void {
    this.#sphinx.free(this.#handle);
  }
}
