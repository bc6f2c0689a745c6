import { z } from 'zod';
import { DirectiveState } from './directive.js';

const Workflow = z.strictObject({ name: z.string(), description: z.string(), needsReview: z.boolean() });

/** How it stands with the orchestrator: what it knows, whether it takes directives, and what became of the caller's latest. */
export const OrchestratorState = z
  .strictObject({
    shards: z.strictObject({
      /** Over how many new directives are spread. */
      used: z.number().int(),
      /** How many are served. */
      served: z.number().int(),
      /** Those on which no executor is at work: what is accepted there waits. */
      withoutExecutor: z.array(z.number().int()),
    }),
    workflows: z.array(Workflow),
    actions: z.number().int(),
    directives: z.strictObject({
      /** Of the tenant's newest, so many were counted. */
      counted: z.number().int(),
      hasMore: z.boolean(),
      byState: z.partialRecord(DirectiveState, z.number().int()),
    }),
    /** Of all tenants, so only the installation's own tenant is told. */
    queues: z.strictObject({ ready: z.number().int(), inFlight: z.number().int() }).optional(),
  })
  .meta({ id: 'OrchestratorState' });
export type OrchestratorState = z.infer<typeof OrchestratorState>;
