import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { limits, type Json, type PlannedTask } from '#libs/contracts';
import { decideFanOut } from './expand-fan-out.js';
import { resolveReferences } from './resolve-references.js';

function aParent(over: Partial<PlannedTask> = {}): PlannedTask {
  return {
    index: 4,
    id: 'embed',
    action: 'rag.embed',
    actionVersion: '1',
    effect: 'pure',
    input: { path: { $item: '/path' }, model: { $task: 'choose' } },
    dependsOn: [1, 2],
    dependents: [9],
    optional: true,
    forEach: { items: { $task: 'collect' }, maxItems: 3 },
    references: [1, 2],
    timeoutMs: 1_000,
    ttlMs: null,
    maxRetries: 2,
    retryDelayMs: 1_000,
    maxCostMicroUsd: 5,
    maxTokens: 7,
    models: [],
    backoff: 'exponential',
    maxRetryDelayMs: 300_000,
    continueOnFailure: false,
    approvalTtlMs: null,
    risk: { score: 60, factors: [], reasons: [] },
    ...over,
  };
}

function childrenOf(parent: PlannedTask, items: Json): PlannedTask[] {
  const decision = decideFanOut(parent, items, 10, 10);
  if ('failure' in decision) throw new Error(decision.failure.message);
  return decision.children;
}

describe('decideFanOut', () => {
  it('makes a task of each item, with everything the parent was granted', () => {
    const { forEach: _forEach, ...inherited } = aParent();
    expect(childrenOf(aParent(), [{ path: 'a' }, { path: 'b' }])).toEqual([
      {
        ...inherited,
        index: 10,
        id: 'embed[0]',
        dependsOn: [],
        dependents: [],
        parent: 4,
        item: { path: 'a' },
      },
      {
        ...inherited,
        index: 11,
        id: 'embed[1]',
        dependsOn: [],
        dependents: [],
        parent: 4,
        item: { path: 'b' },
      },
    ]);
  });

  it('leaves the item out of the template, so that data cannot become a reference', () => {
    const [child] = childrenOf(aParent({ input: { $item: '' } }), [{ $task: 'secret' }]);
    const resolved = resolveReferences(child!.input, { tasks: () => 'leaked', item: child!.item! });
    expect(resolved).toEqual({ value: { $task: 'secret' } });
  });

  it('forgets the references that only made the list', () => {
    const [child] = childrenOf(aParent({ input: { path: { $item: '/path' } } }), [1]);
    expect(child!.references).toEqual([]);
  });

  it('makes nothing of an empty list', () => {
    expect(childrenOf(aParent(), [])).toEqual([]);
  });

  it.each<[string, Partial<PlannedTask>, Json, number, string, string]>([
    ['an object', {}, {}, 10, 'FAN_OUT_NOT_A_LIST', '"embed" must be a list and is object'],
    ['null', {}, null, 10, 'FAN_OUT_NOT_A_LIST', 'is null'],
    ['more than maxItems', {}, [1, 2, 3, 4], 10, 'FAN_OUT_TOO_LARGE', '4 elements; its maxItems is 3'],
    ['a plan that is full', {}, [1, 2], limits.maxTasks - 1, 'PLAN_TOO_LARGE', '10001 tasks; the limit is 10000'],
  ])('refuses %s', (_, over, items, tasksSoFar, code, message) => {
    expect(decideFanOut(aParent(over), items, 10, tasksSoFar)).toEqual({
      failure: { code, message: expect.stringContaining(message) },
    });
  });

  it('uses the default limit for a parent that names none', () => {
    const parent = aParent();
    delete parent.forEach;
    const items = Array.from({ length: limits.defaultFanOut + 1 }, () => 1);
    expect(decideFanOut(parent, items, 10, 10)).toHaveProperty('failure.code', 'FAN_OUT_TOO_LARGE');
  });

  it('keeps the order of the items', () => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { maxLength: 50 }), fc.nat(1_000), (items, firstIndex) => {
        const parent = aParent({ forEach: { items: [], maxItems: 50 } });
        const decision = decideFanOut(parent, items, firstIndex, 0);
        const children = 'children' in decision ? decision.children : [];
        expect(children.map(({ item }) => item)).toEqual(items);
        expect(children.map(({ index }) => index)).toEqual(items.map((_, position) => firstIndex + position));
        expect(children.map(({ id }) => id)).toEqual(items.map((_, position) => `embed[${position}]`));
      }),
    );
  });

  it('makes all of the children or none, and never more than maxItems or than the plan may hold', () => {
    const lists = fc.array(fc.constant(0), { maxLength: 12 });
    const room = fc.integer({ min: 0, max: 15 });
    fc.assert(
      fc.property(lists, fc.integer({ min: 1, max: 12 }), room, (items, maxItems, left) => {
        const parent = aParent({ forEach: { items: [], maxItems } });
        const decision = decideFanOut(parent, items, 10, limits.maxTasks - left);
        const isAllowed = items.length <= Math.min(maxItems, left);
        expect('children' in decision ? decision.children.length : undefined).toBe(
          isAllowed ? items.length : undefined,
        );
      }),
    );
  });

  it('gives no child more than the parent was granted, nor a fan-out or a condition of its own', () => {
    const parents = fc.record({
      maxCostMicroUsd: fc.nat(),
      maxTokens: fc.nat(),
      maxRetries: fc.nat(100),
      models: fc.subarray(['a', 'b']),
      when: fc.constantFrom('true', 'false'),
    });
    fc.assert(
      fc.property(parents, fc.array(fc.jsonValue(), { maxLength: 5 }), (over, items) => {
        const { when: _, ...granted } = over;
        for (const child of childrenOf(aParent({ ...over, forEach: { items: [], maxItems: 5 } }), items as Json)) {
          expect(child).toMatchObject(granted);
          expect([child.forEach, child.when]).toEqual([undefined, undefined]);
        }
      }),
    );
  });
});
