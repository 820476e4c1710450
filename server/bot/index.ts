// The brain of a conversation: what is answered to what a visitor says. Which one it is, the settings say.

import { VaktraError } from '../errors.ts';
import { createOutgoingFetch } from '../runtime/index.ts';
import { createFaqBrain, readKnowledge } from './faq/index.ts';
import { withLimits } from './limits.ts';
import { createLlmBrain } from './llm/index.ts';
import type { Brain } from './types.ts';
import { createWebhookBrain } from './webhook/index.ts';

export { createModeration, type Moderation, type ModerationOptions, type Saying } from './moderation/index.ts';
export { phrasesFor } from './phrases.ts';
export type { AnswerPart, Brain, BrainName, Question, Said } from './types.ts';

export interface BotOptions {
  /** `none`: the conversation is driven from outside, by the API. */
  brain: 'none' | 'faq' | 'llm' | 'webhook';
  maxAnswerChars: number;
  patienceSeconds: number;
  faq: { knowledge: string; threshold: number };
  llm: { baseUrl: string | null; model: string | null; apiKey: string | null; instructions: string; lookUp: boolean };
  webhook: { url: string | null; secret: string | null };
  allowPrivate: boolean;
}

/**
 * The brain that the settings name, shared by all conversations; undefined for `none`.
 *
 * @throws VaktraError `knowledge_missing`, `config_invalid`
 */
export async function createBrain(options: BotOptions): Promise<Brain | undefined> {
  const brain = await chosen(options);
  const { maxAnswerChars, patienceSeconds } = options;
  return brain && withLimits(brain, { maxAnswerChars, patienceMs: patienceSeconds * 1000 });
}

/**
 * What visitors are likely to ask in a language, for a recogniser that knows a fixed list only; nothing where anything goes.
 *
 * @throws VaktraError `knowledge_missing`
 */
export async function likelyQuestions({ brain, faq }: BotOptions, language: string): Promise<string[]> {
  if (brain !== 'faq') return [];
  const entries = await readKnowledge(faq.knowledge);
  return entries.filter((entry) => entry.language === language).flatMap((entry) => entry.questions);
}

async function chosen({ brain, faq, llm, webhook, allowPrivate }: BotOptions): Promise<Brain | undefined> {
  switch (brain) {
    case 'none':
      return undefined;
    case 'faq':
      return createFaqBrain(faq);
    case 'llm': {
      const { baseUrl, model, apiKey, instructions, lookUp } = llm;
      const knowledge = lookUp ? await createFaqBrain(faq) : undefined;
      return createLlmBrain({
        baseUrl: required(baseUrl, 'bot.llm.baseUrl', 'the address of a server with chat completions'),
        model: required(model, 'bot.llm.model', 'the name of a model that it has'),
        apiKey: apiKey ?? undefined,
        instructions,
        fetch: createOutgoingFetch({ allowPrivate }),
        knowledge,
      });
    }
    case 'webhook':
      return createWebhookBrain({
        url: required(webhook.url, 'bot.webhook.url', 'the address that questions are posted to'),
        secret: webhook.secret ?? undefined,
        fetch: createOutgoingFetch({ allowPrivate }),
      });
  }
}

function required(value: string | null, setting: string, what: string): string {
  if (value !== null) return value;
  throw new VaktraError('config_invalid', `${setting} is not set: give it ${what}, or choose another bot.brain.`);
}
