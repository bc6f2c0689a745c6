import { z } from 'zod';
import { AbsolutePath } from '../../documents/source-folder.js';

export const EmbedInput = z.strictObject({
  folder: AbsolutePath,
  /** As `docs.collect` lists it; only the path matters. */
  document: z.object({ path: z.string().min(1).max(4_000) }),
});
export type EmbedInput = z.output<typeof EmbedInput>;

export const EmbedOutput = z.object({
  path: z.string(),
  title: z.string(),
  /** Of the content that was read now; it differs from `docs.collect`'s when the file changed in between. */
  sha256: z.string(),
  headings: z.number().int(),
  chunks: z.number().int(),
  words: z.number().int(),
  dimensions: z.number().int(),
  /** SHA-256 of the artifact that holds text, vectors, headings, links and names of code. */
  artifact: z.string(),
});
export type EmbedOutput = z.infer<typeof EmbedOutput>;
