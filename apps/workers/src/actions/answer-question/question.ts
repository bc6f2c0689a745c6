import type MiniSearch from 'minisearch';
import type { SearchEntry } from '../../retrieval/docs-index.js';
import { vectorOf } from '../../retrieval/hashed-vector.js';
import { pairsOf, termsOf } from '../../retrieval/tokens.js';

export interface Question {
  text: string;
  vector: Float32Array;
  /** The question's terms with how rare they are in the index: a sentence with the rare ones wins. */
  weights: ReadonlyMap<string, number>;
  /** Neighbouring terms, in order. */
  pairs: readonly string[];
  /** "What is a hold?" wants the sentence that starts with it. */
  asksWhatIs: boolean;
}

const whatIs = /^\s*(?:what|who)(?:\s+(?:is|are|was|were)\b|'s)|\bmean(?:s|ing)?\b|^\s*define\b/i;

export function readQuestion(text: string, search: MiniSearch<SearchEntry>): Question {
  const terms = termsOf(text);
  const weights = new Map(
    [...new Set(terms)].map((term) => {
      const passages = search.search(term, { tokenize: (whole) => [whole] }).length;
      return [term, Math.log(1 + search.documentCount / (1 + passages))] as const;
    }),
  );
  return { text, vector: vectorOf(text), weights, pairs: pairsOf(terms), asksWhatIs: whatIs.test(text) };
}
