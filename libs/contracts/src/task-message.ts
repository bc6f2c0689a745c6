import { z } from 'zod';
import { Assignment } from './assignment.js';
import { Json } from './json.js';
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
  input: Json,
  timeoutMs: z.number().int().positive(),
  traceparent: z.string(),
});
export type TaskMessage = z.infer<typeof TaskMessage>;
