import { documentFormat, headingPath, type DocumentRecord } from '../../documents/document-record.js';
import type { SourceText } from '../../documents/source-folder.js';
import { chunkDocument, type Chunk } from '../../markdown/chunk-document.js';
import { parseMarkdown, type MarkdownDocument } from '../../markdown/parse-markdown.js';
import { dimensions, encodeVector, vectorOf } from '../../retrieval/hashed-vector.js';
import { wordsOf } from '../../retrieval/tokens.js';

/** Lets timers and other attempts run: a large document takes over 100 ms of CPU. */
async function takeTurns(signal: AbortSignal): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  signal.throwIfAborted();
}

const chunksPerTurn = 20;

function vectorTextOf(document: MarkdownDocument, { heading, text }: Chunk): string {
  return [headingPath(document, heading), text].join('\n');
}

/** Parses, chunks and embeds one document. The same text gives the same record, byte for byte. */
export async function embedDocument(path: string, source: SourceText, signal: AbortSignal): Promise<DocumentRecord> {
  const document = parseMarkdown(source.text);
  const title = document.title || path.split('/').at(-1)!;
  const chunks: DocumentRecord['chunks'] = [];
  for (const chunk of chunkDocument(document)) {
    if (chunks.length % chunksPerTurn === 0) await takeTurns(signal);
    chunks.push({ ...chunk, vector: encodeVector(vectorOf(vectorTextOf(document, chunk))) });
  }
  const { headings, links, codeNames, anchors } = document;
  const words = wordsOf(source.text).length;
  const { sha256 } = source;
  return {
    format: documentFormat,
    path,
    title,
    sha256,
    words,
    dimensions,
    headings,
    anchors,
    links,
    codeNames,
    chunks,
  };
}
