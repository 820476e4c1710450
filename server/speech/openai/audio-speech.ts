// Speech by any server that speaks OpenAI's `/audio/speech`: a sentence goes there, its sound comes back as it is made.

import { VaktraError } from '../../errors.ts';
import type { OutgoingFetch } from '../../runtime/index.ts';
import { createResampler, type Resampler } from '../resampler.ts';
import type { EngineLanguage, EnginePiece, EngineSentence, SpeechEngine } from '../speech-types.ts';
import { WordGuess } from '../word-guess.ts';
import { openSoundStream } from './sound-stream.ts';

export interface AudioSpeechOptions {
  /** Up to and with the version, such as `https://example.com/v1`. */
  baseUrl: string;
  model: string;
  voice: string;
  apiKey: string | undefined;
  /** How long the server may send nothing. */
  timeoutMs: number;
  fetch: OutgoingFetch;
}

/** Everything comes out at this rate; a server that sends another is resampled. */
const RATE_HZ = 24_000;
const MS_PER_SECOND = 1000;
/** Neural voices say some 15 letters in a second. */
const MS_PER_LETTER = 65;
/** No sentence (240 letters) takes longer: a server that goes on has lost itself. */
const MAX_SENTENCE_SECONDS = 120;
/** Such voices end a sentence with a pause of their own. */
const SENTENCE_PAUSE_MS = 100;
const HINTS: Readonly<Record<number, string>> = {
  401: 'the key is not taken: see speech.openai.apiKey',
  403: 'the key may not do this: see speech.openai.apiKey',
  404: 'it has no such model, or another address: see speech.openai',
  429: 'it has too much to do, or the account is used up',
};

/** @param languages what to offer; the protocol has no list of its own */
export function openAudioSpeech(options: AudioSpeechOptions, languages: readonly EngineLanguage[]): SpeechEngine {
  const closed = new AbortController();
  return {
    name: 'openai',
    sampleRateHz: RATE_HZ,
    languages,
    voices: [options.voice],
    sentencePauseMs: SENTENCE_PAUSE_MS,
    async speak(sentence, onPiece) {
      const wanted = AbortSignal.any([sentence.signal, closed.signal]);
      try {
        await speak(options, sentence, wanted, onPiece);
      } catch (error) {
        if (sentence.signal.aborted) return;
        const why = error instanceof Error ? error.message : String(error);
        throw new VaktraError('speech_failed', `The speech server failed: it ${why}. Look after it.`, { cause: error });
      }
    },
    async close() {
      closed.abort();
    },
  };
}

async function speak(
  options: AudioSpeechOptions,
  { text, words, voice, rate }: EngineSentence,
  wanted: AbortSignal,
  onPiece: (piece: EnginePiece) => void,
): Promise<void> {
  const silence = new AbortController();
  const watch = setTimeout(() => silence.abort(), options.timeoutMs);
  let resampler: Resampler | undefined;
  try {
    const signal = AbortSignal.any([wanted, silence.signal]);
    const response = await options.fetch(`${options.baseUrl.replace(/\/$/, '')}/audio/speech`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(options.apiKey && { authorization: `Bearer ${options.apiKey}` }),
      },
      body: JSON.stringify({
        model: options.model,
        voice: voice ?? options.voice,
        input: text,
        response_format: 'pcm',
        ...(rate !== 1 && { speed: rate }),
      }),
      signal,
    });
    if (!response.ok || !response.body) {
      await response.body?.cancel();
      throw new Error(`answers with status ${response.status}${hint(response.status)}`);
    }
    const stream = openSoundStream(response.headers.get('content-type'));
    const guess = new WordGuess(words, MS_PER_LETTER / rate);
    let samples = 0;
    const give = (pcm: Float32Array) => {
      samples += pcm.length;
      if (samples > MAX_SENTENCE_SECONDS * RATE_HZ) throw new Error('does not come to an end');
      if (pcm.length > 0) onPiece({ pcm, words: guess.before(msOf(samples)), phonemes: [] });
    };
    for await (const bytes of response.body as unknown as AsyncIterable<Uint8Array>) {
      watch.refresh();
      const pcm = stream.push(bytes);
      if (stream.rateHz !== undefined && stream.rateHz !== RATE_HZ) {
        resampler ??= createResampler({ inputRateHz: stream.rateHz, outputRateHz: RATE_HZ });
      }
      give(resampler ? resampler.push(pcm) : pcm);
    }
    stream.end();
    if (resampler) give(resampler.flush());
    onPiece({ pcm: new Float32Array(0), words: guess.rest(msOf(samples)), phonemes: [] });
  } catch (error) {
    if (silence.signal.aborted)
      throw new Error(`says nothing for ${options.timeoutMs / MS_PER_SECOND} s`, { cause: error });
    throw error;
  } finally {
    clearTimeout(watch);
    silence.abort();
    resampler?.close();
  }
}

function hint(status: number): string {
  return status in HINTS ? ` (${HINTS[status]})` : '';
}

function msOf(samples: number): number {
  return (samples * MS_PER_SECOND) / RATE_HZ;
}
