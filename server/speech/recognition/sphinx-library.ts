// Debian's libpocketsphinx (5prealpha) called in this thread: a decoder of a grammar beside one of bare phones. What the
// grammar hears counts only where its score per frame comes near that of the phones: anything else that is said would come out
// as some phrase of the list.

import koffi from 'koffi';
import { VaktraError } from '../../errors.ts';

const MODEL = '/usr/share/pocketsphinx/model/en-us';
/**
 * Least score of the grammar over the phones, per frame of 10 ms, in the decoder's log units. Phrases of a grammar, said by a
 * filmed man and four synthetic voices, had -7 to 16; what was none of them -11 to -35, or no path at all.
 */
const LEAST_MARGIN = -9;
const SEARCH = 'phrases';

type Handle = unknown;

interface Library {
  arguments(): Handle;
  config(words: readonly string[]): Handle;
  init(config: Handle): Handle;
  setGrammar(decoder: Handle, name: string, jsgf: string): number;
  setSearch(decoder: Handle, name: string): number;
  lookUp(decoder: Handle, word: string): string | null;
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
      arguments: known,
      config: (words) => initConfig(null, known(), 1, ...words.flatMap((word) => ['const char*', word]), 'void*', null),
      init: sphinx.func('void* ps_init(void*)'),
      setGrammar: sphinx.func('int ps_set_jsgf_string(void*, const char*, const char*)'),
      setSearch: sphinx.func('int ps_set_search(void*, const char*)'),
      lookUp: sphinx.func('const char* ps_lookup_word(void*, const char*)'),
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

function decoder(extra: readonly string[]): Handle {
  const sphinx = load();
  const files = ['-hmm', `${MODEL}/en-us`, '-dict', `${MODEL}/cmudict-en-us.dict`, '-logfn', '/dev/null'];
  const made = sphinx.init(sphinx.config([...files, ...extra]));
  if (!made) throw missing();
  return made;
}

/** Listens to one utterance at a time. Belongs to the thread that made it; making one takes half a second. */
export class PhraseDecoder {
  readonly #sphinx = load();
  readonly #grammar = decoder([]);
  readonly #phones = decoder([
    ...['-allphone', `${MODEL}/en-us-phone.lm.bin`, '-allphone_ci', 'yes'],
    ...['-beam', '1e-10', '-pbeam', '1e-10'],
  ]);

  /** Is the word in the pronouncing dictionary? */
  knows(word: string): boolean {
    return this.#sphinx.lookUp(this.#grammar, word) !== null;
  }

  /** @param jsgf what may be said from now on */
  setGrammar(jsgf: string): void {
    const failed = this.#sphinx.setGrammar(this.#grammar, SEARCH, jsgf) < 0;
    if (failed || this.#sphinx.setSearch(this.#grammar, SEARCH) < 0) {
      throw new VaktraError('recognition_failed', 'pocketsphinx does not take the list of phrases: see its words.');
    }
  }

  start(): void {
    this.#sphinx.start(this.#grammar);
    this.#sphinx.start(this.#phones);
  }

  /** @param pcm 16 kHz, mono */
  push(pcm: Int16Array): void {
    this.#sphinx.process(this.#grammar, pcm, pcm.length, 0, 0);
    this.#sphinx.process(this.#phones, pcm, pcm.length, 0, 0);
  }

  /**
   * The words of a whole utterance at once: its mean spectrum is known before the first word, which understands accents better than
   * piece by piece. Empty where nothing of the grammar was said.
   *
   * @param pcm 16 kHz, mono
   */
  hearWhole(pcm: Int16Array): string {
    this.start();
    this.#sphinx.process(this.#grammar, pcm, pcm.length, 0, 1);
    this.#sphinx.process(this.#phones, pcm, pcm.length, 0, 1);
    return this.finish();
  }

  /** The words so far; empty while nothing of the list seems to be said. They may change. */
  partial(): string {
    return this.#heard();
  }

  /** Ends the utterance. Empty where nothing of the list was said. */
  finish(): string {
    this.#sphinx.end(this.#grammar);
    this.#sphinx.end(this.#phones);
    return this.#heard();
  }

  #heard(): string {
    const [grammarScore, phoneScore] = [[0], [0]] as [number[], number[]];
    const heard = this.#sphinx.hypothesis(this.#grammar, grammarScore);
    this.#sphinx.hypothesis(this.#phones, phoneScore);
    const frames = Math.max(1, this.#sphinx.frames(this.#grammar));
    const margin = ((grammarScore[0] ?? 0) - (phoneScore[0] ?? 0)) / frames;
    return heard !== null && margin >= LEAST_MARGIN ? heard : '';
  }

  close(): void {
    this.#sphinx.free(this.#grammar);
    this.#sphinx.free(this.#phones);
  }
}
