import { violationOf, type Evidence, type StoredEvent, type Violation } from '../evidence.js';
import { restingStates, taskEnds } from '../story.js';
import { actionTerms, knownOf, taskOf, type Known } from '../submissions.js';

const violation = violationOf('5 charged - overrun + reserved <= budget');
const microUsd = 1_000_000;
/** Where they stand in the record's `counts`. */
const place = { charged: 12, reserved: 13, overrun: 14 };

interface Account {
  budget: number;
  charged: number;
  overrun: number;
  /** By task: its live attempt. */
  reserved: Map<string, number>;
}

/** The books of a directive, kept anew from its story alone: never over the budget after any call, and at the end as on record. */
export function checkBudget(evidence: Evidence): Violation[] {
  const termsOf = actionTerms(evidence);
  return knownOf(evidence).flatMap((known) => {
    const grantOf = (task: string): number => {
      const spec = taskOf(known.body, task)!;
      return Math.ceil((spec.budget?.maxCostUsd ?? termsOf(spec.action).maxCostUsd ?? 0) * microUsd - 1e-6);
    };
    return keepBooks(known, grantOf);
  });
}

function keepBooks(known: Known, grantOf: (task: string) => number): Violation[] {
  const { id, body, events } = known;
  const account: Account = {
    budget: body.budget?.maxCostUsd === undefined ? Infinity : body.budget.maxCostUsd * microUsd,
    charged: 0,
    overrun: 0,
    reserved: new Map(),
  };
  for (const [at, event] of events.entries()) {
    book(account, event, grantOf);
    const isMoment = events[at + 1]?.call !== event.call;
    const used = account.charged - account.overrun + sum(account.reserved);
    if (isMoment && used > account.budget)
      return [
        violation(id, event.task, `${used} of ${account.budget} micro-USD are spent or reserved`, {
          event,
          account: shown(account),
        }),
      ];
  }
  return compare(known, account);
}

function book(account: Account, { type, task, data }: StoredEvent, grantOf: (task: string) => number): void {
  if (type === 'directive.budget_raised') {
    account.budget = Number(data['budgetMicroUsd'] ?? account.budget);
    account.overrun = 0;
  }
  if (task === null) return;
  if (type === 'task.queued') account.reserved.set(task, grantOf(task));
  if (type === 'task.overspent') account.overrun += Number(data['paidMicroUsd']) - Number(data['grantedMicroUsd']);
  if (type in taskEnds || ['task.retried', 'task.held', 'task.approved'].includes(type)) {
    account.reserved.delete(task);
    account.charged += Number(data['costMicroUsd'] ?? 0);
  }
}

function compare({ id, stored: { record } }: Known, account: Account): Violation[] {
  const counts = JSON.parse(record['counts'] ?? '[]') as number[];
  const told = [account.charged, sum(account.reserved), account.overrun];
  const kept = [counts[place.charged], counts[place.reserved], counts[place.overrun]];
  const isOver = restingStates.includes(record['state'] ?? '');
  if (isOver && kept[1] !== 0) return [violation(id, null, `${kept[1]} micro-USD stay reserved after its end`, record)];
  if (told.every((figure, at) => figure === kept[at])) return [];
  return [
    violation(
      id,
      null,
      `charged, reserved, overrun are ${kept.join(', ')} and by its story ${told.join(', ')}`,
      shown(account),
    ),
  ];
}

function sum(reserved: ReadonlyMap<string, number>): number {
  return [...reserved.values()].reduce((total, each) => total + each, 0);
}

function shown(account: Account): object {
  return { ...account, reserved: Object.fromEntries(account.reserved) };
}
