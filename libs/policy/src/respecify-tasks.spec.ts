import { describe, expect, it } from '@jest/globals';
import { ActionRecord, type TaskSpec } from '#libs/contracts';
import { catalogLookup } from './catalog-lookup.js';
import { decidePlan } from './decide-plan.js';
import { askAgain, respecifyTasks } from './respecify-tasks.js';
import { SchemaValidator } from './schema-validator.js';

const actions = [
  { name: 'test.echo', effect: 'pure' },
  { name: 'test.paid', effect: 'pure', maxCostUsd: null, models: ['small', 'large'] },
  { name: 'test.dear', effect: 'pure', maxCostUsd: 3 },
  { name: 'test.risky', effect: 'pure', risk: 'high' },
  { name: 'test.rated', effect: 'pure', rate: { limit: 1, perMs: 2 } },
].map((draft) => ActionRecord.parse(draft));
const catalog = catalogLookup(actions, new SchemaValidator());

const tasks: TaskSpec[] = [
  { id: 'a', action: 'test.echo', input: { text: 'hi' } },
  { id: 'b', action: 'test.paid', dependsOn: ['a'], budget: { maxCostUsd: 0.000_001, maxTokens: 5 }, model: 'large' },
  { id: 'each', action: 'test.echo', forEach: { items: { $task: 'a' }, maxItems: 7 }, input: { $item: '' } },
  { id: 'risky', action: 'test.risky', dependsOn: ['b'], optional: true, maxRetries: 0, timeoutMs: 5, ttlMs: 6 },
  { id: 'own', action: 'test.echo', input: { $task: 'a' }, risk: 'high', approval: true, continueOnFailure: true },
  { id: 'rated', action: 'test.rated', when: 'input == 1', concurrency: { key: 'k', limit: 2 }, backoff: 'fixed' },
];

function planOf(list: TaskSpec[], more: object = {}) {
  const decision = decidePlan(
    { tasks: list, input: 1, policies: { maxRetries: 4, approvalTtlMs: 9 }, ...more },
    catalog,
  );
  if ('faults' in decision) throw new Error(JSON.stringify(decision.faults));
  return decision.plan;
}

describe('a task list made of its plan', () => {
  it('is planned in the same way', () => {
    const plan = planOf(tasks);
    expect(
      planOf(
        respecifyTasks(
          plan.tasks.map((task) => ({ task })),
          catalog,
        ),
      ),
    ).toEqual(plan);
  });

  it('is not refused for a maximum of its action that is over the budget', () => {
    const budget = { maxCostUsd: 1 };
    const plan = planOf([{ id: 'a', action: 'test.dear' }], { budget });
    expect(planOf(respecifyTasks([{ task: plan.tasks[0]! }], catalog), { budget })).toEqual(plan);
  });

  it('has a human asked about what a human was asked about before, whatever is decided now', () => {
    const plan = planOf([{ id: 'a', action: 'test.echo' }]);
    const asked = { score: 70, factors: [], reasons: ['it was'] };
    const again = askAgain(plan, [{ task: plan.tasks[0]!, asked }]);
    expect(again.tasks[0]!.risk).toEqual(asked);
    expect(again.hash).not.toBe(plan.hash);
    expect(askAgain(plan, [{ task: plan.tasks[0]! }])).toEqual(plan);
  });

  it('keeps the doubt whether it had its effect, beside a risk of its own and where its input is known later', () => {
    const plan = planOf([{ id: 'a', action: 'test.echo' }]);
    const [task] = plan.tasks;
    const asked = { score: 50, factors: [], reasons: ['nobody knows'], ungranted: true };
    const risk = { score: 70, factors: [], reasons: ['it deletes'] };
    const riskTerms = { policy: 'auto', priority: 'MEDIUM', network: false, declared: 'none' } as never;
    for (const known of [{ risk }, { riskTerms }, { risk, riskTerms }]) {
      const again = askAgain({ ...plan, tasks: [{ ...task!, ...known }] }, [{ task: task!, asked }]);
      expect(again.tasks[0]!.risk).toMatchObject({
        ungranted: true,
        reasons: expect.arrayContaining(['nobody knows']),
      });
      expect(again.tasks[0]!.risk!.score).toBe('risk' in known ? 70 : 50);
    }
  });
});
