import { z } from 'zod';

/** The workers of one queue, in whatever language, and what they are at; over all tenants. */
export const QueueWorkers = z
  .strictObject({
    queue: z.string(),
    action: z.string(),
    shard: z.number().int(),
    /** Connected to Redis now; `name` is the one that a worker gave itself. */
    workers: z.array(z.strictObject({ name: z.string().nullable(), connectedMs: z.number().int() })),
    /** Attempts that they took and that are not settled. */
    claimed: z.number().int(),
    /** Attempts that none of them has taken. */
    waitingJobs: z.number().int(),
    /** When the last attempt was taken; null when that is long ago, or never. */
    lastClaimAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'QueueWorkers' });
export type QueueWorkers = z.infer<typeof QueueWorkers>;

export const WorkerList = z.strictObject({ items: z.array(QueueWorkers) }).meta({ id: 'WorkerList' });
