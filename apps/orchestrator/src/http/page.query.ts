import { z } from 'zod';
import { TenantName } from '#libs/contracts';

/** Digits only: `Number` would also read "0x10", "1e1" and "" as a number. */
function fromDigits(text: unknown): unknown {
  return typeof text === 'string' && /^\d{1,16}$/.test(text) ? Number(text) : text;
}

const whole = (schema: z.ZodNumber, fallback: number, description: string) =>
  z.preprocess(fromDigits, schema.default(fallback)).describe(description);

export const limit = (most: number, fallback: number) =>
  whole(z.int().min(1).max(most), fallback, 'how many the answer has at most');
export const cursor = z
  .string()
  .max(500)
  .optional()
  .describe('`nextCursor` of the page before; without it, the first page');

export const ChildQuery = z.strictObject({ limit: limit(200, 50), cursor });
export type ChildQuery = z.infer<typeof ChildQuery>;

export const PlanQuery = z.strictObject({ limit: limit(1_000, 500), cursor });
export type PlanQuery = z.infer<typeof PlanQuery>;

export const CheckpointQuery = z.strictObject({ limit: limit(100, 50), cursor });
export type CheckpointQuery = z.infer<typeof CheckpointQuery>;

export const KeyQuery = z.strictObject({
  limit: limit(200, 50),
  cursor,
  tenant: TenantName.optional().describe("another tenant than one's own, which only the owner's key may name"),
});
export type KeyQuery = z.infer<typeof KeyQuery>;

export const GrantQuery = z.strictObject({
  directive: z.string().max(100).optional().describe('those of this directive; without it, those of the whole tenant'),
});
export type GrantQuery = z.infer<typeof GrantQuery>;

export const EventQuery = z.strictObject({
  limit: limit(1_000, 500),
  after: whole(z.int().min(0), 0, 'the last `seq` seen; `nextCursor` of the page before'),
});
export type EventQuery = z.infer<typeof EventQuery>;

export const ExecuteQuery = z.strictObject({
  planHash: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'a plan hash is 64 hexadecimal digits')
    .optional()
    .describe('of the dry plan that was seen: with another plan the directive is refused'),
});
export type ExecuteQuery = z.infer<typeof ExecuteQuery>;
