// Speech to text for visitors. Offline by default and then honest about its limit: a fixed list of English phrases.

import type { Logger } from 'pino';
import { VaktraError } from '../../errors.ts';
import { createOutgoingFetch } from '../../runtime/index.ts';
import { createSphinxRecogniser } from './sphinx.ts';
import { createTranscriptions } from './transcriptions.ts';
import type { OverVoicePhrases, Recogniser } from './types.ts';

export { digitsToRead } from './digits.ts';
export { hearSentence, readingLanguages } from './read-aloud.ts';
export type { OverVoicePhrases, Recogniser, Recognition, RecognitionRequest } from './types.ts';

export interface RecogniserOptions {
  /** `auto` takes pocketsphinx where it is installed; `none`: visitors write. */
  engine: 'auto' | 'none' | 'sphinx' | 'transcriptions';
  /** What visitors are likely to say, for a recogniser with a fixed list. */
  phrases: readonly string[];
  /** The short phrases that are understood over another's voice. */
  overVoice: OverVoicePhrases;
  transcriptions: { baseUrl: string | null; model: string | null; apiKey: string | null; timeoutSeconds: number };
  allowPrivate: boolean;
  logger: Pick<Logger, 'info' | 'warn'>;
}

/**
 * The recogniser that the settings name, shared by all conversations; undefined where nothing recognises.
 *
 * @throws VaktraError `recognition_missing`, `config_invalid`
 */
export async function createRecogniser(options: RecogniserOptions): Promise<Recogniser | undefined> {
  const { engine, phrases, overVoice, transcriptions, allowPrivate, logger } = options;
  if (engine === 'none') return undefined;
  if (engine === 'transcriptions') {
    const { baseUrl, model, apiKey, timeoutSeconds } = transcriptions;
    if (baseUrl === null || model === null) {
      throw new VaktraError(
        'config_invalid',
        'speech.recognition.transcriptions needs a baseUrl and a model: set both, or choose another engine.',
      );
    }
    const fetch = createOutgoingFetch({ allowPrivate });
    return createTranscriptions({
      baseUrl,
      model,
      apiKey: apiKey ?? undefined,
      timeoutMs: timeoutSeconds * 1000,
      fetch,
    });
  }
  try {
    return await createSphinxRecogniser(phrases, overVoice, (left) =>
      logger.warn({ phrases: left }, 'these phrases are not understood: the dictionary lacks a word of each'),
    );
  } catch (error) {
    const isMissing = error instanceof VaktraError && error.code === 'recognition_missing';
    if (engine === 'sphinx' || !isMissing) throw error;
    logger.warn({ err: error }, 'no recogniser: visitors write instead of speaking');
    return undefined;
  }
}
