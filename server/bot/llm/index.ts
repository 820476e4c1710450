// A brain behind any server that speaks OpenAI's chat completions, streamed; it may look things up, hand over, and end.

import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { isStepCount, type ModelMessage, streamText, tool } from 'ai';
import { z } from 'zod';
import type { OutgoingFetch } from '../../runtime/index.ts';
import type { FaqBrain } from '../faq/index.ts';
import { phrasesFor } from '../phrases.ts';
import type { AnswerPart, Brain, Question, Said } from '../types.ts';

export interface LlmOptions {
  /** Up to and with the version, such as `https://example.com/v1`. */
  baseUrl: string;
  model: string;
  apiKey: string | undefined;
  /** What the model is told about itself, before everything else. */
  instructions: string;
  fetch: OutgoingFetch;
  /** Where it may look things up. */
  knowledge: FaqBrain | undefined;
}

/** An answer is spoken: about two minutes. */
const MAX_OUTPUT_TOKENS = 600;
/** Looking up and answering, twice over. */
const MAX_STEPS = 4;
const LOOK_UP_COUNT = 3;
/** Turns of the conversation that the model is told. */
const HISTORY_TURNS = 24;

export function createLlmBrain({ baseUrl, model, apiKey, instructions, fetch, knowledge }: LlmOptions): Brain {
  const provider = createOpenAICompatible({ name: 'llm', baseURL: baseUrl, ...(apiKey && { apiKey }), fetch });

  async function* answer(question: Question, signal: AbortSignal): AsyncGenerator<AnswerPart> {
    const result = streamText({
      model: provider(model),
      instructions: `${instructions}\nAnswer in the language with the tag ${question.language}. Your answer is spoken aloud: short sentences, no markup.`,
      messages: [...messagesOf(question.history), { role: 'user', content: question.text }],
      tools: {
        ...(knowledge && {
          look_up: tool({
            description: 'Looks up what is known about a question of the visitor.',
            inputSchema: z.object({ question: z.string() }),
            execute: (input) => knowledge.lookUp(input.question, question.language, LOOK_UP_COUNT),
          }),
        }),
        hand_over: tool({
          description: 'Gives the visitor to a person, when they ask for one or you cannot help.',
          inputSchema: z.object({ reason: z.string() }),
        }),
        end_conversation: tool({
          description: 'Ends the conversation, when the visitor has said goodbye.',
          inputSchema: z.object({}),
        }),
      },
      stopWhen: isStepCount(MAX_STEPS),
      maxOutputTokens: MAX_OUTPUT_TOKENS,
      maxRetries: 1,
      abortSignal: signal,
      // The error comes through the stream too; the library would print it.
      onError: () => undefined,
    });
    for await (const part of result.fullStream) {
      if (part.type === 'error') throw part.error;
      if (part.type === 'text-delta') yield { type: 'text', text: part.text };
      if (part.type !== 'tool-call') continue;
      if (part.toolName === 'hand_over') {
        yield { type: 'text', text: phrasesFor(question.language).handOver };
        yield { type: 'hand_over', reason: reasonOf(part.input) };
      }
      if (part.toolName === 'end_conversation') yield { type: 'end' };
    }
  }

  return {
    name: 'llm',
    answer,
    topics: (language) => knowledge?.topics(language) ?? [],
    close: async () => knowledge?.close(),
  };
}

function messagesOf(history: readonly Said[]): ModelMessage[] {
  return history.slice(-HISTORY_TURNS).map(({ who, text }) => ({
    role: who === 'visitor' ? 'user' : 'assistant',
    content: text,
  }));
}

function reasonOf(input: unknown): string {
  const read = z.object({ reason: z.string() }).safeParse(input);
  return read.success ? read.data.reason : '';
}
