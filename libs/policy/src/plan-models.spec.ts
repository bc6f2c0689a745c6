import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { ActionRecord, type Fault, type Json, type TaskSpec } from '#libs/contracts';
import { houseRulesFor } from './house-rules.js';
import { readPointer } from './json-pointer.js';
import { PlanFaults } from './plan-faults.js';
import { checkModels, chooseModels } from './plan-models.js';
import type { PlanRequest } from './plan-request.js';

const universe = ['a', 'b', 'c', 'd', 'e'];

/** The lists of the levels, the highest first; an empty one allows all. */
interface Lists {
  operator: string[];
  tenant: string[];
  directive: string[];
  action: string[];
}

type Level = keyof Lists;

const levels: readonly Level[] = ['operator', 'tenant', 'directive', 'action'];
const subset = (least = 0) => fc.shuffledSubarray(universe, { minLength: least });
const anyLists = fc.record({ operator: subset(), tenant: subset(), directive: subset(), action: subset() });
const wishes: fc.Arbitrary<Pick<TaskSpec, 'model' | 'models'>> = fc.oneof(
  fc.constant({}),
  fc.record({ model: fc.constantFrom(...universe) }),
  fc.record({ models: subset(1) }),
  // The one is not in the others.
  subset(2).map(([model, ...models]) => ({ model: model!, models })),
);

function decide(lists: Lists, wish: Pick<TaskSpec, 'model' | 'models'>): { faults: Fault[]; models: string[] } {
  const request: PlanRequest = {
    tasks: [],
    house: houseRulesFor(
      {
        models: lists.operator,
        allowHighRisk: false,
        maxConcurrentDirectives: 0,
        tenants: { any: { models: lists.tenant } },
      },
      'any',
    ),
    ...(lists.directive.length > 0 && { models: lists.directive }),
  };
  const action = ActionRecord.parse({ name: 'test.any', models: lists.action });
  const task = { id: 't', action: 'test.any', ...wish };
  const faults = new PlanFaults();
  checkModels(request, task, action, faults, '');
  return { faults: faults.items, models: chooseModels(request, task, action) };
}

/** What a task may name, one at a time. */
function grantable(lists: Lists): string[] {
  return universe.filter((model) => decide(lists, { model }).faults.length === 0);
}

describe('the models of a task', () => {
  it('are in every list that was given', () => {
    fc.assert(
      fc.property(anyLists, wishes, (lists, wish) => {
        const { faults, models } = decide(lists, wish);
        if (faults.length > 0) return;
        const given = levels.map((level) => lists[level]).filter((list) => list.length > 0);
        for (const list of given) expect(list).toEqual(expect.arrayContaining(models));
      }),
    );
  });

  it('are those it names, each once and in its order', () => {
    fc.assert(
      fc.property(anyLists, subset(1), (lists, models) => {
        expect(decide(lists, { models }).models).toEqual(models);
        expect(decide(lists, { model: models[0]!, models }).models).toEqual(models);
        expect(decide(lists, { models: [...models, ...models] }).models).toEqual(models);
      }),
    );
  });

  it('are the first of the action that is left, when it names none', () => {
    fc.assert(
      fc.property(anyLists, (lists) => {
        const { faults, models } = decide(lists, {});
        const left = lists.action.filter((model) => grantable(lists).includes(model));
        expect(models).toEqual(left.slice(0, 1));
        expect(faults.length > 0).toBe(lists.action.length > 0 && left.length === 0);
      }),
    );
  });
});

describe('what a level allows', () => {
  it('is what all of them allow together', () => {
    fc.assert(
      fc.property(anyLists, (lists) => {
        const given = levels.map((level) => lists[level]).filter((list) => list.length > 0);
        expect(grantable(lists)).toEqual(universe.filter((model) => given.every((list) => list.includes(model))));
      }),
    );
  });

  it('never grows by a model that a level above does not allow', () => {
    const added = fc.constantFrom(...universe);
    const pairs = fc.constantFrom<[Level, Level]>(
      ['operator', 'directive'],
      ['operator', 'action'],
      ['directive', 'action'],
    );
    fc.assert(
      fc.property(anyLists, pairs, added, (lists, [above, below], model) => {
        fc.pre(lists[below].length > 0 && lists[above].length > 0 && !lists[above].includes(model));
        expect(grantable({ ...lists, [below]: [...lists[below], model] })).toEqual(grantable(lists));
      }),
    );
  });

  it('never grows when one of them takes a model away or begins to name some', () => {
    fc.assert(
      fc.property(anyLists, fc.constantFrom(...levels), subset(1), (lists, level, named) => {
        const less = lists[level].length === 0 ? named : lists[level].filter((model) => named.includes(model));
        fc.pre(less.length > 0);
        expect(grantable(lists)).toEqual(expect.arrayContaining(grantable({ ...lists, [level]: less })));
      }),
    );
  });
});

describe('a fault', () => {
  it('stands where the model stands, one for each that is not allowed', () => {
    fc.assert(
      fc.property(anyLists, wishes, (lists, wish) => {
        const named = [...(wish.model === undefined ? [] : [wish.model]), ...(wish.models ?? [])];
        fc.pre(named.length > 0);
        const { faults } = decide(lists, wish);
        const allowed = grantable(lists);
        expect(faults.map(({ pointer }) => readPointer(wish as Json, pointer))).toEqual(
          named.filter((model) => !allowed.includes(model)),
        );
        expect(faults.every(({ code }) => code === 'MODEL_NOT_ALLOWED')).toBe(true);
      }),
    );
  });
});
