import { limits } from '#libs/contracts';
import { z } from 'zod';
import { AbsolutePath } from '../../documents/source-folder.js';

export const CollectInput = z.strictObject({
  folder: AbsolutePath,
  maxDocuments: z.number().int().min(1).max(limits.maxFanOut).default(limits.defaultFanOut),
});
export type CollectInput = z.output<typeof CollectInput>;

export const CollectedDocument = z.object({
  /** Relative to the folder, with "/" between its parts. */
  path: z.string(),
  title: z.string(),
  bytes: z.number().int(),
  sha256: z.string(),
});
export type CollectedDocument = z.infer<typeof CollectedDocument>;

export const CollectOutput = z.object({
  folder: z.string(),
  documents: z.array(CollectedDocument),
  /** Files left out: over `maxDocuments`, or over 2 MB. The log names them. */
  omitted: z.number().int(),
});
export type CollectOutput = z.infer<typeof CollectOutput>;
