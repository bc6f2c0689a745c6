import { z } from 'zod';
import { BudgetFigures, DirectiveState, DirectiveView } from './directive.js';
import { TaskState, TaskView, WaitingOn } from './task.js';

const ms = z.number().int().nullable();

/** How far a directive is, how long it took, and what it cost. */
export const DirectiveStats = z
  .strictObject({
    directiveId: z.string(),
    state: DirectiveState,
    tasks: DirectiveView.shape.tasks,
    /** Of its tasks, the part that is final, 0 to 1; null before it has a plan. */
    progress: z.number().nullable(),
    /** Of its tasks that succeeded, failed or expired, the part that succeeded; null when there is none. */
    successRate: z.number().nullable(),
    /** From its submit to its start. */
    waitedMs: ms,
    /** From its start to its end, or until now. */
    ranMs: ms,
    /** How many events its story has. */
    events: z.number().int(),
    budget: BudgetFigures,
  })
  .meta({ id: 'DirectiveStats' });
export type DirectiveStats = z.infer<typeof DirectiveStats>;

/** What became of a tenant's newest directives. */
export const DirectivesStats = z
  .strictObject({
    /** Of the newest, so many were counted. */
    counted: z.number().int(),
    hasMore: z.boolean(),
    byState: z.partialRecord(DirectiveState, z.number().int()),
    /** Not final, and not at rest. */
    active: z.number().int(),
    /** Of those that are final, the part that is COMPLETED; null when none is. */
    successRate: z.number().nullable(),
  })
  .meta({ id: 'DirectivesStats' });
export type DirectivesStats = z.infer<typeof DirectivesStats>;

export const TaskList = z
  .strictObject({ directiveId: z.string(), items: z.array(TaskView), nextCursor: z.string().nullable() })
  .meta({ id: 'TaskList' });

export const DependencyList = z
  .strictObject({ items: z.array(z.strictObject({ id: z.string(), state: TaskState })) })
  .meta({ id: 'DependencyList' });

/** Why a task waits: in a sentence, and for programs. All null once it is final. */
export const TaskWait = z
  .strictObject({
    id: z.string(),
    state: TaskState,
    why: z.string().nullable(),
    waitingOn: WaitingOn.nullable(),
    owner: TaskView.shape.owner,
    since: TaskView.shape.since,
    deadline: TaskView.shape.deadline,
  })
  .meta({ id: 'TaskWait' });
export type TaskWait = z.infer<typeof TaskWait>;
