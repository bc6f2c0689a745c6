import type { WaitingOn, WaitKind } from '#libs/contracts';

const reasons: Record<WaitKind, string> = {
  plan: 'the plan',
  dependencies: 'tasks before it',
  children: 'the tasks it was spread into',
  release: 'its turn in the queue',
  window: 'room in the queue',
  worker: 'a worker to take it',
  'no-worker': 'a worker to be started',
  outcome: 'the worker to finish',
  retry: 'the next attempt',
  budget: 'more budget',
  'budget-reserved': 'budget that other tasks hold',
  rate: 'its turn under a rate',
  concurrency: 'a place under its concurrency key',
  directives: 'a place among the directives at work',
  'tenant-budget': 'money of the day',
  approval: 'an approval',
  paused: 'the directive to be resumed',
  'effect-unknown': 'a human to say whether it took effect',
  review: 'the review of the directive',
  condition: 'its condition to be looked at',
  start: 'the directive to be started',
  time: 'the time of its start',
};

/** In words, with what it refers to: `a worker to take it (rag.embed.0)`; what stands in `known` need not be said again. */
export function describeWait({ kind, ref }: WaitingOn, known: readonly string[] = []): string {
  return ref === '' || known.includes(ref) ? reasons[kind] : `${reasons[kind]} (${ref})`;
}
