import { z } from 'zod';
import { Assignment } from './assignment.js';
import { Json } from './json.js';
import { PayloadClaim } from './payload-claim.js';
import { SchemaVersion } from './schema-version.js';

/** Data of a job on a worker queue: one attempt of one task. `effectKey` is stable over attempts: the idempotency key for effects outside. */
export const TaskMessage = z.object({
  schemaVersion: SchemaVersion,
  __assignment: Assignment,
  tenant: z.string(),
  directiveId: z.string(),
  taskId: z.string(),
  attempt: z.number().int().positive(),
  nonce: z.string(),
  effectKey: z.string(),
  action: z.string(),
  /** null when `inputClaim` is there: the input lies in the artifact store of the directive. */
  input: Json,
  inputClaim: PayloadClaim.optional(),
  timeoutMs: z.number().int().positive(),
  traceparent: z.string(),
});
export type TaskMessage = z.infer<typeof TaskMessage>;
