import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { ActionRecord, type Fault } from '#libs/contracts';
import { PlanFaults } from './plan-faults.js';
import { checkTerms } from './plan-terms.js';

interface Budget {
  maxCostUsd?: number;
  maxTokens?: number;
}

const microUsd = fc.integer({ min: 0, max: 5_000_000 }).map((value) => value / 1_000_000);
const budgets: fc.Arbitrary<Budget> = fc.record(
  { maxCostUsd: fc.oneof(microUsd, fc.constantFrom(0.1, 0.2, 0.3)), maxTokens: fc.nat(1_000) },
  { requiredKeys: [] },
);
const maxima = fc.oneof(fc.constant(null), microUsd);

function faultsOf(whole: Budget, own: Budget, maxCostUsd: number | null = 0): Fault[] {
  const faults = new PlanFaults();
  const action = ActionRecord.parse({ name: 'test.any', maxCostUsd });
  checkTerms({ tasks: [], budget: whole }, { id: 't', action: 'test.any', budget: own }, action, faults, '/tasks/0');
  return faults.items;
}

function pointersOf(faults: readonly Fault[], code: Fault['code']): string[] {
  return faults.filter((fault) => fault.code === code).map(({ pointer }) => pointer);
}

describe('the budget of a task', () => {
  it('is over that of the directive exactly where the fault says', () => {
    fc.assert(
      fc.property(budgets, budgets, maxima, (whole, own, maxCostUsd) => {
        const over = (['maxCostUsd', 'maxTokens'] as const).filter(
          (limit) => (own[limit] ?? 0) > (whole[limit] ?? Number.POSITIVE_INFINITY),
        );
        expect(pointersOf(faultsOf(whole, own, maxCostUsd), 'REQUEST_INVALID')).toEqual(
          over.map((limit) => `/tasks/0/budget/${limit}`),
        );
      }),
    );
  });

  it('may be all of it, and not a micro-USD or a token more', () => {
    fc.assert(
      fc.property(fc.nat(5_000_000), fc.nat(1_000), (cost, maxTokens) => {
        const whole = { maxCostUsd: cost / 1_000_000, maxTokens };
        expect(faultsOf(whole, whole)).toEqual([]);
        expect(faultsOf(whole, { maxCostUsd: (cost + 1) / 1_000_000, maxTokens: maxTokens + 1 })).toHaveLength(2);
      }),
    );
  });

  it('is never refused for being less, nor for a larger budget of the directive', () => {
    fc.assert(
      fc.property(budgets, budgets, fc.double({ min: 0, max: 1, noNaN: true }), (whole, own, share) => {
        const [costs, tokens] = [own.maxCostUsd, own.maxTokens];
        const less: Budget = {
          ...(costs !== undefined && { maxCostUsd: costs * share }),
          ...(tokens !== undefined && { maxTokens: Math.floor(tokens * share) }),
        };
        const more: Budget = {
          ...(whole.maxCostUsd !== undefined && { maxCostUsd: whole.maxCostUsd + share }),
          ...(whole.maxTokens !== undefined && { maxTokens: whole.maxTokens + 1 }),
        };
        const faults = faultsOf(whole, own);
        expect(faultsOf(whole, less).length).toBeLessThanOrEqual(faults.length);
        expect(faultsOf(more, own).length).toBeLessThanOrEqual(faults.length);
      }),
    );
  });

  it('has a maximum in money, its own or that of the action', () => {
    fc.assert(
      fc.property(budgets, budgets, maxima, (whole, own, maxCostUsd) => {
        const isUnlimited = maxCostUsd === null && own.maxCostUsd === undefined;
        expect(pointersOf(faultsOf(whole, own, maxCostUsd), 'BUDGET_MAXIMUM_MISSING')).toEqual(
          isUnlimited ? ['/tasks/0/budget/maxCostUsd'] : [],
        );
      }),
    );
  });
});
