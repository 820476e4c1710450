// The voice of a tool: a sound file as it is, or a text file spoken by the default voice.

import { readFile } from 'node:fs/promises';
import { loadConfig } from '../config.ts';
import { VaktraError } from '../errors.ts';
import { readVoiceFile } from '../media/codec/index.ts';
import { createLogger } from '../observe/index.ts';
import { createSpeech, joinedPieces } from '../speech/index.ts';
import { CLOCK_RATE_HZ } from '../types.ts';

/** Mono samples in [-1, 1] and their rate. */
export interface Voice {
  pcm: Float32Array;
  sampleRateHz: number;
}

/**
 * @param language of a text; the configured one where it is left out
 * @throws VaktraError `voice_unreadable`, or what keeps the text from being spoken
 */
export async function readVoice(path: string, language?: string): Promise<Voice> {
  if (!path.endsWith('.txt')) return { pcm: await readVoiceFile(path), sampleRateHz: CLOCK_RATE_HZ };
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new VaktraError('voice_unreadable', `The text ${path} cannot be read: check the path.`, { cause: error });
  });
  return speakText(text, language);
}

/** Text spoken by the default voice of the settings, whole. */
export async function speakText(text: string, language?: string): Promise<Voice> {
  const { speech: settings, outgoing } = loadConfig();
  const logger = createLogger({ level: 'warn', pretty: 'auto' });
  const { engine, openai, maxTextChars } = settings;
  const { allowPrivate } = outgoing;
  const speech = await createSpeech({ engine, openai, allowPrivate, maxTextChars, logger });
  try {
    const pieces: Float32Array[] = [];
    let sampleRateHz = CLOCK_RATE_HZ;
    for await (const part of speech.synthesize({ text, language: language ?? settings.language })) {
      sampleRateHz = part.sampleRateHz;
      pieces.push(part.pcm);
    }
    return { pcm: joinedPieces(Float32Array, pieces), sampleRateHz };
  } finally {
    await speech.close();
  }
}
