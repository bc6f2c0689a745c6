import { describe, expect, it } from '@jest/globals';
import type { Fault, TaskSpec } from '#libs/contracts';
import { PlanFaults } from './plan-faults.js';
import { linkTasks } from './plan-links.js';
import type { PlanRequest } from './plan-request.js';

type Draft = Omit<TaskSpec, 'action'>;

function faultsOf(drafts: Draft[], rest: Omit<PlanRequest, 'tasks'> = {}): Fault[] {
  const faults = new PlanFaults();
  const tasks = drafts.map((draft) => ({ ...draft, action: 'test.any' }));
  linkTasks({ ...rest, tasks }, faults);
  return faults.items;
}

describe('a wrong link', () => {
  it.each<[string, Draft[], Omit<PlanRequest, 'tasks'>, [string, string, string][]]>([
    [
      'an id twice',
      [{ id: 'a' }, { id: 'b' }, { id: 'a' }],
      {},
      [['TASK_DUPLICATE', '/tasks/2/id', '"a" is taken by the task at position 0']],
    ],
    [
      'an unknown dependency',
      [{ id: 'fetch' }, { id: 'b', dependsOn: ['fetch', 'fecth'] }],
      {},
      [
        [
          'DEPENDENCY_UNKNOWN',
          '/tasks/1/dependsOn/1',
          'task "b" depends on "fecth", and no task of the plan has that id; did you mean "fetch"?',
        ],
      ],
    ],
    [
      'a task that waits for itself',
      [{ id: 'a', dependsOn: ['a'] }],
      {},
      [['DEPENDENCY_CYCLE', '/tasks/0/dependsOn/0', 'a -> a']],
    ],
    [
      'a task that refers to itself',
      [{ id: 'a', input: { x: { $task: 'a' } } }],
      {},
      [['DEPENDENCY_CYCLE', '/tasks/0/input/x', 'a -> a']],
    ],
    [
      'a malformed reference',
      [{ id: 'a', input: [{ $task: 1 }] }],
      {},
      [['REFERENCE_INVALID', '/tasks/0/input/0', 'a reference is']],
    ],
    [
      'a malformed item',
      [{ id: 'a', forEach: { items: [{ $input: 'x' }], maxItems: 1 } }],
      {},
      [['REFERENCE_INVALID', '/tasks/0/forEach/items/0', 'a reference is']],
    ],
    [
      'a reference to no task',
      [{ id: 'fetch' }, { id: 'b', input: { a: { $task: 'fetc' } } }],
      {},
      [
        [
          'REFERENCE_INVALID',
          '/tasks/1/input/a',
          '"$task" names "fetc", and no task of the plan has that id; did you mean "fetch"?',
        ],
      ],
    ],
    [
      'an item without a fan-out',
      [{ id: 'a', input: { $item: '' } }],
      {},
      [['REFERENCE_INVALID', '/tasks/0/input', 'a task with "forEach"']],
    ],
    [
      'an item in the list of items',
      [{ id: 'a', forEach: { items: { $item: '' }, maxItems: 1 } }],
      {},
      [['REFERENCE_INVALID', '/tasks/0/forEach/items', 'a task with "forEach"']],
    ],
    [
      'an input that is not there',
      [{ id: 'a', input: { $input: '' } }],
      {},
      [['REFERENCE_INVALID', '/tasks/0/input', 'the directive has no "input"']],
    ],
    [
      'an input without that path',
      [{ id: 'a', input: { $input: '/b' } }],
      { input: { a: 1 } },
      [['REFERENCE_INVALID', '/tasks/0/input', 'nothing at the path "/b"']],
    ],
    [
      'an output that refers to no task',
      [{ id: 'a' }],
      { output: { x: { $task: 'b' } } },
      [['REFERENCE_INVALID', '/output/x', '"$task" names "b"']],
    ],
    [
      'an output with an item',
      [{ id: 'a' }],
      { output: [{ $item: '' }] },
      [['REFERENCE_INVALID', '/output/0', '"$item" has a value only']],
    ],
    [
      'another place in the body',
      [{ id: 'a', dependsOn: ['b'] }],
      { pointerBase: '/plan/tasks', output: { $item: '' } },
      [
        ['DEPENDENCY_UNKNOWN', '/plan/tasks/0/dependsOn/0', '"b"'],
        ['REFERENCE_INVALID', '/plan/output', '"$item"'],
      ],
    ],
  ])('is found: %s', (_, tasks, rest, faults) => {
    expect(faultsOf(tasks, rest)).toEqual(
      faults.map(([code, pointer, detail]) => ({ code, pointer, detail: expect.stringContaining(detail) })),
    );
  });

  it.each<[string, Draft]>([
    ['dependencies', { id: 'a', dependsOn: Array.from({ length: 300 }, (_, index) => `gone${index}`) }],
    ['references', { id: 'a', input: Array.from({ length: 300 }, () => ({ $item: '' })) }],
    ['malformed references', { id: 'a', input: Array.from({ length: 300 }, () => ({ $item: 1 })) }],
  ])('is one of a hundred at most, of three hundred wrong %s', (_, task) => {
    expect(faultsOf([task])).toHaveLength(100);
  });
});
