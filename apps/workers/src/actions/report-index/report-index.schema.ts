import { z } from 'zod';
import { DocumentReference } from '../../documents/document-record.js';
import { AbsolutePath } from '../../documents/source-folder.js';
import { BrokenLink } from '../build-graph/knowledge-graph.js';

export const ReportInput = z.strictObject({
  folder: AbsolutePath,
  /** Outputs of `rag.embed`. */
  documents: z.array(DocumentReference).min(1),
  /** Output of `kg.build`. */
  graph: z.object({ artifact: z.string() }),
});
export type ReportInput = z.output<typeof ReportInput>;

export const ReportOutput = z.object({
  documents: z.number().int(),
  chunks: z.number().int(),
  words: z.number().int(),
  /** The most central ones first, ten at most. */
  topDocuments: z.array(z.object({ path: z.string(), title: z.string(), score: z.number() })),
  /** A hundred at most; the report names them all. */
  brokenLinks: z.array(BrokenLink),
  /** SHA-256 of the report for people. */
  markdownArtifact: z.string(),
  /** SHA-256 of the index for `docs.answer`. */
  indexArtifact: z.string(),
});
export type ReportOutput = z.infer<typeof ReportOutput>;
