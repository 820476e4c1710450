// The offline recogniser: a fixed list of English phrases, by pocketsphinx. It says nothing where something else was said.

import { toVaktraError, VaktraError } from '../../errors.ts';
import { startWorkerThread } from '../../runtime/index.ts';
import { float32ToPcmS16 } from '../pcm.ts';
import { grammarOf } from './grammar.ts';
import { pronunciationsOf } from './pronounce.ts';
import type { SphinxCalls } from './sphinx-worker.ts';
import type { OverVoicePhrases, Recogniser } from './types.ts';

/** @throws VaktraError `recognition_missing` */
export async function createSphinxRecogniser(
  phrases: readonly string[],
  overVoice: OverVoicePhrases,
  onLeft: (phrases: string[]) => void,
): Promise<Recogniser> {
  const worker = startWorkerThread<SphinxCalls>(new URL('./sphinx-worker.ts', import.meta.url), { name: 'sphinx' });
  let left: string[];
  try {
    const pronunciations = await pronunciationsOf(await worker.request('unknownWords', { phrases }));
    ({ left } = await worker.request('open', { phrases, pronunciations, overVoice }));
  } catch (error) {
    await worker.close();
    throw error;
  }
  if (left.length > 0) onLeft(left);
  const unknown = new Set(left);
  const vocabulary = phrases.filter((phrase) => !unknown.has(phrase));
  const grammar = grammarOf(vocabulary, () => true);
  let nextId = 0;

  return {
    name: 'sphinx',
    vocabulary,
    isWhole: (partial) => grammar.phraseOf(partial) !== '',
    open({ onPartial }) {
      const id = nextId++;
      let isOpen = true;
      let partial = '';
      let failed: VaktraError | undefined;
      const fail = (error: unknown) => {
        failed ??= toVaktraError(error);
      };
      worker.request('begin', { id }).catch(fail);
      return {
        push(sound) {
          if (!isOpen) return;
          const pcm = new Int16Array(float32ToPcmS16(sound).buffer);
          worker
            .request('push', { id, pcm }, { transfer: [pcm.buffer] })
            .then((text) => {
              if (!isOpen || text === partial) return;
              partial = text;
              onPartial?.(text);
            })
            .catch(fail);
        },
        async finish() {
          isOpen = false;
          if (!failed) return worker.request('finish', { id });
          throw new VaktraError('recognition_failed', failed.message, { cause: failed });
        },
        async overVoice() {
          // Where it fails, the end of the utterance says so.
          return isOpen && !failed ? worker.request('overVoice', { id }).catch(() => '') : '';
        },
        cancel() {
          if (!isOpen) return;
          isOpen = false;
          worker.request('cancel', { id }).catch(() => undefined); // the thread is gone, and the utterance with it
        },
      };
    },
    close: () => worker.close(),
  };
}
