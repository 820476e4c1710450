// Two engines as one: the first speaks its languages, the second all others, and whatever is asked of a voice of its own.

import { createResampler } from './resampler.ts';
import type { SpeechEngine } from './speech-types.ts';

/** Speaks at the rate of `first`; `second` knows the languages of both. */
export function byLanguage(first: SpeechEngine, second: SpeechEngine): SpeechEngine {
  const languages = new Set(first.languages.map(({ id }) => id));
  return {
    name: first.name,
    sampleRateHz: first.sampleRateHz,
    languages: second.languages,
    voices: [...first.voices, ...second.voices],
    sentencePauseMs: first.sentencePauseMs,
    async speak(sentence, onPiece) {
      const { language, voice } = sentence;
      if (languages.has(language) && (voice === undefined || first.voices.includes(voice))) {
        return first.speak(sentence, onPiece);
      }
      const own = voice !== undefined && second.voices.includes(voice) ? voice : undefined;
      const resampler = createResampler({ inputRateHz: second.sampleRateHz, outputRateHz: first.sampleRateHz });
      try {
        await second.speak({ ...sentence, voice: own }, (piece) =>
          onPiece({ ...piece, pcm: resampler.push(piece.pcm) }),
        );
        onPiece({ pcm: resampler.flush(), words: [], phonemes: [] });
      } finally {
        resampler.close();
      }
    },
    async close() {
      await first.close();
      await second.close();
    },
  };
}
