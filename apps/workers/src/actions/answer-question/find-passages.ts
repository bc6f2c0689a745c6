import type MiniSearch from 'minisearch';
import type { DocsIndex, IndexedChunk, SearchEntry } from '../../retrieval/docs-index.js';
import { cosineOf, decodeVector } from '../../retrieval/hashed-vector.js';
import type { Question } from './question.js';

export interface FoundPassage {
  chunk: IndexedChunk;
  /** From 0 to 1; 1 is first in every ranking. */
  score: number;
}

type Ranking = number[];

/** Reciprocal rank fusion (Cormack, Clarke and Büttcher 2009): 60 keeps the first ranks from deciding alone. */
const fusionConstant = 60;
/** Found by trying on questions about this repository: words decide, vectors help with their forms, the graph breaks ties. */
const shares = { words: 1, vectors: 0.3, graph: 0.15 } as const;
const candidatesPerRanking = 50;
/** Below this the nearest vector is noise; without one word in common it takes more to believe it. */
const minCosine = { withWords: 0.15, alone: 0.35 } as const;

function rankByWords(search: MiniSearch<SearchEntry>, question: Question): Ranking {
  const results = search.search(question.text, {
    boost: { heading: 2, title: 0.5 },
    prefix: (term) => term.length >= 4,
    fuzzy: (term) => (term.length >= 6 ? 1 : false),
    weights: { prefix: 0.3, fuzzy: 0.2 },
  });
  return results.slice(0, candidatesPerRanking).map(({ id }) => Number(id));
}

function rankByVectors({ chunks }: DocsIndex, question: Question, atLeast: number): Ranking {
  return chunks
    .map(({ vector }, id) => ({ id, cosine: cosineOf(question.vector, decodeVector(vector)) }))
    .filter(({ cosine }) => cosine >= atLeast)
    .toSorted((left, right) => right.cosine - left.cosine || left.id - right.id)
    .slice(0, candidatesPerRanking)
    .map(({ id }) => id);
}

function rankByGraph({ chunks }: DocsIndex, candidates: ReadonlySet<number>): Ranking {
  return [...candidates].toSorted((left, right) => chunks[right]!.score - chunks[left]!.score || left - right);
}

function fuse(rankings: readonly { ranking: Ranking; share: number }[]): Map<number, number> {
  const best = rankings.reduce((sum, { share }) => sum + share / (fusionConstant + 1), 0);
  const fused = new Map<number, number>();
  for (const { ranking, share } of rankings) {
    ranking.forEach((id, at) => {
      fused.set(id, (fused.get(id) ?? 0) + share / (fusionConstant + at + 1) / best);
    });
  }
  return fused;
}

/** The passages that fit a question best, by words (BM25), vectors and graph together. Empty when nothing fits. */
export function findPassages(
  index: DocsIndex,
  search: MiniSearch<SearchEntry>,
  question: Question,
  count: number,
): FoundPassage[] {
  const words = rankByWords(search, question);
  const vectors = rankByVectors(index, question, words.length > 0 ? minCosine.withWords : minCosine.alone);
  const graph = rankByGraph(index, new Set([...words, ...vectors]));
  const fused = fuse([
    { ranking: words, share: shares.words },
    { ranking: vectors, share: shares.vectors },
    { ranking: graph, share: shares.graph },
  ]);
  return [...fused]
    .toSorted(([leftId, left], [rightId, right]) => right - left || leftId - rightId)
    .slice(0, count)
    .map(([id, score]) => ({ chunk: index.chunks[id]!, score }));
}
