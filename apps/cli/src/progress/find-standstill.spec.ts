import { describe, expect, it } from '@jest/globals';
import { assert, array, constantFrom, integer, property, record } from 'fast-check';
import type { DirectiveView, TaskView } from '#libs/contracts';
import { heldAtStandstill } from './find-standstill.js';
import { aDirective, aTask } from './sample-directive.js';

const held = aTask({ id: 'mail', state: 'held', owner: 'human', waitingOn: { kind: 'approval', ref: 'mail' } });
const after = (id: string, ...dependsOn: string[]) =>
  aTask({ id, dependsOn, waitingOn: { kind: 'dependencies', ref: dependsOn.join(',') } });
const done = aTask({ id: 'done', state: 'succeeded' });

const idsOf = (tasks: readonly TaskView[], directive: Partial<DirectiveView> = {}) =>
  heldAtStandstill({ directive: aDirective(directive), tasks }).map(({ id }) => id);

describe('a directive stands still', () => {
  it('when all that is open is held, or comes after what is', () => {
    const other = { ...held, id: 'post' };
    expect(idsOf([done, held, other, after('report', 'mail'), after('end', 'report', 'done')])).toEqual([
      'mail',
      'post',
    ]);
  });

  it('also with a fan-out whose last child is held', () => {
    const parent = aTask({ id: 'spread', waitingOn: { kind: 'children', ref: 'spread' } });
    const children = [0, 1].map((at) => ({ ...(at === 0 ? done : held), id: `spread[${at}]`, parent: 'spread' }));
    expect(idsOf([parent, ...children])).toEqual(['spread[1]']);
    expect(idsOf([held, parent, ...children.map((child) => ({ ...child, state: 'succeeded' as const }))])).toEqual([]);
  });

  it('when it is paused and nothing runs', () => {
    const ready = aTask({ id: 'a', state: 'ready', waitingOn: { kind: 'paused', ref: '' } });
    expect(idsOf([held, ready], { state: 'PAUSED' })).toEqual(['mail']);
    expect(idsOf([held, { ...ready, state: 'running' }], { state: 'PAUSED' })).toEqual([]);
  });
});

describe('a directive does not stand still', () => {
  it.each([
    ['ready', 'window'],
    ['deferred', 'retry'],
    ['deferred', 'budget-reserved'],
    ['dispatched', 'worker'],
    ['running', 'outcome'],
    ['waiting', 'condition'],
  ] as const)('while a task is %s and waits for %s', (state, kind) => {
    expect(idsOf([held, aTask({ id: 'a', state, waitingOn: { kind, ref: '' } })])).toEqual([]);
  });

  it('in the moment between the end of a task and the freeing of those after it', () => {
    expect(idsOf([held, done, after('next', 'done')])).toEqual([]);
  });

  it('without a held task, at rest, or while it is being closed', () => {
    expect(idsOf([after('next', 'done')])).toEqual([]);
    expect(idsOf([held], { state: 'CANCELLED' })).toEqual([]);
    expect(idsOf([held], { closing: 'CANCELLED' })).toEqual([]);
  });
});

it('stands still only with something held, and never with something under way, whatever the plan', () => {
  const states = ['waiting', 'ready', 'held', 'deferred', 'dispatched', 'running', 'succeeded', 'failed'] as const;
  const anyTask = record({ state: constantFrom(...states), before: integer({ min: 0, max: 9 }) });
  assert(
    property(array(anyTask, { maxLength: 10 }), (drafts) => {
      const tasks = drafts.map(({ state, before }, at) => {
        const dependsOn = state === 'waiting' && before < at ? [`t${before}`] : [];
        const kind = state === 'held' ? 'approval' : 'dependencies';
        return aTask({ id: `t${at}`, index: at, state, dependsOn, waitingOn: { kind, ref: '' } });
      });
      const moves = tasks.some(({ state }) => ['ready', 'deferred', 'dispatched', 'running'].includes(state));
      const found = idsOf(tasks);
      const all = tasks.filter(({ state }) => state === 'held').map(({ id }) => id);
      expect(found.length === 0 || (found.length === all.length && !moves)).toBe(true);
    }),
  );
});
