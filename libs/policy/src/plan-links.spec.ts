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
      'an expression that is none',
      [{ id: 'a', input: { x: [{ $cel: '1 +' }] } }],
      {},
      [
        [
          'REFERENCE_INVALID',
          '/tasks/0/input/x/0',
          'the expression of "$cel" cannot be used: Unexpected token: EOF (at character 4)',
        ],
      ],
    ],
    [
      'an expression that reads no task',
      [{ id: 'fetch' }, { id: 'b', input: { $cel: 'tasks.fetc.n > 1' } }],
      {},
      [
        [
          'REFERENCE_INVALID',
          '/tasks/1/input',
          '"tasks" names "fetc", and no task of the plan has that id; did you mean "fetch"?',
        ],
      ],
    ],
    [
      'an expression that reads its own task',
      [{ id: 'a', input: { $cel: 'tasks.a' } }],
      {},
      [['DEPENDENCY_CYCLE', '/tasks/0/input', 'a -> a']],
    ],
    [
      'an expression that reads an item without a fan-out, and an input that is not there',
      [{ id: 'a', input: { $cel: 'item + input' } }],
      {},
      [
        ['REFERENCE_INVALID', '/tasks/0/input', '"input" is used and the directive has no "input"'],
        ['REFERENCE_INVALID', '/tasks/0/input', '"item" has a value only in the "input" of a task with "forEach"'],
      ],
    ],
    [
      'an item in the expression that makes the list of items',
      [{ id: 'a', forEach: { items: { $cel: '[item]' }, maxItems: 1 } }],
      {},
      [['REFERENCE_INVALID', '/tasks/0/forEach/items', '"item" has a value only']],
    ],
    [
      'an output that computes with no task',
      [{ id: 'a' }],
      { output: { x: { $cel: 'size(tasks.b)' } } },
      [['REFERENCE_INVALID', '/output/x', '"tasks" names "b"']],
    ],
    [
      'a condition that is no expression',
      [{ id: 'a', when: 'input.n = 1' }],
      {},
      [
        [
          'CONDITION_INVALID',
          '/tasks/0/when',
          'the condition cannot be used: Unexpected character: = (at character 9)',
        ],
      ],
    ],
    [
      'a condition that reads what there is not',
      [{ id: 'a', when: 'tasks.b.ok && input.n > item', forEach: { items: [1], maxItems: 1 } }],
      {},
      [
        ['CONDITION_INVALID', '/tasks/0/when', '"tasks" names "b", and no task of the plan has that id'],
        ['CONDITION_INVALID', '/tasks/0/when', '"input" is used and the directive has no "input"'],
        ['CONDITION_INVALID', '/tasks/0/when', '"item" has a value only in the "input" of a task with "forEach"'],
      ],
    ],
    [
      'a condition of a task on itself',
      [{ id: 'a', when: 'tasks["a"].ok' }],
      {},
      [['DEPENDENCY_CYCLE', '/tasks/0/when', 'a -> a']],
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
    ['expressions', { id: 'a', input: Array.from({ length: 300 }, (_, at) => ({ $cel: `tasks.t${at}` })) }],
    ['malformed references', { id: 'a', input: Array.from({ length: 300 }, () => ({ $item: 1 })) }],
  ])('is one of a hundred at most, of three hundred wrong %s', (_, task) => {
    expect(faultsOf([task])).toHaveLength(100);
  });
});

describe('what an expression reads', () => {
  const tasks: TaskSpec[] = ['a', 'b-c', 'd'].map((id) => ({ id, action: 'test.any' }));
  const linksOf = (task: Draft): number[][] => {
    const faults = new PlanFaults();
    const linked = linkTasks({ tasks: [...tasks, { ...task, action: 'test.any' }], input: { n: 1 } }, faults);
    expect(faults.items).toEqual([]);
    return [linked!.links[3]!.dependsOn, linked!.links[3]!.references];
  };

  it.each<[string, Omit<Draft, 'id'>, number[]]>([
    ['condition', { when: 'tasks.a.ok && input.n > 1' }, [0]],
    ['input', { input: { x: [{ $cel: 'tasks["b-c"].n + tasks.a.n' }] } }, [0, 1]],
    ['list of items', { forEach: { items: { $cel: 'tasks.d.filter(i, i > 1)' }, maxItems: 10 } }, [2]],
    ['condition that never gets there', { when: 'false && has(tasks.d.x)' }, [2]],
    ['condition that only looks like it', { when: '"tasks.a" == {"tasks": 1}.tasks' }, []],
    ['input that reads the input', { input: { $cel: 'input.n' } }, []],
  ])('is a dependency: %s', (_, draft, indexes) => {
    expect(linksOf({ id: 'e', ...draft })).toEqual([indexes, indexes]);
  });

  it('adds to what is named', () => {
    expect(linksOf({ id: 'e', dependsOn: ['d'], when: 'tasks.a.ok' })).toEqual([[0, 2], [0]]);
  });
});
