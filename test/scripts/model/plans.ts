import { array, boolean, constant, integer, nat, oneof, option, record, tuple, type Arbitrary } from 'fast-check';
import type { OnParentEnd, TaskSpec } from '#libs/contracts';

export interface DirectiveShape {
  tasks: TaskSpec[];
  budgetMicroUsd: number | null;
  priority: number;
  /** Planned by the decide room and looked at by the review room. */
  isReviewed: boolean;
  /** Before anything of it is done; what is reviewed does not wait here. */
  waitsFor: 'order' | 'time' | undefined;
  /** What is to become of it when the first directive, its parent, ends without success; undefined: it is no child. */
  onParentEnd: OnParentEnd | undefined;
  /** What the tenant's rules say of it, as the record keeps it. */
  terms: string | null;
}

/** `pick` chooses among what there is at that moment: a directive, an attempt, a queue. */
export interface Command {
  kind: CommandKind;
  pick: number;
}

const kinds = {
  start: 5,
  startMany: 3,
  cascade: 10,
  release: 8,
  begin: 6,
  beginMany: 4,
  succeed: 12,
  fail: 12,
  settleMany: 12,
  settleAgain: 3,
  forge: 3,
  pause: 3,
  resume: 5,
  cancel: 1,
  complete: 2,
  giveUp: 1,
  stop: 1,
  letGo: 4,
  startInTime: 2,
  passTtl: 1,
  expire: 1,
  fireTimers: 6,
  closeChunk: 1,
  refuse: 1,
  expand: 7,
  review: 4,
  decide: 8,
  orderTask: 4,
  raise: 4,
  takeBack: 3,
  ask: 6,
  back: 4,
  deliver: 6,
  mend: 4,
  correct: 3,
  retire: 4,
  degrade: 4,
  recover: 3,
  orphan: 3,
} as const;
export type CommandKind = keyof typeof kinds;

const usd = 1_000_000;

interface TaskShape {
  waitsFor: number;
  form: 'echo' | 'other' | 'paid' | 'risky' | 'once' | 'fan' | 'rated';
  /** 0: no concurrency key. */
  placesOfKey: number;
  isOptional: boolean;
  maxRetries: number;
  costUsd: number;
}

const taskShape: Arbitrary<TaskShape> = record({
  // Bits: which of the tasks before it this one waits for.
  waitsFor: tuple(nat({ max: 127 }), nat({ max: 127 })).map(([left, right]) => left & right),
  form: oneof(
    { weight: 4, arbitrary: constant('echo' as const) },
    { weight: 2, arbitrary: constant('other' as const) },
    { weight: 6, arbitrary: constant('paid' as const) },
    { weight: 1, arbitrary: constant('risky' as const) },
    { weight: 2, arbitrary: constant('once' as const) },
    { weight: 3, arbitrary: constant('fan' as const) },
    { weight: 1, arbitrary: constant('rated' as const) },
  ),
  placesOfKey: nat({ max: 8 }).map((chance) => Math.max(0, chance - 6)),
  isOptional: nat({ max: 3 }).map((chance) => chance === 0),
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
    ...(shape.placesOfKey > 0 ? { concurrency: { key: `k${shape.placesOfKey}`, limit: shape.placesOfKey } } : {}),
    ...(shape.form === 'fan' ? { forEach: { items: [], maxItems: 10 }, input: { $item: '' } } : {}),
  };
}

export const directiveShape: Arbitrary<DirectiveShape> = record({
  tasks: array(taskShape, { minLength: 2, maxLength: 7 }).map((shapes) => shapes.map(specOf)),
  budgetMicroUsd: option(
    integer({ min: 2, max: 5 }).map((units) => units * usd),
    { nil: null },
  ),
  priority: nat({ max: 3 }),
  isReviewed: boolean(),
  waitsFor: oneof(
    { weight: 4, arbitrary: constant(undefined) },
    { weight: 1, arbitrary: constant('order' as const) },
    { weight: 1, arbitrary: constant('time' as const) },
  ),
  onParentEnd: oneof(
    { weight: 3, arbitrary: constant(undefined) },
    { weight: 2, arbitrary: constant('orphan' as const) },
    { weight: 1, arbitrary: constant('cancel' as const) },
    { weight: 1, arbitrary: constant('continue' as const) },
  ),
  terms: oneof(
    { weight: 3, arbitrary: constant(null) },
    { weight: 1, arbitrary: constant('{"slots":1}') },
    { weight: 1, arbitrary: constant('{"dayMicroUsd":3000000}') },
  ),
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
