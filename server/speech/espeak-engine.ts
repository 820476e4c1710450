// espeak-ng (https://github.com/espeak-ng/espeak-ng) as a speech engine: small, quick, more than a hundred languages,
// and it tells when each word and phoneme sounds. An optional package, since its licence is GPL-3.0.

import { createRequire } from 'node:module';
import { basename } from 'node:path';
import { startWorkerThread } from '../runtime/index.ts';
import { EspeakTiming } from './espeak-timing.ts';
import type { EspeakCalls, EspeakSpeak, EspeakVoice } from './espeak-worker.ts';
import type { EngineLanguage, SpeechEngine } from './speech-types.ts';

/** espeak's own 175 is the pace of a screen reader; people explain things at about 150 to 160 words a minute. */
const WORDS_PER_MINUTE = 160;
const MIN_WORDS_PER_MINUTE = 80;
/**
 * Of some 100 variants the one that is nearest to people by what could be measured without listeners: a recogniser trained
 * on people (pocketsphinx, 8 English sentences) gets 13 % of its words wrong, 78 % of the plain voice's and 54 % of the best
 * of the women's (flite: 3 %); its long-term spectrum is within 0.5 standard deviations of 20 real English speakers'
 * (plain: 1.0). It clips in none of 20 languages, as its sibling `edward` does. What is near to people is also what the
 * motion model learned from.
 */
const DEFAULT_VARIANT = 'edward2';
/** The voice's own pitch; a little more melody than its own 50, which is flat beside people. */
const PITCH = 50;
const PITCH_RANGE = 60;
/** Together with the 107 ms that espeak leaves behind a text this is what it puts between two sentences of one text. */
const SENTENCE_PAUSE_MS = 200;

/** Spoken once at the start and thrown away: the first sentence takes some ten times as long as those after it. */
const WARM_UP_TEXT =
  'The quick brown fox jumps over the lazy dog, while a good voice warms up its vowels: one, two, three.';
const WARM_UP_VOICE = 'gmw/en-US';

/** What a plain language means where espeak has several and prefers another (British English), or has another tag. */
const PREFERRED_VOICES: Readonly<Record<string, string>> = { en: 'en-us', fr: 'fr-fr', vi: 'vi', zh: 'cmn', no: 'nb' };

/** Where the package is, or nothing when it is not installed. */
export function findEspeak(moduleName: string): string | undefined {
  try {
    return createRequire(import.meta.url).resolve(moduleName);
  } catch {
    return undefined; // an optional package: its absence is an answer
  }
}

/** Loads espeak into a worker thread; rejects when the package is not what it should be. */
export async function openEspeak(modulePath: string, onDied: (error: Error) => void): Promise<SpeechEngine> {
  const thread = startWorkerThread<EspeakCalls>(new URL('./espeak-worker.ts', import.meta.url), {
    name: 'espeak',
    onDied,
  });
  try {
    const { voices, variants, sampleRateHz } = await thread.request('open', {
      modulePath,
      warmUp: requestOf(WARM_UP_TEXT, WARM_UP_VOICE, DEFAULT_VARIANT, 1),
    });
    const spoken = languagesOf(voices);
    const voiceOf = new Map(spoken.map(({ language, voice }) => [language.id, voice.identifier]));
    return {
      name: 'espeak',
      sampleRateHz,
      languages: spoken.map(({ language }) => language),
      voices: variants,
      sentencePauseMs: SENTENCE_PAUSE_MS,
      async speak({ text, words: said, language, voice, rate, signal }, onPiece) {
        const timing = new EspeakTiming(said);
        const identifier = voiceOf.get(language) ?? language;
        await thread.request('speak', requestOf(text, identifier, voice ?? DEFAULT_VARIANT, rate), {
          signal,
          onPart: ({ pcm, events }) => onPiece({ pcm, ...timing.take(events) }),
        });
        const words = timing.rest();
        if (words.length > 0 && !signal.aborted) onPiece({ pcm: new Float32Array(0), words, phonemes: [] });
      },
      close: () => thread.close(),
    };
  } catch (error) {
    await thread.close();
    throw error;
  }
}

function requestOf(text: string, identifier: string, variant: string, rate: number): EspeakSpeak {
  return {
    text,
    voice: `${identifier}+${variant}`,
    wordsPerMinute: Math.max(MIN_WORDS_PER_MINUTE, Math.round(WORDS_PER_MINUTE * rate)),
    pitch: PITCH,
    range: PITCH_RANGE,
  };
}

function languagesOf(voices: readonly EspeakVoice[]): { language: EngineLanguage; voice: EspeakVoice }[] {
  const tagsOf = (voice: EspeakVoice) => voice.languages.map(({ name }) => name.toLowerCase());
  const plainOf = new Map<string, string>();
  for (const [plain, tag] of Object.entries(PREFERRED_VOICES)) plainOf.set(tag, plain);

  const taken = new Set<string>();
  return voices.map((voice) => {
    const [first = '', ...others] = tagsOf(voice);
    // Two spellings of Cantonese share a tag: the later one goes by the name of its file.
    const tag = taken.has(first) ? basename(voice.identifier).toLowerCase() : first;
    taken.add(tag);
    const plain = plainOf.get(tag);
    // English without a country is listed as such, where the page looks for it; the others keep espeak's tag.
    const id = plain !== undefined && tag.startsWith(`${plain}-`) ? plain : tag;
    const aliases = [...new Set([tag, ...others, ...(plain === undefined ? [] : [plain])])].filter(
      (alias) => alias !== id && (PREFERRED_VOICES[alias] ?? tag) === tag,
    );
    return { language: { id, name: voice.name, aliases }, voice };
  });
}
