import { describe, expect, it } from '@jest/globals';
import type { CocEvent, DirectiveResult, EventType, TaskResult } from '../../chain-of-command.d.ts';
import { compare } from './compare.js';
import { Expectation } from './scenario.schema.js';

const timestamp = '2026-11-21T07:00:01.250Z';
const task: TaskResult = {
  id: 'a',
  action: 'agent.worker',
  state: 'succeeded',
  attempts: 2,
  parent: null,
  error: null,
  costUsd: 0,
  tokens: 0,
};
const result: DirectiveResult = {
  id: 'd0_x',
  ref: null,
  state: 'COMPLETED',
  output: { text: 'x', list: [{ a: 1, b: 2 }, 7] },
  tasks: [task],
  costUsd: 0,
  tokens: 0,
  error: null,
  createdAt: timestamp,
  startedAt: timestamp,
  finishedAt: timestamp,
};
const event = (seq: number, type: EventType, data: CocEvent['data'] = {}): CocEvent => {
  const of = type.startsWith('task.') ? 'a' : null;
  return { type, timestamp, directiveId: 'd0_x', seq, task: of, data };
};
const events = [
  event(1, 'directive.accepted'),
  event(2, 'task.held', { kind: 'approval' }),
  event(3, 'task.retried'),
  event(4, 'task.completed'),
  event(5, 'directive.completed'),
];

const faultsOf = (expected: object) =>
  compare(Expectation.parse({ state: 'COMPLETED', ...expected }), { result, events });

describe('what became of a directive', () => {
  it('is as expected when all that is said is so, whatever else is there', () => {
    const expected = {
      tasks: { a: { state: 'succeeded', attempts: 2 } },
      output: { list: [{ a: 1 }, 7] },
      events: ['directive.accepted', 'task.completed a', 'directive.completed'],
      absent: ['task.failed', 'task.completed b'],
      waits: { a: ['approval', 'retry'] },
    };
    expect(faultsOf(expected)).toEqual([]);
    expect(faultsOf({ tasks: { a: 'succeeded' } })).toEqual([]);
  });

  it.each([
    [{ state: 'FAILED' }, 'the state is COMPLETED, expected FAILED'],
    [{ tasks: { a: 'failed' } }, 'the state of a is succeeded, expected failed'],
    [{ tasks: { a: { attempts: 1 } } }, 'the number of attempts of a is 2, expected 1'],
    [{ tasks: { a: { error: 'LOST' } } }, 'the error of a is undefined, expected LOST'],
    [{ tasks: { b: 'succeeded' } }, 'there is no task b'],
    [{ error: 'LOST' }, 'the error is undefined, expected LOST'],
    [{ events: ['task.completed', 'task.retried'] }, 'there is no event "task.retried" after event 4'],
    [{ events: ['task.completed b'] }, 'there is no event "task.completed b"'],
    [{ absent: ['task.retried'] }, 'there is an event "task.retried", expected none'],
    [{ waits: { a: ['budget'] } }, 'a was not seen waiting for budget, only for: approval, retry'],
  ])('is told apart from %j', (expected, fault) => {
    expect(faultsOf(expected)).toEqual([fault]);
  });

  it.each([{ text: 'y' }, { list: [{ a: 1 }] }, { list: [7, { a: 1 }] }, { none: 1 }, 'x', null, []])(
    'does not have the output %j',
    (output) => {
      expect(faultsOf({ output })).toHaveLength(1);
    },
  );

  it('cannot be expected in words that nobody knows', () => {
    const wrong = [
      { state: 'DONE' },
      { events: ['task.complete a'] },
      { tasks: { a: 'done' } },
      { waits: { a: ['luck'] } },
      { colour: 'red' },
    ];
    for (const expected of wrong)
      expect(Expectation.safeParse({ state: 'COMPLETED', ...expected }).success).toBe(false);
  });
});
