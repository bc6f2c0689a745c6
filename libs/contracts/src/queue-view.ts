import { z } from 'zod';

/** How it stands with one worker queue, over all tenants. */
export const QueueView = z
  .strictObject({
    queue: z.string(),
    action: z.string(),
    shard: z.number().int(),
    /** Tasks in line and in flight. */
    depth: z.number().int(),
    /** Tasks in line: no attempt was granted yet. */
    ready: z.number().int(),
    /** Attempts granted and not settled. */
    inFlight: z.number().int(),
    /** Of those in flight, jobs that no worker has taken. */
    waitingJobs: z.number().int(),
    /** The most that may be in flight; null when nothing stands in line and the executor's own maximum holds. */
    window: z.number().int().nullable(),
    /** The longer of two waits: of the oldest job for a worker, and of the task that is next in line; null when neither waits. */
    oldestWaitMs: z.number().int().nullable(),
  })
  .meta({ id: 'Queue' });
export type QueueView = z.infer<typeof QueueView>;

export const QueueList = z.strictObject({ items: z.array(QueueView) }).meta({ id: 'QueueList' });
