// A Piper voice as a speech engine: a pleasant English voice on one core. Its phonemes are espeak's.

import { startWorkerThread } from '../../runtime/index.ts';
import type { SpeechEngine } from '../speech-types.ts';
import { wordsOf } from '../text.ts';
import type { PiperCalls } from './piper-worker.ts';
import type { PiperVoice } from './voice-files.ts';

/** The model leaves some 100 ms behind a clause. */
const SENTENCE_PAUSE_MS = 150;
const VOICE_NAME = 'joe';
/** Spoken once at the start and thrown away: the first sentence takes several times as long as those after it. */
const WARM_UP_TEXT = 'The quick brown fox jumps over the lazy dog.';

/** Loads the voice into a worker thread; rejects when its model or espeak cannot be used. */
export async function openPiper(
  espeakPath: string,
  voice: PiperVoice,
  onDied: (error: Error) => void,
): Promise<SpeechEngine> {
  const thread = startWorkerThread<PiperCalls>(new URL('./piper-worker.ts', import.meta.url), {
    name: 'piper',
    onDied,
  });
  try {
    await thread.request('open', { espeakPath, voice, warmUp: { words: wordsOf(WARM_UP_TEXT, 'en'), rate: 1 } });
  } catch (error) {
    await thread.close();
    throw error;
  }
  return {
    name: 'piper',
    sampleRateHz: voice.sampleRateHz,
    languages: [{ id: 'en', name: 'English (America)', aliases: ['en-us'] }],
    voices: [VOICE_NAME],
    sentencePauseMs: SENTENCE_PAUSE_MS,
    async speak({ words, rate, signal }, onPiece) {
      await thread.request('speak', { words, rate }, { signal, onPart: onPiece });
    },
    close: () => thread.close(),
  };
}
