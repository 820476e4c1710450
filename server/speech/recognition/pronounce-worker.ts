// espeak's rules of pronunciation, in a thread of its own that ends with its answer.

import { pathToFileURL } from 'node:url';
import { serveWorkerThread } from '../../runtime/index.ts';

export interface PronounceCalls {
  /** Returns each word in the International Phonetic Alphabet. */
  pronounce: { request: { espeakPath: string; words: readonly string[] }; result: string[] };
}

/** What is used of espeak's package, which has no types. */
interface EspeakModule {
  eSpeakNGWorker: new () => {
    set_voice(name: string): number;
    synthesize_ipa(text: string): { ipa: string };
  };
}

const VOICE = 'gmw/en-US';

serveWorkerThread<PronounceCalls>({
  async pronounce({ espeakPath, words }) {
    const { default: load } = (await import(pathToFileURL(espeakPath).href)) as {
      default: () => Promise<EspeakModule>;
    };
    const espeak = await new (await load()).eSpeakNGWorker();
    if (espeak.set_voice(VOICE) !== 0) throw new Error(`espeak has no voice ${VOICE}`);
    return words.map((word) => espeak.synthesize_ipa(word).ipa);
  },
});
