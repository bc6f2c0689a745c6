import { expect, it } from '@jest/globals';
import { ActionRecord } from '#libs/contracts';
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
