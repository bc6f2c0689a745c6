import { z } from 'zod';

/** Stands for a JSON value that lies in the artifact store of its directive: the SHA-256 and the bytes of its JSON text. */
export const PayloadClaim = z.strictObject({
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  bytes: z.number().int().min(1),
});
export type PayloadClaim = z.infer<typeof PayloadClaim>;

/** As a worker reports it: with the nonce of its attempt, which no value that a worker merely passes on can know. */
export const ReportedClaim = PayloadClaim.extend({ nonce: z.string() });
export type ReportedClaim = z.infer<typeof ReportedClaim>;
