import {
  type DirectiveEvent,
  type Json,
  type TaskState,
  type TaskView,
  WaitingOn,
  finalTaskStates,
  usdFromMicroUsd,
} from '#libs/contracts';

// Where a state stands within its attempt. What came out of an attempt stands after its run.
const stages: Partial<Record<TaskState, number>> = { dispatched: 1, running: 2 };
const outOfAttempt = 3;

const stageByEvent: Partial<Record<DirectiveEvent['type'], number>> = { 'task.queued': 1, 'task.started': 2 };
const lastEvents = new Set<string>(['task.completed', 'task.failed', 'task.skipped', 'task.cancelled', 'task.expired']);

const asked = new Set<string>(['task.held', 'task.approved']);

export const numberOf = (value: Json | undefined): number => (typeof value === 'number' ? value : 0);
const textOf = (value: Json | undefined): string => (typeof value === 'string' ? value : '');

/** The task after the event, or the same object when it was that far already. `expiresAt` is the directive's. */
export function foldTask(task: TaskView, event: DirectiveEvent, expiresAt: string): TaskView {
  if (hasHappened(task, event)) return task;
  const change = changeBy(task, event, expiresAt);
  if (change === undefined) return task;
  const { attempt, costMicroUsd, tokens } = event.data;
  return {
    ...task,
    since: event.timestamp,
    attempt: typeof attempt === 'number' ? attempt : task.attempt,
    costUsd: task.costUsd + usdFromMicroUsd(numberOf(costMicroUsd)),
    tokens: task.tokens + numberOf(tokens),
    ...change,
  };
}

/** A view read after the event knows it: what it says must neither go back nor be counted twice. */
function hasHappened(task: TaskView, event: DirectiveEvent): boolean {
  if (finalTaskStates.includes(task.state)) return true;
  if (lastEvents.has(event.type)) return false;
  const seen = place(task.attempt, stages[task.state] ?? outOfAttempt);
  const attempt = numberOf(event.data['attempt']);
  const told = place(attempt, stageByEvent[event.type] ?? outOfAttempt);
  // An attempt whose input turned out to need a human is taken back before it is sent, and does not count.
  const isTakenBack = asked.has(event.type) && task.state === 'dispatched' && task.attempt === attempt + 1;
  if (!isTakenBack && seen !== told) return seen > told;
  return task.since !== null && event.timestamp < task.since;
}

const place = (attempt: number, stage: number) => attempt * 10 + stage;

function changeBy(task: TaskView, event: DirectiveEvent, expiresAt: string): Partial<TaskView> | undefined {
  const { data } = event;
  switch (event.type) {
    case 'task.expanded':
      return waiting('waiting', 'executor', { kind: 'children', ref: task.id }, expiresAt);
    case 'task.queued':
      return { ...waiting('dispatched', 'worker', { kind: 'worker', ref: textOf(data['queue']) }, null), error: null };
    case 'task.started':
      return waiting('running', 'worker', { kind: 'outcome', ref: task.waitingOn?.ref ?? '' }, null);
    case 'task.retried': {
      const retryAt = new Date(numberOf(data['retryAtMs'])).toISOString();
      return { ...waiting('deferred', 'executor', { kind: 'retry', ref: task.id }, retryAt), error: errorOf(data) };
    }
    case 'task.held':
      return waiting('held', 'human', waitOf(data), holdEndOf(data) ?? expiresAt);
    case 'task.approved':
      return waiting('ready', 'executor', { kind: 'release', ref: '' }, expiresAt);
    case 'task.deferred':
      return waiting('deferred', 'executor', waitOf(data), expiresAt);
    case 'task.completed':
      return { ...over('succeeded'), error: null };
    case 'task.failed':
      return { ...over('failed'), error: errorOf(data) };
    case 'task.expired':
      return { ...over('expired'), error: errorOf(data) };
    case 'task.skipped':
      return over('skipped');
    case 'task.cancelled':
      return over('cancelled');
    default:
      return undefined;
  }
}

function waiting(
  state: TaskState,
  owner: TaskView['owner'],
  waitingOn: WaitingOn | null,
  deadline: string | null,
): Partial<TaskView> {
  return { state, owner, waitingOn, deadline };
}

const over = (state: TaskState) => waiting(state, null, null, null);

/** What a held or deferred task waits for; a newer server may have a kind that we do not know. */
export function waitOf(data: DirectiveEvent['data']): WaitingOn | null {
  return WaitingOn.safeParse({ kind: data['kind'], ref: textOf(data['ref']) }).data ?? null;
}

/** Until when a hold may be answered, where that is before the end of the directive. */
export function holdEndOf({ expiresAt }: DirectiveEvent['data']): string | undefined {
  return typeof expiresAt === 'number' ? new Date(expiresAt).toISOString() : undefined;
}

function errorOf(data: DirectiveEvent['data']): TaskView['error'] {
  const code = textOf(data['code']);
  return code === '' ? null : { code, message: textOf(data['message']) };
}
