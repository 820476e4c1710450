// What a conversation by voice needs beside pictures, started side by side: the engine that speaks, the brain, the recogniser.

import { join } from 'node:path';
import type { Logger } from 'pino';
import { type Brain, createBrain, likelyQuestions } from './bot/index.ts';
import { type Config, PROJECT_ROOT } from './config.ts';
import { ENGLISH_OVER_VOICE } from './session/index.ts';
import { createRecogniser, createSpeech, type Recogniser, type Speech } from './speech/index.ts';

/** What `npm run voices` fetched. */
const VOICES_DIRECTORY = join(PROJECT_ROOT, '.cache/voices');
/** What visitors say to interrupt, and to offers, whatever the bot knows. */
const USUAL_PHRASES = [
  ...['Stop', 'Stop it', 'Wait', 'Wait a moment', 'One moment', 'Hold on', 'Excuse me', 'Be quiet', 'Enough', 'Sorry'],
  ...['Yes', 'Yes please', 'No', 'No thank you', 'Okay', 'Goodbye'],
  ...['Can I talk to a person?', 'I want to talk to a human'],
];

export interface Talk {
  engine: Speech;
  brain: Brain | undefined;
  recogniser: Recogniser | undefined;
}

/** Rejects with what kept one of them from starting; the others are closed then. */
export async function startTalk(config: Config, logger: Logger): Promise<Talk> {
  const { allowPrivate } = config.outgoing;
  const bot = { ...config.bot, allowPrivate };
  const parts = await Promise.allSettled([
    createSpeech({
      engine: config.speech.engine,
      openai: config.speech.openai,
      allowPrivate,
      maxTextChars: config.speech.maxTextChars,
      voicesDirectory: VOICES_DIRECTORY,
      logger,
    }),
    createBrain(bot),
    likelyQuestions(bot, 'en').then((questions) =>
      createRecogniser({
        ...config.speech.recognition,
        phrases: [...questions, ...USUAL_PHRASES],
        overVoice: ENGLISH_OVER_VOICE,
        allowPrivate,
        logger,
      }),
    ),
  ]);
  const [engine, brain, recogniser] = parts;
  if (engine.status === 'fulfilled' && brain.status === 'fulfilled' && recogniser.status === 'fulfilled') {
    return { engine: engine.value, brain: brain.value, recogniser: recogniser.value };
  }
  for (const part of parts) if (part.status === 'fulfilled') await part.value?.close();
  throw parts.find((part) => part.status === 'rejected')?.reason;
}
