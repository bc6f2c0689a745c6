import { describe, expect, it } from '@jest/globals';
import { ActionRecord, TaskSpec, type ActionDraft } from '#libs/contracts';
import { catalogLookup } from './catalog-lookup.js';
import { decidePlan } from './decide-plan.js';
import { estimatePlan, type PlanEstimate } from './estimate-plan.js';
import type { PlanRequest } from './plan-request.js';
import { SchemaValidator } from './schema-validator.js';

const drafts: ActionDraft[] = [
  { name: 'test.free', effect: 'pure' },
  { name: 'test.costly', effect: 'keyed', maxCostUsd: 0.5, maxTokens: 10 },
  { name: 'code.deploy', risk: 'high' },
];
const catalog = catalogLookup(
  drafts.map((draft) => ActionRecord.parse(draft)),
  new SchemaValidator(),
);

function estimate(tasks: unknown[], rest: Omit<PlanRequest, 'tasks'> = {}): PlanEstimate {
  const request = { tasks: tasks.map((task) => TaskSpec.parse(task)), ...rest };
  const decision = decidePlan(request, catalog);
  if ('faults' in decision) throw new Error(JSON.stringify(decision.faults));
  return estimatePlan(decision.plan, request, catalog);
}

describe('estimatePlan', () => {
  it('sums what each task may cost, once and with every retry, a list by its length', () => {
    const { cost } = estimate([
      { id: 'one', action: 'test.costly', maxRetries: 1 },
      { id: 'many', action: 'test.costly', maxRetries: 0, forEach: { items: [1, 2, 3] } },
      { id: 'free', action: 'test.free' },
    ]);
    expect(cost).toEqual({
      onceUsd: 2,
      mostUsd: 2.5,
      onceTokens: 40,
      mostTokens: 50,
      hasOpenLists: false,
      fitsBudget: null,
    });
  });

  it('counts a list that is not known yet with the most it may have, and says so', () => {
    const { cost, tasks } = estimate([
      { id: 'list', action: 'test.free' },
      { id: 'many', action: 'test.costly', maxRetries: 0, forEach: { items: { $task: 'list' }, maxItems: 20 } },
    ]);
    expect(cost).toMatchObject({ onceUsd: 10, hasOpenLists: true });
    expect(tasks.map(({ spread }) => spread)).toEqual([1, null]);
  });

  it('says whether one attempt of each fits into the budget', () => {
    const tasks = [{ id: 'one', action: 'test.costly' }];
    expect(estimate(tasks, { budget: { maxCostUsd: 0.5 } }).cost.fitsBudget).toBe(true);
    expect(
      estimate([...tasks, { id: 'two', action: 'test.costly' }], { budget: { maxCostUsd: 0.5 } }).cost.fitsBudget,
    ).toBe(false);
    expect(estimate(tasks, { budget: { maxTokens: 10 } }).cost.fitsBudget).toBe(true);
    expect(
      estimate([...tasks, { id: 'two', action: 'test.costly' }], { budget: { maxTokens: 19 } }).cost.fitsBudget,
    ).toBe(false);
  });

  it('scores what is known now, and says which tasks would wait for a human or may', () => {
    const { risk, tasks } = estimate([
      { id: 'safe', action: 'test.free' },
      { id: 'deploy', action: 'code.deploy' },
      { id: 'later', action: 'test.costly', input: { text: { $task: 'safe' } } },
    ]);
    const [safe, deploy, later] = tasks;
    expect(safe).toMatchObject({
      approval: 'none',
      approvalReasons: [],
      risk: { score: 10, factors: [{ factor: 'declared-low', points: 10 }] },
    });
    expect(deploy).toMatchObject({ approval: 'needed', approvalReasons: [expect.any(String), expect.any(String)] });
    expect(deploy!.risk!.score).toBe(deploy!.risk!.factors.reduce((sum, { points }) => sum + points, 0));
    expect(later).toMatchObject({ approval: 'open', risk: null, dependsOn: ['safe'] });
    expect(risk).toEqual({ highest: deploy!.risk!.score, needed: 1, open: 1 });
  });

  it('has no highest score when nothing is known yet, and asks nobody where the policy is never', () => {
    const later = { id: 'later', action: 'test.free', forEach: { items: [1] } };
    expect(estimate([later], { policies: { approval: 'never' } }).risk).toEqual({ highest: null, needed: 0, open: 0 });
    expect(estimate([{ id: 'deploy', action: 'code.deploy' }], { policies: { approval: 'never' } })).toMatchObject({
      risk: { needed: 0, open: 0 },
      tasks: [{ approval: 'none', risk: { score: 65 } }],
    });
  });
});
