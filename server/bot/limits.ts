// Bounds around a brain: it may be slow to begin, never end, or say too much; what it said until then is kept.

import { VaktraError } from '../errors.ts';
import type { AnswerPart, Brain } from './types.ts';

export interface AnswerLimits {
  /** Longest answer that is spoken, in characters. */
  maxAnswerChars: number;
  /** Until the first part, and between two. */
  patienceMs: number;
}

/** When fewer characters are left than this, sentences are passed on whole. */
const LONG_SENTENCE_CHARS = 240;
/** Where an answer that is too long may end. */
const SENTENCE_END = /[.!?。！？।؟…]["')\]]?(\s|$)/gu;

/**
 * The same brain within limits: a longer answer ends with its last whole sentence, waiting too long is `brain_failed`, and so is
 * whatever the brain throws.
 */
export function withLimits(brain: Brain, { maxAnswerChars, patienceMs }: AnswerLimits): Brain {
  async function* answer(...[question, signal]: Parameters<Brain['answer']>): AsyncGenerator<AnswerPart> {
    const ended = new AbortController();
    const parts = brain.answer(question, AbortSignal.any([signal, ended.signal]))[Symbol.asyncIterator]();
    let left = maxAnswerChars;
    /** The sentence that was begun, once it may be the last one. */
    let held = '';
    try {
      while (!signal.aborted) {
        const next = await within(parts.next(), patienceMs, signal, brain.name);
        if (!next) return;
        if (next.done) {
          if (held) yield { type: 'text', text: held };
          return;
        }
        const part = next.value;
        if (part.type !== 'text') {
          if (held) yield { type: 'text', text: held };
          held = '';
          yield part;
          continue;
        }
        const text = held + part.text.slice(0, left);
        const isOver = part.text.length > left;
        left -= part.text.length;
        const ready = left < LONG_SENTENCE_CHARS ? wholeSentences(text) : text;
        held = text.slice(ready.length);
        if (ready) yield { type: 'text', text: ready };
        if (isOver) return;
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof VaktraError && error.code === 'brain_failed') throw error;
      const message = error instanceof Error ? error.message : String(error);
      throw new VaktraError('brain_failed', `The ${brain.name} brain failed: ${message}`, { cause: error });
    } finally {
      ended.abort();
      // A brain that hangs is not waited for.
      void parts.return?.()?.catch(() => undefined);
    }
  }
  return { ...brain, answer };
}

/** The promise's value; undefined when `signal` says that nobody waits any more. */
async function within<T>(promise: Promise<T>, ms: number, signal: AbortSignal, name: string): Promise<T | undefined> {
  promise.catch(() => undefined); // where it fails after it was given up
  const { promise: given, resolve, reject } = Promise.withResolvers<undefined>();
  const giveUp = () => resolve(undefined);
  signal.addEventListener('abort', giveUp, { once: true });
  const timer = setTimeout(() => {
    reject(new VaktraError('brain_failed', `The ${name} brain said nothing for ${ms / 1000} s: look after it.`));
  }, ms);
  try {
    return await Promise.race([promise, given]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', giveUp);
  }
}

function wholeSentences(text: string): string {
  const last = [...text.matchAll(SENTENCE_END)].at(-1);
  return last ? text.slice(0, last.index + last[0].length) : '';
}
