import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { ActionRecord, usdFromMicroUsd, type PlannedTask, type Policies, type TaskSpec } from '#libs/contracts';
import type { PlanRequest } from './plan-request.js';
import { planTask } from './planned-task.js';

const retryTerms = {
  maxRetries: fc.nat(100),
  retryDelayMs: fc.nat(86_400_000),
  backoff: fc.constantFrom('fixed' as const, 'exponential' as const),
  maxRetryDelayMs: fc.integer({ min: 1, max: 86_400_000 }),
};
const noneRequired: { requiredKeys: [] } = { requiredKeys: [] };
const words: fc.Arbitrary<Partial<TaskSpec>> = fc.record(
  {
    ...retryTerms,
    continueOnFailure: fc.boolean(),
    timeoutMs: fc.integer({ min: 1, max: 1_000 }),
    ttlMs: fc.integer({ min: 1, max: 1_000 }),
    budget: fc.record(
      { maxCostUsd: fc.double({ min: 0, max: 1_000, noNaN: true }), maxTokens: fc.nat() },
      noneRequired,
    ),
    optional: fc.boolean(),
    approval: fc.boolean(),
    when: fc.constant('true'),
    forEach: fc.constant({ items: [1], maxItems: 1 }),
    input: fc.oneof(fc.dictionary(fc.string(), fc.nat(), { noNullPrototype: true }), fc.string(), fc.array(fc.nat())),
  },
  noneRequired,
) as fc.Arbitrary<Partial<TaskSpec>>;
const policies = fc.record(
  {
    ...retryTerms,
    continueOnFailure: fc.boolean(),
    approvalTtlMs: fc.integer({ min: 1, max: 1_000 }),
    approval: fc.constantFrom('never' as const, 'always' as const, 'auto' as const),
  },
  noneRequired,
) as fc.Arbitrary<Policies>;
const actions = fc
  .record({
    maxCostUsd: fc.double({ min: 0, max: 1_000, noNaN: true }),
    maxTokens: fc.nat(1_000),
    timeoutMs: fc.nat(9),
  })
  .map(({ timeoutMs, ...rest }) => ActionRecord.parse({ ...rest, name: 'test.any', timeoutMs: timeoutMs + 1 }));
const given = fc.record({ word: words, policies, action: actions });

type Given = typeof given extends fc.Arbitrary<infer Value> ? Value : never;

function plan({ word, policies: ofDirective, action }: Given): PlannedTask {
  const request: PlanRequest = { tasks: [], policies: ofDirective };
  const links = { dependsOn: [0, 1], references: [1], inputReferences: [] };
  return planTask(2, { ...word, id: 't', action: action.name }, action, request, links, [3]);
}

describe('a planned task', () => {
  it("has the task's own word, else the directive's, else the default", () => {
    const defaults = { maxRetries: 2, retryDelayMs: 1_000, backoff: 'exponential', continueOnFailure: false };
    fc.assert(
      fc.property(given, (all) => {
        const planned = plan(all);
        const { ttlMs = null, optional = false, input = {} } = all.word;
        expect(planned).toMatchObject({ ttlMs, optional, input, approvalTtlMs: all.policies.approvalTtlMs ?? null });
        expect(planned).toMatchObject({ ...defaults, ...pick(all.policies, defaults), ...pick(all.word, defaults) });
      }),
    );
  });

  it("has the task's own limits, else those of the action", () => {
    fc.assert(
      fc.property(given, ({ word, policies: ofDirective, action }) => {
        const planned = plan({ word, policies: ofDirective, action });
        const silent = plan({ word: {}, policies: {}, action });
        expect(planned.timeoutMs).toBe(word.timeoutMs ?? silent.timeoutMs);
        expect(planned.maxTokens).toBe(word.budget?.maxTokens ?? silent.maxTokens);
        const cost = word.budget?.maxCostUsd === undefined ? silent.maxCostMicroUsd : planned.maxCostMicroUsd;
        expect(planned.maxCostMicroUsd).toBe(cost);
        expect([silent.timeoutMs, silent.maxTokens]).toEqual([action.timeoutMs, action.maxTokens]);
      }),
    );
  });

  it('may spend whole micro-USD, at least what was said and less than one more', () => {
    fc.assert(
      fc.property(given, (all) => {
        const saidUsd = all.word.budget?.maxCostUsd ?? all.action.maxCostUsd ?? 0;
        const { maxCostMicroUsd } = plan(all);
        expect(Number.isSafeInteger(maxCostMicroUsd)).toBe(true);
        // A sum is read to 1e-6 of a micro-USD.
        expect(usdFromMicroUsd(maxCostMicroUsd)).toBeGreaterThan(saidUsd - 1e-12);
        expect(usdFromMicroUsd(maxCostMicroUsd - 1)).toBeLessThan(saidUsd);
      }),
    );
  });

  it('never caps a delay below itself unless somebody said so', () => {
    fc.assert(
      fc.property(given, (all) => {
        const { retryDelayMs, maxRetryDelayMs } = plan(all);
        const said = all.word.maxRetryDelayMs ?? all.policies.maxRetryDelayMs;
        expect(maxRetryDelayMs).toBe(said ?? Math.max(300_000, retryDelayMs));
      }),
    );
  });

  it('has its fields in the order of their names, as the hash of the plan needs them', () => {
    fc.assert(
      fc.property(given, (all) => {
        const keys = Object.keys(plan(all));
        expect(keys).toEqual(keys.toSorted());
        expect(Object.values(plan(all))).not.toContain(undefined);
      }),
    );
  });
});

/** Of the fields that the second has, those that the first says something of. */
function pick(said: object, fields: object): object {
  return Object.fromEntries(Object.entries(said).filter(([key]) => Object.hasOwn(fields, key)));
}
