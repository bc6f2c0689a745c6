import { z } from 'zod';
import { DocumentReference } from '../../documents/document-record.js';
import { AbsolutePath } from '../../documents/source-folder.js';

export const GraphInput = z.strictObject({
  folder: AbsolutePath,
  /** Outputs of `rag.embed`. */
  documents: z.array(DocumentReference).min(1),
});
export type GraphInput = z.output<typeof GraphInput>;

export const GraphOutput = z.object({
  nodes: z.number().int(),
  edges: z.number().int(),
  /** Groups of documents that link to each other or share names of code. */
  communities: z.number().int(),
  brokenLinks: z.number().int(),
  /** SHA-256 of the artifact with the whole graph. */
  artifact: z.string(),
});
export type GraphOutput = z.infer<typeof GraphOutput>;
