import { z } from 'zod';
import { DirectiveState, taskCounts } from './directive.js';
import { DryPlan } from './dry-plan.js';

const checkpointKinds = ['automatic', 'manual'] as const;

/** Why a checkpoint was made by itself: after a significant step, or because it was time. */
export type AutomaticReason = 'paused' | 'degraded' | 'tasks' | 'interval' | 'end';

/** How far a directive was at one moment: its story up to `seq` tells which tasks had succeeded. */
export const CheckpointView = z
  .strictObject({
    /** `<directive id>.<number>` */
    id: z.string(),
    directiveId: z.string(),
    /** Counts from 1; the last 100 are kept. */
    number: z.number().int(),
    at: z.iso.datetime(),
    /** The event up to which it stands for the directive. */
    seq: z.number().int(),
    state: DirectiveState,
    kind: z.enum(checkpointKinds),
    /** Of an automatic one: paused, degraded, tasks, interval or end; of a manual one what its maker said. */
    reason: z.string(),
    /** Who made it, or paused the directive. */
    by: z.string().nullable(),
    tasks: taskCounts,
    chargedUsd: z.number(),
    chargedTokens: z.number().int(),
  })
  .meta({ id: 'Checkpoint' });
export type CheckpointView = z.infer<typeof CheckpointView>;

export const CheckpointList = z
  .strictObject({ items: z.array(CheckpointView), nextCursor: z.string().nullable() })
  .meta({ id: 'CheckpointList' });
export type CheckpointList = z.infer<typeof CheckpointList>;

const reason = z.string().max(500).default('');

/** The body may be left out. */
export const CreateCheckpoint = z.strictObject({ reason }).default({ reason: '' }).meta({ id: 'CreateCheckpoint' });
export type CreateCheckpoint = z.infer<typeof CreateCheckpoint>;

const RetryFrom = z.enum(['start', 'checkpoint']);
export type RetryFrom = z.infer<typeof RetryFrom>;

/**
 * Without `from`: from its last checkpoint, and from the start where it completed or has no task list. `checkpoint` is the number of an
 * earlier one. `dryRun` answers what would be, and stores nothing. The body may be left out.
 */
export const RetryDirective = z
  .strictObject({
    from: RetryFrom.optional(),
    checkpoint: z.number().int().min(1).optional(),
    dryRun: z.boolean().optional(),
  })
  .default({})
  .meta({ id: 'RetryDirective' });
export type RetryDirective = z.infer<typeof RetryDirective>;

/** `run`: it runs. `ask`: it runs when a human has said so, for nobody knows whether its effect has happened. `keep`: it does not run. */
const retryFates = ['keep', 'run', 'ask'] as const;

const RetriedTask = z.strictObject({
  id: z.string(),
  index: z.number().int(),
  action: z.string(),
  fate: z.enum(retryFates),
  /** Empty where nothing is to be said. */
  why: z.string(),
});
export type RetriedTask = z.infer<typeof RetriedTask>;

/** What a retry would do. Nothing of it is stored. */
export const RetryPlan = z
  .strictObject({
    retryOf: z.string(),
    from: RetryFrom,
    /** The checkpoint it would go on from; null from the start. */
    checkpoint: z.number().int().nullable(),
    kept: z.number().int(),
    runs: z.number().int(),
    /** How many of those that run would wait for a human because of their effect. */
    asks: z.number().int(),
    /** Of what runs; what is kept costs nothing more. */
    cost: DryPlan.shape.cost,
    /** What the tasks that are kept had cost. */
    keptUsd: z.number(),
    /** Of a task list; a workflow or an intent is planned anew, and this is empty. */
    tasks: z.array(RetriedTask),
  })
  .meta({ id: 'RetryPlan' });
export type RetryPlan = z.infer<typeof RetryPlan>;
