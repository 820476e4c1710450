// Recognition by any server that speaks OpenAI's `/audio/transcriptions`: the utterance is sent as WAV when it is over, the text
// comes back as JSON, or streamed where the server does that.

import { VaktraError } from '../../errors.ts';
import type { OutgoingFetch } from '../../runtime/index.ts';
import { MODEL_RATE_HZ } from '../../types.ts';
import type { Recogniser } from './types.ts';
import { wavOf } from './wav.ts';

export interface TranscriptionsOptions {
  /** Up to and with the version, such as `https://example.com/v1`. */
  baseUrl: string;
  model: string;
  apiKey: string | undefined;
  timeoutMs: number;
  fetch: OutgoingFetch;
}

const SENTENCE_END = /[.!?।。？！؟]["')\]]?$/u;
/** An answer longer than this is no transcript. */
const MAX_TEXT_CHARS = 20_000;

export function createTranscriptions({ baseUrl, model, apiKey, timeoutMs, fetch }: TranscriptionsOptions): Recogniser {
  async function transcribe(wav: Uint8Array<ArrayBuffer>, language: string, signal: AbortSignal): Promise<string> {
    const form = new FormData();
    form.set('file', new Blob([wav], { type: 'audio/wav' }), 'utterance.wav');
    form.set('model', model);
    form.set('language', language.split('-')[0] ?? language);
    form.set('response_format', 'json');
    // The guarded fetch is undici's own, whose forms are its own too: the body is made here.
    const body = new Request('http://form.invalid', { method: 'POST', body: form });
    const response = await fetch(`${baseUrl.replace(/\/$/, '')}/audio/transcriptions`, {
      method: 'POST',
      headers: {
        'content-type': body.headers.get('content-type') ?? '',
        ...(apiKey && { authorization: `Bearer ${apiKey}` }),
      },
      body: await body.bytes(),
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    if (!response.ok) {
      await response.body?.cancel();
      throw failed(`answers with status ${response.status}`);
    }
    const answer = (await response.text()).slice(0, MAX_TEXT_CHARS);
    return textOf(answer);
  }

  return {
    name: 'transcriptions',
    vocabulary: undefined,
    isWhole: (partial) => SENTENCE_END.test(partial),
    open({ language }) {
      const pieces: Float32Array[] = [];
      const given = new AbortController();
      return {
        push: (pcm) => void pieces.push(pcm.slice()),
        async finish() {
          try {
            return await transcribe(wavOf(pieces.splice(0), MODEL_RATE_HZ), language, given.signal);
          } catch (error) {
            if (given.signal.aborted) return '';
            if (error instanceof VaktraError && error.code === 'recognition_failed') throw error;
            throw failed(error instanceof Error ? error.message : String(error), error);
          }
        },
        cancel() {
          pieces.length = 0;
          given.abort();
        },
      };
    },
    close: async () => undefined,
  };
}

function textOf(answer: string): string {
  try {
    const { text } = JSON.parse(answer) as { text?: unknown };
    if (typeof text === 'string') return text.trim();
  } catch {
    // said below
  }
  throw failed('sends something else than {"text": ...}');
}

function failed(how: string, cause?: unknown): VaktraError {
  return new VaktraError('recognition_failed', `The transcription server failed: ${how}. Look after it.`, { cause });
}
