// pocketsphinx in a thread of its own: it decodes while the visitor speaks, at about a fifth of a core each, and calls into it
// do not return before they are done.

import { VaktraError } from '../../errors.ts';
import { serveWorkerThread } from '../../runtime/index.ts';
import { joinedPieces } from '../pcm.ts';
import { grammarOf, type PhraseGrammar, wordsOfPhrase } from './grammar.ts';
import { PhraseDecoder } from './phrase-decoder.ts';
import { SecondHearing } from './second-hearing.ts';
import type { Pronunciation } from './sphinx-library.ts';
import type { OverVoicePhrases } from './types.ts';

export interface SphinxCalls {
  /** Returns the words of the phrases that the dictionary lacks. */
  unknownWords: { request: { phrases: readonly string[] }; result: string[] };
  /** Returns the phrases that cannot be understood, since nobody knows how a word of them is said. */
  open: {
    request: {
      phrases: readonly string[];
      pronunciations: readonly Pronunciation[];
      overVoice: OverVoicePhrases;
    };
    result: { left: string[] };
  };
  begin: { request: { id: number }; result: undefined };
  /** Returns the words so far. */
  push: { request: { id: number; pcm: Int16Array }; result: string };
  finish: { request: { id: number }; result: string };
  /** Which phrase over another's voice the utterance so far is. */
  overVoice: { request: { id: number }; result: string };
  cancel: { request: { id: number }; result: undefined };
}

/** Decoders are kept, 30 MB each; who finds none free waits, with their sound. */
const MAX_DECODERS = 3;
/** What is longer is no phrase of a list: 20 s. */
const MOST_SAMPLES = 320_000;

interface Utterance {
  decoder: PhraseDecoder | undefined;
  /** What was said while no decoder was free. */
  waiting: Int16Array[];
  /** All that was said, for a second hearing. */
  said: Int16Array[];
  samples: number;
}

const utterances = new Map<number, Utterance>();
const free: PhraseDecoder[] = [];
let made = 0;
let grammar: PhraseGrammar | undefined;
let pronunciations: readonly Pronunciation[] = [];
let second: SecondHearing | undefined;

function take(): PhraseDecoder | undefined {
  const decoder = free.pop() ?? (made < MAX_DECODERS ? create() : undefined);
  decoder?.start();
  return decoder;
}

function create(): PhraseDecoder {
  const decoder = new PhraseDecoder();
  made += 1;
  if (grammar) decoder.setGrammar(grammar.jsgf, pronunciations);
  return decoder;
}

function utteranceOf(id: number): Utterance {
  const utterance = utterances.get(id);
  if (utterance) return utterance;
  throw new VaktraError('recognition_failed', 'This utterance is over: open another one.');
}

/** Gives the utterance a decoder if one is free, and lets it hear what waited. */
function serve(utterance: Utterance): PhraseDecoder | undefined {
  utterance.decoder ??= take();
  if (utterance.decoder) for (const pcm of utterance.waiting.splice(0)) utterance.decoder.push(pcm);
  return utterance.decoder;
}

function release(decoder: PhraseDecoder): void {
  free.push(decoder);
  const next = [...utterances.values()].find((utterance) => !utterance.decoder);
  if (next) serve(next);
}

serveWorkerThread<SphinxCalls>(
  {
    unknownWords({ phrases }) {
      const decoder = create();
      free.push(decoder);
      const words = new Set(phrases.flatMap(wordsOfPhrase));
      return [...words].filter((word) => !decoder.knows(word));
    },
    open({ phrases, pronunciations: added, overVoice }) {
      const decoder = free.pop() ?? create();
      const known = new Set(added.map(([word]) => word));
      pronunciations = added;
      grammar = grammarOf(phrases, (word) => known.has(word) || decoder.knows(word));
      decoder.setGrammar(grammar.jsgf, pronunciations);
      free.push(decoder);
      second = new SecondHearing(grammar, pronunciations, overVoice);
      return { left: grammar.left };
    },
    begin({ id }) {
      const utterance: Utterance = { decoder: undefined, waiting: [], said: [], samples: 0 };
      utterances.set(id, utterance);
      serve(utterance);
      return undefined;
    },
    push({ id, pcm }) {
      const utterance = utteranceOf(id);
      utterance.waiting.push(pcm);
      utterance.samples += pcm.length;
      if (utterance.samples <= MOST_SAMPLES) utterance.said.push(pcm);
      return serve(utterance)?.partial() ?? '';
    },
    finish({ id }) {
      const utterance = utteranceOf(id);
      utterances.delete(id);
      // All are taken by visitors who speak: it gets one of its own for this moment.
      const decoder = serve(utterance) ?? create();
      if (!utterance.decoder) {
        decoder.start();
        for (const pcm of utterance.waiting) decoder.push(pcm);
      }
      const heard = decoder.finish();
      if (made > MAX_DECODERS && !utterance.decoder) {
        made -= 1;
        decoder.close();
      } else release(decoder);
      const phrase = grammar?.phraseOf(heard) ?? '';
      if (phrase || !second || utterance.samples > MOST_SAMPLES) return phrase;
      return grammar?.phraseOf(second.question(joinedPieces(Int16Array, utterance.said))) ?? '';
    },
    overVoice({ id }) {
      const utterance = utteranceOf(id);
      return utterance.samples > MOST_SAMPLES
        ? ''
        : (second?.overVoice(joinedPieces(Int16Array, utterance.said)) ?? '');
    },
    cancel({ id }) {
      const utterance = utterances.get(id);
      utterances.delete(id);
      if (utterance?.decoder) {
        utterance.decoder.finish();
        release(utterance.decoder);
      }
      return undefined;
    },
  },
  () => {
    for (const { decoder } of utterances.values()) decoder?.close();
    for (const decoder of free) decoder.close();
    second?.close();
  },
);
