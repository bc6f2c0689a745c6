import type { TaskView, WaitKind } from '#libs/contracts';

type Waiting = Pick<TaskView, 'state' | 'waitingOn' | 'since' | 'deadline'>;

const reasons: Record<WaitKind, (ref: string) => string> = {
  plan: () => 'its directive has no plan yet: the orchestrator decides it',
  dependencies: (ref) => `the tasks it depends on are not done: ${ref.replaceAll(',', ', ')}`,
  children: () => 'the tasks it was spread into are not done',
  release: () => 'the executor has not looked at it yet',
  window: (ref) => `the queue ${ref} has as many attempts in flight as it may have, and others are before it`,
  worker: (ref) => `no worker has taken it from the queue ${ref} yet`,
  'no-worker': (ref) => `no worker takes tasks from the queue ${ref}: somebody has to start one`,
  outcome: (ref) => `a worker of the queue ${ref} is at it`,
  retry: () => 'its last attempt failed, and the next one is not due yet',
  budget: () => 'its maximum does not fit into what is left of the budget: somebody has to raise it',
  'budget-reserved': () => 'what is left of the budget is reserved by other tasks that run',
  rate: (ref) => `it needs a turn under the rate ${ref}`,
  concurrency: (ref) => `all places under the concurrency key ${ref} are taken`,
  directives: () => 'its tenant has as many directives at work as it may have',
  'tenant-budget': () => "the tenant's money of the day is not drawn for it yet, or used up",
  approval: () => 'somebody has to approve it first',
  paused: () => 'its directive is paused: somebody has to resume it',
  'effect-unknown': () => 'nobody knows whether its last attempt had its effect: somebody has to say what became of it',
  condition: () => 'its condition has not been looked at yet',
  review: () => 'its directive is being reviewed',
  start: () => 'its directive was created stopped: somebody has to start it',
  time: () => 'the time its directive is to run at has not come',
};

/** Why a task waits, in one sentence for people; null when it is final. */
export function explainWait({ state, waitingOn, since, deadline }: Waiting): string | null {
  if (!waitingOn) return null;
  const from = since === null ? '' : ` since ${since}`;
  const until = deadline === null ? '' : `, until ${deadline} at most`;
  return `It is ${state}${from}${until}: ${reasons[waitingOn.kind](waitingOn.ref)}.`;
}
