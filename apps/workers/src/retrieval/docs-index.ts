import MiniSearch, { type AsPlainObject, type Options } from 'minisearch';
import { z } from 'zod';
import { termsOf } from './tokens.js';

export const docsIndexFormat = 'coc.docs-index/1';

const IndexedChunk = z.object({
  /** Position in `documents`. */
  document: z.number().int(),
  /** The headings it stands under, joined by " > ". */
  heading: z.string(),
  /** Where each line of `text` starts in the source. */
  lines: z.array(z.number().int()),
  endLine: z.number().int(),
  /** The head of the table it starts in, or empty. */
  header: z.string(),
  text: z.string(),
  /** Base64 of little-endian float32. */
  vector: z.string(),
  /** Of the heading it stands under, in the graph. */
  score: z.number(),
});
export type IndexedChunk = z.infer<typeof IndexedChunk>;

/** The one artifact a question needs: passages, vectors, BM25 index and graph scores. */
export const DocsIndex = z.object({
  format: z.literal(docsIndexFormat),
  folder: z.string(),
  dimensions: z.number().int(),
  documents: z.array(
    z.object({
      path: z.string(),
      title: z.string(),
      sha256: z.string(),
      words: z.number().int(),
      score: z.number(),
    }),
  ),
  chunks: z.array(IndexedChunk),
  /** MiniSearch's own serialisation; ids are positions in `chunks`. */
  search: z.custom<AsPlainObject>((value) => typeof value === 'object' && value !== null),
});
export type DocsIndex = z.infer<typeof DocsIndex>;

/** What BM25 sees of a chunk. */
export interface SearchEntry {
  id: number;
  title: string;
  heading: string;
  text: string;
}

const searchOptions: Options<SearchEntry> = {
  fields: ['title', 'heading', 'text'],
  tokenize: termsOf,
  processTerm: (term) => term,
};

/** Builds the BM25 index in portions, so that other attempts of the process go on meanwhile. */
export async function createSearch(entries: readonly SearchEntry[]): Promise<MiniSearch<SearchEntry>> {
  const search = new MiniSearch(searchOptions);
  await search.addAllAsync(entries, { chunkSize: 200 });
  return search;
}

export function openSearch(index: DocsIndex): MiniSearch<SearchEntry> {
  return MiniSearch.loadJS(index.search, searchOptions);
}
