// Text to speech by whatever engine there is: checks the request, cuts the text into sentences, lays them end to end.

import { VaktraError } from '../errors.ts';
import { createOutgoingFetch } from '../runtime/index.ts';
import { byLanguage } from './by-language.ts';
import { findEspeak, openEspeak } from './espeak-engine.ts';
import { withFallback } from './fallback-engine.ts';
import { findFlite, openFlite } from './flite-engine.ts';
import { findLanguage } from './languages.ts';
import { openAudioSpeech } from './openai/audio-speech.ts';
import { openPiper } from './piper/piper-engine.ts';
import { findPiperVoice } from './piper/voice-files.ts';
import type {
  EnginePiece,
  EngineSentence,
  Speech,
  SpeechEngine,
  SpeechOptions,
  SpeechPart,
  SpeechRequest,
} from './speech-types.ts';
import { cleanText, sentencesFrom, sentencesOf, wordsOf } from './text.ts';

const ESPEAK_MODULE = '@echogarden/espeak-ng-emscripten';
const FLITE_BINARY = 'flite';
/** As in config/default.yaml; some four minutes of speech. */
const MAX_TEXT_CHARS = 2_000;
const MIN_RATE = 0.5;
const MAX_RATE = 2;
const MS_PER_SECOND = 1_000;

/**
 * Opens the engine that is asked for, or with `auto` the first one that is installed.
 *
 * @throws VaktraError `speech_engine_missing`
 */
export async function createSpeech(options: SpeechOptions): Promise<Speech> {
  const engine = options.engine === 'openai' ? await openOpenai(options) : await openEngine(options, options.engine);
  options.logger.info({ engine: engine.name, languages: engine.languages.length }, 'speech engine ready');
  const maxTextChars = options.maxTextChars ?? MAX_TEXT_CHARS;

  return {
    engineName: engine.name,
    languages: () =>
      engine.languages.map(({ id, name }) => ({ id, name })).sort((a, b) => a.name.localeCompare(b.name, 'en')),
    voices: () => [...engine.voices],
    synthesize: (request) => synthesize(engine, request, maxTextChars),
    close: () => engine.close(),
  };
}

/** The server, with what is installed here behind it. */
async function openOpenai(options: SpeechOptions): Promise<SpeechEngine> {
  const { baseUrl = null, model = null, voice = '', apiKey = null, timeoutSeconds = 1 } = options.openai ?? {};
  if (baseUrl === null || model === null) {
    throw new VaktraError('config_invalid', 'speech.openai needs a baseUrl and a model: set both, or another engine.');
  }
  const settings = {
    baseUrl,
    model,
    voice,
    apiKey: apiKey ?? undefined,
    timeoutMs: timeoutSeconds * MS_PER_SECOND,
    fetch: createOutgoingFetch({ allowPrivate: options.allowPrivate ?? false }),
  };
  const local = await openEngine(options, 'auto').catch((error: unknown) => {
    options.logger.warn({ error }, 'no engine is installed that could speak where speech.openai fails');
    return undefined;
  });
  return local
    ? withFallback(openAudioSpeech(settings, local.languages), local, options.logger)
    : openAudioSpeech(settings, [{ id: 'en', name: 'English', aliases: [] }]);
}

async function openEngine(
  options: SpeechOptions,
  engine: 'auto' | 'espeak' | 'flite' | 'piper',
): Promise<SpeechEngine> {
  const { logger, espeakModule = ESPEAK_MODULE, fliteBinary = FLITE_BINARY } = options;
  const causes: unknown[] = [];
  if (engine !== 'flite') {
    const modulePath = findEspeak(espeakModule);
    if (modulePath !== undefined) {
      try {
        const espeak = await openEspeak(modulePath, (error) =>
          logger.warn({ error }, 'espeak died: text cannot be spoken'),
        );
        return engine === 'espeak' ? espeak : await withPiper(espeak, modulePath, engine, options);
      } catch (error) {
        if (engine === 'piper') throw error;
        logger.warn({ error, modulePath }, 'espeak is installed but cannot be used');
        causes.push(error);
      }
    }
  }
  if (engine === 'auto' || engine === 'flite') {
    const voices = await findFlite(fliteBinary);
    if (voices !== undefined) return openFlite(fliteBinary, voices);
  }
  const wanted = engine === 'auto' ? 'No speech engine is' : `The speech engine ${engine} is not`;
  throw new VaktraError(
    'speech_engine_missing',
    `${wanted} installed, so text cannot be spoken. Install the npm package ${ESPEAK_MODULE} (many languages, GPL-3.0), ` +
      'or flite (English; apt-get install flite), or push audio instead of text.',
    { cause: causes[0] },
  );
}

