// pocketsphinx with one sentence for one utterance, in a thread of its own that ends with it.

import { serveWorkerThread } from '../../runtime/index.ts';
import { PhraseDecoder } from './phrase-decoder.ts';

export interface SentenceCalls {
  /** Returns the words; empty where something else was said. `pcm`: 16 kHz mono. */
  read: { request: { jsgf: string; pcm: Int16Array }; result: string };
}

serveWorkerThread<SentenceCalls>({
  read({ jsgf, pcm }) {
    const decoder = new PhraseDecoder();
    try {
      decoder.setGrammar(jsgf);
      return decoder.hearWhole(pcm);
    } finally {
      decoder.close();
    }
  },
});
