// An engine that may fail, with one behind it that does not: what the first cannot say the second says, in the middle of a sentence
// too. After a failure the first is left alone for a while, so that not every sentence waits for it.

import type { Logger } from 'pino';
import { toVaktraError } from '../errors.ts';
import { createResampler } from './resampler.ts';
import type { EnginePiece, EngineSentence, SpeechEngine } from './speech-types.ts';
import { wordsOf } from './text.ts';

/** How long a failed engine is not asked. */
const REST_MS = 30_000;
const MS_PER_SECOND = 1000;

/**
 * Speaks with `first`, in the languages of `second`.
 *
 * @param restMs how long `first` is not asked after it failed
 */
export function withFallback(
  first: SpeechEngine,
  second: SpeechEngine,
  logger: Pick<Logger, 'warn'>,
  restMs = REST_MS,
): SpeechEngine {
  const { sampleRateHz } = first;
  let asksAgainMs = 0;

  async function speakSecond(sentence: EngineSentence, offsetMs: number, onPiece: (piece: EnginePiece) => void) {
    const resampler = createResampler({ inputRateHz: second.sampleRateHz, outputRateHz: sampleRateHz });
    const later = <T extends { startMs: number; endMs: number }>(timed: T): T => ({
      ...timed,
      startMs: timed.startMs + offsetMs,
      endMs: timed.endMs + offsetMs,
    });
    try {
      // A voice of the first engine is none of the second.
      await second.speak({ ...sentence, voice: undefined }, ({ pcm, words, phonemes }) =>
        onPiece({ pcm: resampler.push(pcm), words: words.map(later), phonemes: phonemes.map(later) }),
      );
      onPiece({ pcm: resampler.flush(), words: [], phonemes: [] });
    } finally {
      resampler.close();
    }
  }

  return {
    name: first.name,
    sampleRateHz,
    languages: second.languages,
    voices: first.voices,
    sentencePauseMs: first.sentencePauseMs,
    async speak(sentence, onPiece) {
      if (performance.now() < asksAgainMs) return speakSecond(sentence, 0, onPiece);
      let samples = 0;
      let words = 0;
      try {
        await first.speak(sentence, (piece) => {
          samples += piece.pcm.length;
          words += piece.words.length;
          onPiece(piece);
        });
      } catch (error) {
        if (sentence.signal.aborted) return;
        asksAgainMs = performance.now() + restMs;
        logger.warn({ err: toVaktraError(error) }, `the engine ${first.name} failed: ${second.name} speaks instead`);
        const text = sentence.words
          .slice(words)
          .map((word) => word.text)
          .join(' ');
        if (text === '') return;
        const rest = { ...sentence, text, words: wordsOf(text, sentence.language) };
        await speakSecond(rest, (samples * MS_PER_SECOND) / sampleRateHz, onPiece);
      }
    },
    async close() {
      await first.close();
      await second.close();
    },
  };
}
