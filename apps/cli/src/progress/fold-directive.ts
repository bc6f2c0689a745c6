import {
  type DirectiveEvent,
  type DirectiveState,
  type DirectiveView,
  Shortage,
  usdFromMicroUsd,
} from '#libs/contracts';
import { numberOf } from './fold-task.js';

type Counts = DirectiveView['tasks'];
type EventType = DirectiveEvent['type'];

/** The event after which nothing more happens by itself, and the state in which it leaves the directive. */
export const restingStates: Partial<Record<EventType, DirectiveState>> = {
  'directive.completed': 'COMPLETED',
  'directive.partially_completed': 'PARTIALLY_COMPLETED',
  'directive.failed': 'FAILED',
  'directive.cancelled': 'CANCELLED',
  'directive.timeout': 'TIMEOUT',
  'directive.stopped': 'STOPPED',
  'directive.orphaned': 'ORPHANED',
};

const movingStates: Partial<Record<EventType, DirectiveState>> = {
  'directive.planned': 'QUEUED',
  'directive.started': 'RUNNING',
  'directive.paused': 'PAUSED',
  'directive.resumed': 'RUNNING',
  'directive.degraded': 'DEGRADED',
  'directive.recovered': 'RUNNING',
};

const countedAs: Partial<Record<EventType, keyof Counts>> = {
  'task.completed': 'succeeded',
  'task.failed': 'failed',
  'task.skipped': 'skipped',
  'task.cancelled': 'cancelled',
  'task.expired': 'expired',
};

/** Until it is released, what waits for its start is PENDING with its plan; released without one it goes to be planned. */
function movedTo({ state, waitingOn, tasks }: DirectiveView, type: EventType): DirectiveState {
  const isWaiting = waitingOn?.kind === 'start' || waitingOn?.kind === 'time';
  if (type === 'directive.planned' && isWaiting) return state;
  if (type === 'directive.released' && tasks.total > 0) return 'QUEUED';
  return movingStates[type] ?? state;
}

/** The directive after its next event. What no event carries (its error's message, its reservations) stays as it was. */
export function foldDirective(directive: DirectiveView, event: DirectiveEvent): DirectiveView {
  const { type, timestamp, data } = event;
  const resting = restingStates[type];
  const next: DirectiveView = {
    ...directive,
    lastSeq: event.seq,
    updatedAt: timestamp,
    state: resting ?? movedTo(directive, type),
    ...(type === 'directive.released' ? { waitingOn: null } : {}),
    ...degradedBy(directive, event),
    startedAt: type === 'directive.started' ? timestamp : directive.startedAt,
    tasks: countedBy(directive.tasks, event),
    budget: chargedBy(limitedBy(directive.budget, event), numberOf(data['costMicroUsd'])),
  };
  if (resting === undefined) return next;
  const chargedUsd = usdFromMicroUsd(numberOf(data['chargedMicroUsd']));
  const overrunUsd = usdFromMicroUsd(numberOf(data['overrunMicroUsd']));
  return { ...next, closing: null, finishedAt: timestamp, budget: { ...next.budget, chargedUsd, overrunUsd } };
}

/** The event tells the first of what it lacks; what comes on top is in the next look at the directive. */
function degradedBy(
  { degraded }: DirectiveView,
  { type, timestamp, data }: DirectiveEvent,
): Pick<DirectiveView, 'degraded'> {
  if (type === 'directive.recovered' || restingStates[type] !== undefined) return { degraded: [] };
  if (type !== 'directive.degraded' || (degraded ?? []).length > 0) return {};
  const { reason, task, action, model = null } = data;
  const parsed = Shortage.safeParse({ reason, task, action, model, since: timestamp });
  return parsed.success ? { degraded: [parsed.data] } : {};
}

function countedBy(tasks: Counts, { type, data }: DirectiveEvent): Counts {
  const kept = type === 'directive.kept' && Array.isArray(data['tasks']) ? data['tasks'].length : 0;
  if (kept > 0) return { ...tasks, open: tasks.open - kept, succeeded: tasks.succeeded + kept };
  const added = addedBy(type, data);
  if (added > 0) return { ...tasks, total: tasks.total + added, open: tasks.open + added };
  const name = countedAs[type];
  return name === undefined ? tasks : { ...tasks, open: tasks.open - 1, [name]: tasks[name] + 1 };
}

function addedBy(type: EventType, data: DirectiveEvent['data']): number {
  if (type === 'task.expanded') return numberOf(data['items']);
  return type === 'directive.planned' || type === 'directive.extended' ? numberOf(data['tasks']) : 0;
}

/** A raise names both limits as they are now, and forgives the overrun. */
function limitedBy(budget: DirectiveView['budget'], { type, data }: DirectiveEvent): DirectiveView['budget'] {
  if (type !== 'directive.budget_raised') return budget;
  const { budgetMicroUsd, budgetTokens } = data;
  return {
    ...budget,
    overrunUsd: 0,
    maxCostUsd: typeof budgetMicroUsd === 'number' ? usdFromMicroUsd(budgetMicroUsd) : budget.maxCostUsd,
    maxTokens: typeof budgetTokens === 'number' ? budgetTokens : budget.maxTokens,
  };
}

function chargedBy(budget: DirectiveView['budget'], costMicroUsd: number): DirectiveView['budget'] {
  if (costMicroUsd === 0) return budget;
  return { ...budget, chargedUsd: budget.chargedUsd + usdFromMicroUsd(costMicroUsd) };
}