/** espeak with Piper's voice before it in English, where that is installed or `piper` is asked for. */
async function withPiper(
  espeak: SpeechEngine,
  espeakPath: string,
  engine: 'auto' | 'piper',
  { logger, voicesDirectory }: SpeechOptions,
): Promise<SpeechEngine> {
  try {
    const voice = voicesDirectory === undefined ? undefined : await findPiperVoice(voicesDirectory);
    if (voice) {
      const piper = await openPiper(espeakPath, voice, (error) =>
        logger.warn({ error }, 'piper died: espeak speaks English too'),
      );
      return byLanguage({ ...withFallback(piper, espeak, logger), languages: piper.languages }, espeak);
    }
    if (engine === 'auto') return espeak;
    throw new VaktraError(
      'speech_engine_missing',
      "The voice of speech.engine piper is not there: run 'npm run voices'.",
    );
  } catch (error) {
    if (engine === 'piper') {
      await espeak.close();
      throw error;
    }
    logger.warn({ error }, "piper's voice is there but cannot be used: espeak speaks English too");
    return espeak;
  }
}

async function* synthesize(
  engine: SpeechEngine,
  request: SpeechRequest,
  maxTextChars: number,
): AsyncGenerator<SpeechPart, void, undefined> {
  const { sentences, language, voice, rate } = checked(engine, request, maxTextChars);
  const { sampleRateHz } = engine;
  const abandoned = new AbortController();
  const signal = request.signal ? AbortSignal.any([request.signal, abandoned.signal]) : abandoned.signal;
  const pause = Math.round((engine.sentencePauseMs * sampleRateHz) / MS_PER_SECOND);
  let samples = 0;

  try {
    for await (const sentence of sentences) {
      if (signal.aborted) return;
      const text = request.review ? await request.review(sentence) : sentence;
      if (signal.aborted) return;
      if (text === undefined) continue;
      if (samples > 0) {
        yield { pcm: new Float32Array(pause), sampleRateHz, words: [], phonemes: [], final: false };
        samples += pause;
      }
      const offsetMs = (samples * MS_PER_SECOND) / sampleRateHz;
      const words = wordsOf(text, language);
      for await (const piece of piecesOf(engine, { text, words, language, voice, rate, signal })) {
        if (signal.aborted) return;
        samples += piece.pcm.length;
        yield { ...shifted(piece, offsetMs), sampleRateHz, final: false };
      }
      if (signal.aborted) return;
    }
    if (samples === 0) throw nothingToSay(typeof request.text === 'string' ? request.text : '');
    yield { pcm: new Float32Array(0), sampleRateHz, words: [], phonemes: [], final: true };
  } finally {
    abandoned.abort(); // where the caller left the loop, the engine need not finish the sentence
  }
}

/** The pieces of a sentence while it is spoken. Whoever leaves early leaves the engine to its signal. */
async function* piecesOf(engine: SpeechEngine, sentence: EngineSentence): AsyncGenerator<EnginePiece, void, undefined> {
  const pieces: EnginePiece[] = [];
  let finished = false;
  let changed = Promise.withResolvers<void>();
  const spoken = engine
    .speak(sentence, (piece) => {
      pieces.push(piece);
      changed.resolve();
    })
    .finally(() => {
      finished = true;
      changed.resolve();
    });
  // Thrown below to whoever is still there; where nobody is, an error after the abort concerns nobody.
  spoken.catch(() => undefined);

  for (;;) {
    const piece = pieces.shift();
    if (piece) {
      yield piece;
    } else if (finished) {
      return await spoken;
    } else {
      await changed.promise;
      changed = Promise.withResolvers();
    }
  }
}

function shifted({ pcm, words, phonemes }: EnginePiece, offsetMs: number): EnginePiece {
  const shift = <T extends { startMs: number; endMs: number }>(timed: T): T => ({
    ...timed,
    startMs: timed.startMs + offsetMs,
    endMs: timed.endMs + offsetMs,
  });
  return { pcm, words: words.map(shift), phonemes: phonemes.map(shift) };
}

function checked(
  engine: SpeechEngine,
  { text, language, voice, rate = 1 }: SpeechRequest,
  maxTextChars: number,
): { sentences: Iterable<string> | AsyncIterable<string>; language: string; voice: string | undefined; rate: number } {
  if (typeof text === 'string' && text.length > maxTextChars) {
    throw new VaktraError(
      'text_too_long',
      `The text has ${text.length} characters, more than the ${maxTextChars} that are taken at once: send it in parts.`,
    );
  }
  const { id } = findLanguage(engine.languages, language);
  if (voice !== undefined && !engine.voices.includes(voice)) {
    const known = engine.voices.join(', ');
    throw new VaktraError('invalid_message', `${engine.name} has no voice "${voice.slice(0, 40)}"; it has ${known}.`);
  }
  if (!(rate >= MIN_RATE && rate <= MAX_RATE)) {
    throw new VaktraError(
      'invalid_message',
      `Speech at rate ${rate} is not possible: choose ${MIN_RATE} to ${MAX_RATE}.`,
    );
  }
  // What is written bit by bit is bounded by who writes it.
  if (typeof text !== 'string') return { sentences: sentencesFrom(text, id), language: id, voice, rate };
  const sentences = sentencesOf(cleanText(text), id);
  if (sentences.length === 0) throw nothingToSay(text);
  return { sentences, language: id, voice, rate };
}

function nothingToSay(text: string): VaktraError {
  const what = text.trim() === '' ? 'The text is empty' : 'Nothing in the text can be spoken';
  return new VaktraError('text_empty', `${what}: send at least one word of the chosen language.`);
}
