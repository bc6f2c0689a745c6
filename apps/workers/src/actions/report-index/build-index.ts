import { headingPath, type DocumentRecord } from '../../documents/document-record.js';
import { createSearch, docsIndexFormat, type DocsIndex, type IndexedChunk } from '../../retrieval/docs-index.js';
import { dimensions } from '../../retrieval/hashed-vector.js';
import { documentNode, headingNode, type KnowledgeGraph } from '../build-graph/knowledge-graph.js';

function chunksOf(document: DocumentRecord, position: number, scores: ReadonlyMap<string, number>): IndexedChunk[] {
  return document.chunks.map(({ heading, ...chunk }) => {
    const at = document.headings[heading];
    const node = at ? headingNode(document.path, at.slug) : documentNode(document.path);
    return {
      document: position,
      heading: headingPath(document, heading),
      ...chunk,
      score: scores.get(node) ?? 0,
    };
  });
}

/** Everything a question needs, in one object. */
export async function buildIndex(
  folder: string,
  documents: readonly DocumentRecord[],
  graph: KnowledgeGraph,
): Promise<DocsIndex> {
  const scores = new Map(graph.nodes.map(({ id, score }) => [id, score]));
  const chunks = documents.flatMap((document, position) => chunksOf(document, position, scores));
  const entries = chunks.map(({ document, heading, text }, id) => {
    const { title, path } = documents[document]!;
    return { id, title: `${title} ${path}`, heading, text };
  });
  const search = await createSearch(entries);
  return {
    format: docsIndexFormat,
    folder,
    dimensions,
    documents: documents.map(({ path, title, sha256, words }) => {
      return { path, title, sha256, words, score: scores.get(documentNode(path)) ?? 0 };
    }),
    chunks,
    search: search.toJSON(),
  };
}
