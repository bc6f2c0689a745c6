import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { Json, TaskSpec } from '#libs/contracts';
import { PlanFaults } from './plan-faults.js';
import { dependentsOf, linkTasks } from './plan-links.js';
import { collectReferences } from './resolve-references.js';

const size = 6;
const ids = Array.from({ length: size }, (_, index) => `t${index}`);
const anyId = fc.constantFrom(...ids, 'nobody');
const references: fc.Arbitrary<Json> = fc.oneof(
  anyId.map((id): Json => ({ $task: id, path: '/a' })),
  anyId.map((id): Json => ({ $cel: `tasks.${id}.a + 1` })),
  fc.constantFrom<Json>({ $input: '' }, { $item: '' }, { $task: 1 }, 'plain', { a: [1] }),
);
const drafts = fc.record(
  {
    dependsOn: fc.array(anyId, { maxLength: 3 }),
    input: fc.array(references, { maxLength: 3 }),
    when: anyId.map((id) => `tasks.${id}.a > 0`),
    forEach: references.map((items) => ({ items: [items], maxItems: 5 })),
  },
  { requiredKeys: [] },
);
const plans = fc
  .array(drafts, { minLength: size, maxLength: size })
  .map((list): TaskSpec[] => list.map((draft, index) => ({ ...draft, id: ids[index]!, action: 'test.any' })));

function link(tasks: TaskSpec[]) {
  const faults = new PlanFaults();
  return { linked: linkTasks({ tasks, input: {} }, faults)!, faults: faults.items };
}

/** The ids in a template, as the text of it has them. */
function idsIn(value: Json | undefined): string[] {
  return [...JSON.stringify(value ?? null).matchAll(/"\$task":"(\w+)"|tasks\.(\w+)/g)].map(
    ([, id, read]) => (id ?? read)!,
  );
}

function known(named: string[], self: number): number[] {
  const indexes = new Set(named.map((id) => ids.indexOf(id)).filter((index) => index >= 0 && index !== self));
  return [...indexes].toSorted((left, right) => left - right);
}

describe('the links of any plan', () => {
  it('are those the tasks name, in their lists, inputs, items and conditions, each once and in order', () => {
    fc.assert(
      fc.property(plans, (tasks) => {
        const { linked } = link(tasks);
        for (const [index, { dependsOn, references: referenced }] of linked.links.entries()) {
          const { input, forEach, when, dependsOn: named = [] } = tasks[index]!;
          const read = [...idsIn(input), ...idsIn(forEach?.items), ...idsIn(when)];
          expect(referenced).toEqual(known(read, index));
          expect(dependsOn).toEqual(known([...read, ...named], index));
        }
        expect(linked.edges).toBe(linked.links.reduce((sum, { dependsOn }) => sum + dependsOn.length, 0));
      }),
    );
  });

  it('are the same from the other end', () => {
    fc.assert(
      fc.property(plans, (tasks) => {
        const { links } = link(tasks).linked;
        const dependents = dependentsOf(links);
        const forwards = links.flatMap(({ dependsOn }, index) =>
          dependsOn.map((dependency) => `${dependency}<${index}`),
        );
        const backwards = dependents.flatMap((waiting, index) => waiting.map((dependent) => `${index}<${dependent}`));
        expect(backwards.toSorted()).toEqual(forwards.toSorted());
        for (const waiting of dependents) expect(waiting).toEqual(waiting.toSorted((left, right) => left - right));
      }),
    );
  });

  it('have a fault exactly where a task names itself, nobody or what has no value', () => {
    fc.assert(
      fc.property(plans, (tasks) => {
        const { faults } = link(tasks);
        for (const [index, task] of tasks.entries()) {
          const isWrong = (id: string) => id === 'nobody' || id === task.id;
          const within = (place: string) =>
            faults.some(({ pointer }) => `${pointer}/`.startsWith(`/tasks/${index}/${place}/`));
          for (const [at, id] of (task.dependsOn ?? []).entries()) {
            expect(within(`dependsOn/${at}`)).toBe(isWrong(id));
          }
          expect(within('when')).toBe(idsIn(task.when).some(isWrong));
          expect(within('input')).toBe(
            idsIn(task.input).some(isWrong) || hasNoValue(task.input, task.forEach !== undefined),
          );
          const items = task.forEach?.items;
          expect(within('forEach/items')).toBe(idsIn(items).some(isWrong) || hasNoValue(items, false));
        }
      }),
    );
  });
});

function hasNoValue(template: Json | undefined, allowsItem: boolean): boolean {
  const { references: found, malformed } = collectReferences(template ?? null);
  return malformed.length > 0 || (!allowsItem && found.some(({ reference }) => '$item' in reference));
}
