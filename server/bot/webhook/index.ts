// A brain that is the customer's own server: each question is posted to it, signed, and it answers in text or JSON.

import type { ReadableStream } from 'node:stream/web';
import { z } from 'zod';
import { VaktraError } from '../../errors.ts';
import { type OutgoingFetch, signedPost } from '../../runtime/index.ts';
import { phrasesFor } from '../phrases.ts';
import type { AnswerPart, Brain, Question } from '../types.ts';

export interface WebhookOptions {
  url: string;
  /** Key of the signature; without one nothing is signed. */
  secret: string | undefined;
  fetch: OutgoingFetch;
}

/** An answer in JSON: all of it, or one part for each line of a stream. */
const reply = z.object({
  text: z.string().optional(),
  source: z.object({ title: z.string(), url: z.string() }).optional(),
  hand_over: z.string().optional(),
  end: z.boolean().optional(),
});

/** A line of JSON longer than this is no answer. */
const MAX_LINE_CHARS = 100_000;

/**
 * Posts `{ conversation, text, language, history }`. The answer's content type says how it is read: `text/plain` is spoken as it
 * streams in, `application/json` is one answer, `application/x-ndjson` one part a line.
 */
export function createWebhookBrain({ url, secret, fetch }: WebhookOptions): Brain {
  async function* answer(question: Question, signal: AbortSignal): AsyncGenerator<AnswerPart> {
    const post = signedPost(
      {
        conversation: question.conversationId,
        text: question.text,
        language: question.language,
        history: question.history,
      },
      secret,
      signal,
    );
    const accept = 'application/x-ndjson, application/json, text/plain';
    const response = await fetch(url, { ...post, headers: { ...post.headers, accept } });
    if (!response.ok || !response.body) {
      await response.body?.cancel();
      throw new VaktraError('brain_failed', `The webhook answers with status ${response.status}: look at its log.`);
    }
    // Node's streams can be iterated; the browser's type of them, which `fetch` is declared with, cannot.
    const pieces = response.body.pipeThrough(new TextDecoderStream()) as unknown as ReadableStream<string>;
    const type = response.headers.get('content-type')?.split(';')[0]?.trim();
    if (type === 'text/plain') {
      for await (const text of pieces) yield { type: 'text', text };
    } else if (type === 'application/json' || type === 'application/x-ndjson') {
      for await (const line of type === 'application/json' ? wholeOf(pieces) : linesOf(pieces)) {
        yield* partsOf(line, question.language);
      }
    } else {
      await response.body.cancel().catch(() => undefined);
      throw new VaktraError(
        'brain_failed',
        `The webhook answers in ${type ?? 'no content type'}: send text/plain, application/json or application/x-ndjson.`,
      );
    }
  }
  return { name: 'webhook', answer, topics: () => [], close: async () => undefined };
}

function* partsOf(line: string, language: string): Generator<AnswerPart> {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch (cause) {
    throw new VaktraError('brain_failed', 'The webhook sends what is no JSON: see its content type.', { cause });
  }
  const read = reply.safeParse(json);
  if (!read.success) {
    const where = read.error.issues[0]?.path.join('.') || 'the answer';
    throw new VaktraError('brain_failed', `The webhook's JSON has a wrong shape at ${where}: see docs/api.md.`);
  }
  const { text, source, hand_over: reason, end } = read.data;
  if (text) yield { type: 'text', text };
  if (source) yield { type: 'source', ...source };
  if (reason !== undefined) {
    if (!text) yield { type: 'text', text: phrasesFor(language).handOver };
    yield { type: 'hand_over', reason };
  }
  if (end) yield { type: 'end' };
}

async function* wholeOf(pieces: ReadableStream<string>): AsyncGenerator<string> {
  let whole = '';
  for await (const piece of pieces) whole = bounded(whole + piece);
  yield whole;
}

async function* linesOf(pieces: ReadableStream<string>): AsyncGenerator<string> {
  let rest = '';
  for await (const piece of pieces) {
    const lines = bounded(rest + piece).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.trim()) yield line;
  }
  if (rest.trim()) yield rest;
}

function bounded(text: string): string {
  if (text.length <= MAX_LINE_CHARS) return text;
  throw new VaktraError('brain_failed', `The webhook's answer is longer than ${MAX_LINE_CHARS} characters: send less.`);
}
