import { array, boolean, constant, integer, nat, oneof, option, record, type Arbitrary } from 'fast-check';
import type { TaskSpec } from '#libs/contracts';

export interface DirectiveShape {
  tasks: TaskSpec[];
  budgetMicroUsd: number | null;
  priority: number;
  /** Planned by the decide room and looked at by the review room. */
  isReviewed: boolean;
}

/** `pick` chooses among what there is at that moment: a directive, an attempt, a queue. */
export interface Command {
  kind: CommandKind;
  pick: number;
}

const kinds = {
  start: 3,
  cascade: 5,
  release: 4,
  begin: 3,
  succeed: 8,
  fail: 5,
  settleAgain: 2,
  forge: 2,
  pause: 2,
  resume: 3,
  cancel: 2,
  passTtl: 1,
  expire: 1,
  fireTimers: 3,
  closeChunk: 1,
  refuse: 1,
  expand: 4,
  review: 2,
} as const;
export type CommandKind = keyof typeof kinds;

const usd = 1_000_000;

interface TaskShape {
  waitsFor: number;
  form: 'echo' | 'other' | 'paid' | 'risky' | 'once' | 'fan';
  isOptional: boolean;
  maxRetries: number;
  costUsd: number;
}

const taskShape: Arbitrary<TaskShape> = record({
  // Bits: which of the tasks before it this one waits for.
  waitsFor: nat({ max: 127 }),
  form: oneof(
    { weight: 4, arbitrary: constant('echo' as const) },
    { weight: 2, arbitrary: constant('other' as const) },
    { weight: 3, arbitrary: constant('paid' as const) },
    { weight: 1, arbitrary: constant('risky' as const) },
    { weight: 1, arbitrary: constant('once' as const) },
    { weight: 3, arbitrary: constant('fan' as const) },
  ),
  isOptional: boolean(),
  maxRetries: nat({ max: 2 }),
  costUsd: integer({ min: 1, max: 3 }),
});

function specOf(shape: TaskShape, at: number): TaskSpec {
  const earlier = Array.from({ length: at }, (_, index) => index);
  return {
    id: `t${at}`,
    action: `test.${shape.form === 'fan' ? 'echo' : shape.form}`,
    dependsOn: earlier.filter((index) => (shape.waitsFor >> index) & 1).map((index) => `t${index}`),
    optional: shape.isOptional,
    maxRetries: shape.maxRetries,
    retryDelayMs: 0,
    ...(shape.form === 'paid' ? { budget: { maxCostUsd: shape.costUsd } } : {}),
    ...(shape.form === 'fan' ? { forEach: { items: [], maxItems: 10 }, input: { $item: '' } } : {}),
  };
}

export const directiveShape: Arbitrary<DirectiveShape> = record({
  tasks: array(taskShape, { minLength: 2, maxLength: 7 }).map((shapes) => shapes.map(specOf)),
  budgetMicroUsd: option(
    integer({ min: 2, max: 8 }).map((units) => units * usd),
    { nil: null },
  ),
  priority: nat({ max: 3 }),
  isReviewed: boolean(),
});

export const commands: Arbitrary<Command[]> = array(
  record({
    kind: oneof(
      ...Object.entries(kinds).map(([kind, weight]) => ({ weight, arbitrary: constant(kind as CommandKind) })),
    ),
    pick: nat({ max: 1_000 }),
  }),
  { minLength: 10, maxLength: 50 },
);
