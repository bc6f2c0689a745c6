import { expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { ActionRecord, type Plan, type TaskSpec } from '#libs/contracts';
import { catalogLookup } from './catalog-lookup.js';
import { decidePlan } from './decide-plan.js';
import { SchemaValidator } from './schema-validator.js';
import { shiftPlan } from './shift-plan.js';

it('raises every index and keeps the rest', () => {
  const action = ActionRecord.parse({ name: 'test.any' });
  const tasks = [
    { id: 'a', action: 'test.any' },
    { id: 'b', action: 'test.any', input: { $task: 'a' } },
  ];
  const decision = decidePlan({ tasks }, catalogLookup([action], new SchemaValidator()));
  if ('faults' in decision) throw new Error(JSON.stringify(decision.faults));
  const shifted = shiftPlan(decision.plan, 7, 'standing');
  expect(shifted).toMatchObject({
    edges: 1,
    roots: [7],
    tasks: [
      { id: 'a', index: 7, dependsOn: [], dependents: [8], references: [] },
      { id: 'b', index: 8, dependsOn: [7], dependents: [], references: [7] },
    ],
  });
  expect(shifted.hash).not.toBe(decision.plan.hash);
  expect(shiftPlan(decision.plan, 7, 'other').hash).not.toBe(shifted.hash);
});

const catalog = catalogLookup([ActionRecord.parse({ name: 'test.any' })], new SchemaValidator());
/** Each task may wait for some before it. */
const plans: fc.Arbitrary<Plan> = fc
  .array(fc.array(fc.nat(), { maxLength: 3 }), { minLength: 1, maxLength: 8 })
  .map((picks) => {
    const tasks = picks.map((indexes, at): TaskSpec => {
      const dependsOn = at === 0 ? [] : indexes.map((index) => `t${index % at}`);
      return { id: `t${at}`, action: 'test.any', dependsOn, input: dependsOn.slice(0, 1).map((id) => ({ $task: id })) };
    });
    const decision = decidePlan({ tasks }, catalog);
    if ('faults' in decision) throw new Error(JSON.stringify(decision.faults));
    return decision.plan;
  });

it('leaves the plan as it was but for its place: every index leads to the same task', () => {
  fc.assert(
    fc.property(plans, fc.nat(9_000), (plan, offset) => {
      const before = structuredClone(plan);
      const shifted = shiftPlan(plan, offset, 'standing');
      expect(plan).toEqual(before);
      const idsOf = ({ tasks }: Plan, indexes: number[], from: number) =>
        indexes.map((index) => tasks[index - from]?.id);
      for (const [at, task] of shifted.tasks.entries()) {
        expect(task.index).toBe(offset + at);
        for (const edge of ['dependsOn', 'dependents', 'references'] as const) {
          expect(idsOf(shifted, task[edge], offset)).toEqual(idsOf(plan, plan.tasks[at]![edge], 0));
        }
      }
      expect(idsOf(shifted, shifted.roots, offset)).toEqual(idsOf(plan, plan.roots, 0));
    }),
  );
});

it('has a hash of its own for each plan, place and standing hash', () => {
  const cases = fc.tuple(plans, fc.nat(2), fc.constantFrom('a', 'b'));
  fc.assert(
    fc.property(cases, cases, ([plan, offset, standing], [otherPlan, otherOffset, otherStanding]) => {
      const isSame = plan.hash === otherPlan.hash && offset === otherOffset && standing === otherStanding;
      const other = shiftPlan(otherPlan, otherOffset, otherStanding);
      expect(shiftPlan(plan, offset, standing).hash === other.hash).toBe(isSame);
    }),
  );
});
