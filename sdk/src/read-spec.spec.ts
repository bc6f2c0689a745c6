import { describe, expect, it } from '@jest/globals';
import { SubmitDirective } from '#libs/contracts';
import type { DirectiveSpec } from '../chain-of-command.d.ts';
import { readSpec } from './read-spec.js';
import { DirectiveRefusedError } from './sdk-error.js';

const inWords: DirectiveSpec = {
  id: 'my-directive',
  description: 'Custom directive',
  tasks: [{ id: 'task-1', role: 'worker', prompt: 'Do something' }],
  policies: { maxRetries: 3, retryDelayMs: 1000 },
};

function faultsOf(spec: unknown): readonly { pointer: string; code: string }[] {
  try {
    readSpec(spec as DirectiveSpec, 'key');
    return [];
  } catch (error) {
    return (error as DirectiveRefusedError).faults;
  }
}

describe('a spec', () => {
  it('in words becomes a directive of the API', () => {
    const { body, roles } = readSpec(inWords, 'key');
    expect(SubmitDirective.parse(body)).toEqual({
      ref: expect.stringMatching(/^my-directive\/[0-9a-f]{12}$/),
      title: 'Custom directive',
      tasks: [{ id: 'task-1', action: 'agent.worker', input: { prompt: 'Do something' } }],
      policies: { maxRetries: 3, retryDelayMs: 1000 },
    });
    expect(roles).toEqual([{ pointer: '/tasks/0/role', role: 'worker' }]);
  });

  it('has the same ref in the same run and another one in the next', () => {
    const refOf = (key: string) => readSpec(inWords, key).body['ref'];
    expect(refOf('one')).toBe(refOf('one'));
    expect(refOf('one')).not.toBe(refOf('two'));
  });

  it('of the API stays as it is', () => {
    const spec: DirectiveSpec = {
      ref: 'mine',
      title: 'x',
      tasks: [{ id: 'a', action: 'docs.collect', input: { b: 1 } }],
    };
    expect(readSpec(spec, 'key')).toEqual({ body: spec, roles: [] });
  });

  it('hands the input of a task in words on as what the answer is made from', () => {
    const task = {
      id: 'b',
      role: 'worker',
      prompt: 'p',
      input: { $task: 'a' },
      dependsOn: ['a'],
      mock: { failures: 1 },
    };
    const { body } = readSpec({ tasks: [task] }, 'key');
    const input = { prompt: 'p', context: { $task: 'a' }, mock: { failures: 1 } };
    expect(body['tasks']).toEqual([{ id: 'b', dependsOn: ['a'], action: 'agent.worker', input }]);
  });

  it('leaves unknown fields to the server, which names them', () => {
    expect(readSpec({ workflow: 'w', colour: 'red' } as DirectiveSpec, 'key').body).toEqual({
      workflow: 'w',
      colour: 'red',
    });
  });

  it('is refused with every place that contradicts itself', () => {
    const task = { id: 'a', role: 'worker', prompt: 'p' };
    expect(faultsOf({ ...inWords, ref: 'r', title: 't' }).map(({ pointer }) => pointer)).toEqual([
      '/id',
      '/description',
    ]);
    expect(
      faultsOf({ tasks: [task, { ...task, action: 'a.b' }, { id: 'c', role: 'worker' }, { id: 'd', prompt: 'p' }] }),
    ).toEqual([1, 2, 3].map((at) => ({ pointer: `/tasks/${at}`, code: 'SPEC_INVALID', detail: expect.any(String) })));
    for (const none of [null, undefined, 7, 'text', [], { a: 1n }]) expect(faultsOf(none)).toHaveLength(1);
  });
});
