import { z } from 'zod';

/** What a worker tells the witness: that it begins an effect, or that the effect is done. */
export const Testimony = z.strictObject({
  phase: z.enum(['start', 'commit']),
  effectKey: z.string(),
  tenant: z.string(),
  directive: z.string(),
  task: z.string(),
  action: z.string(),
  attempt: z.number().int(),
  nonce: z.string(),
  pid: z.number().int(),
  /** As it came to the worker; at the start only. */
  input: z.unknown().optional(),
});
export type Testimony = z.infer<typeof Testimony>;

/** A line of the witness's ledger. `seq` is its order of arrival; `fresh` is false for a commit of an effect key that had one. */
export type LedgerLine = Testimony & { seq: number; atMs: number; fresh: boolean };

/** What the witness answers: which commit of this effect key it was, as `seq` of the first one. */
export interface WitnessAnswer {
  seq: number;
  fresh: boolean;
}
