// A brain that quotes: it looks a question up in a folder of Markdown and says what stands there, with its source. It invents
// nothing; where nothing fits it says so and offers a person.

import { startWorkerThread } from '../../runtime/index.ts';
import { phrasesFor } from '../phrases.ts';
import type { AnswerPart, Brain, Question } from '../types.ts';
import type { EmbedderCalls } from './embedder-worker.ts';
import { readKnowledge } from './knowledge.ts';
import { KnowledgeSearch } from './search.ts';

export { entriesOf, type KnowledgeEntry, readKnowledge } from './knowledge.ts';

export interface FaqOptions {
  /** Folder of Markdown files. */
  knowledge: string;
  /** Least score, 0 to 1, at which an entry is an answer. */
  threshold: number;
}

export interface FaqBrain extends Brain {
  /** For other brains: what stands there about a question, best first, without a threshold. */
  lookUp(question: string, language: string, count: number): Promise<{ title: string; answer: string; url: string }[]>;
}

/**
 * Reads the folder and its meanings; takes about a second.
 *
 * @throws VaktraError `knowledge_missing`
 */
export async function createFaqBrain({ knowledge, threshold }: FaqOptions): Promise<FaqBrain> {
  const entries = await readKnowledge(knowledge);
  const embedder = startWorkerThread<EmbedderCalls>(new URL('./embedder-worker.ts', import.meta.url), {
    name: 'embedder',
  });
  let search: KnowledgeSearch;
  try {
    search = await KnowledgeSearch.build(entries, (texts) => embedder.request('embed', { texts }));
  } catch (error) {
    await embedder.close();
    throw error;
  }

  async function* answer(question: Question, signal: AbortSignal): AsyncGenerator<AnswerPart> {
    const phrases = phrasesFor(question.language);
    if (wantsPerson(question)) {
      yield { type: 'text', text: phrases.handOver };
      yield { type: 'hand_over', reason: question.text };
      return;
    }
    const [best] = await search.find(question.text, question.language);
    if (signal.aborted) return;
    if (!best || best.score < threshold) {
      yield { type: 'text', text: phrases.unknown };
      return;
    }
    yield { type: 'text', text: best.entry.answer };
    yield { type: 'source', title: best.entry.title, url: best.entry.url };
  }

  return {
    name: 'faq',
    answer,
    topics(language) {
      const [primary] = language.toLowerCase().split('-');
      return entries.filter((entry) => entry.language.split('-')[0] === primary).map((entry) => entry.title);
    },
    async lookUp(question, language, count) {
      const found = await search.find(question, language);
      return found.slice(0, count).map(({ entry: { title, answer: text, url } }) => ({ title, answer: text, url }));
    },
    close: () => embedder.close(),
  };
}

/** Does the visitor ask for a person, or say yes to the offer of one? */
function wantsPerson({ text, language, history }: Pick<Question, 'text' | 'language' | 'history'>): boolean {
  const phrases = phrasesFor(language);
  const said = text.toLowerCase();
  if (phrases.person.test(said)) return true;
  const last = history.at(-1);
  return last?.who === 'avatar' && last.text.includes(phrases.unknown) && phrases.yes.test(said);
}
