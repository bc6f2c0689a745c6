import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { ActionRecord, type Fault, type Json, type TaskSpec } from '#libs/contracts';
import { catalogLookup } from './catalog-lookup.js';
import { decidePlan } from './decide-plan.js';
import { decideFanOut } from './expand-fan-out.js';
import { PlanFaults } from './plan-faults.js';
import { checkFanOut } from './plan-fan-out.js';
import { SchemaValidator } from './schema-validator.js';

const anyAction = ActionRecord.parse({ name: 'test.any' });
const catalog = catalogLookup([anyAction], new SchemaValidator());
const json = fc.jsonValue({ maxDepth: 1 }).map((value) => JSON.parse(JSON.stringify(value)) as Json);
const lists = fc.array(fc.oneof(fc.nat(), fc.constant<Json>({ $input: '' })), { maxLength: 12 });
const maxima = fc.integer({ min: 1, max: 10 });
type Items = NonNullable<TaskSpec['forEach']>['items'];

function faultsOf(items: Items, maxItems: number, input?: Json): Fault[] {
  const faults = new PlanFaults();
  const task = { id: 't', action: 'test.any', forEach: { items, maxItems } };
  checkFanOut({ tasks: [task], ...(input !== undefined && { input }) }, task, faults, '/tasks/0');
  return faults.items;
}

/** What becomes of the same list at dispatch. */
function failureAtDispatch(items: Json, maxItems: number): string | undefined {
  const task = { id: 't', action: 'test.any', forEach: { items: [], maxItems } };
  const decision = decidePlan({ tasks: [task] }, catalog);
  if ('faults' in decision) throw new Error(JSON.stringify(decision.faults));
  const expanded = decideFanOut(decision.plan.tasks[0]!, items, 1, 1);
  return 'failure' in expanded ? expanded.failure.code : undefined;
}

describe('checkFanOut', () => {
  it('refuses a list for its length alone, whatever is in it', () => {
    fc.assert(
      fc.property(lists, maxima, (items, maxItems) => {
        const pointers = faultsOf(items, maxItems).map(({ pointer }) => pointer);
        expect(pointers).toEqual(items.length > maxItems ? ['/tasks/0/forEach/items'] : []);
      }),
    );
  });

  it("refuses, of the directive's input, what the dispatch would refuse, and nothing else", () => {
    fc.assert(
      fc.property(fc.oneof(lists, json), maxima, (items, maxItems) => {
        const faults = faultsOf({ $input: '/list' }, maxItems, { list: items });
        expect(faults.length > 0).toBe(failureAtDispatch(items, maxItems) !== undefined);
      }),
    );
  });

  it('leaves to dispatch what is not known yet', () => {
    const unknown = fc.constantFrom<Items>({ $task: 'a' }, { $cel: 'tasks.a' }, { $input: '/none' });
    fc.assert(
      fc.property(unknown, maxima, json, (items, maxItems, input) => {
        fc.pre(typeof input !== 'object' || input === null || !Object.hasOwn(input, 'none'));
        expect(faultsOf(items, maxItems, input)).toEqual([]);
      }),
    );
  });
});
