import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { ActionRecord, Concurrency, Rate, type Permit, type TaskSpec } from '#libs/contracts';
import { catalogLookup } from './catalog-lookup.js';
import { decidePlan } from './decide-plan.js';
import { houseRulesFor, type House } from './house-rules.js';
import { planPermits } from './plan-permits.js';
import type { PlanRequest } from './plan-request.js';
import { SchemaValidator } from './schema-validator.js';

/** What may limit a task; null where nobody does. */
interface Limits {
  own: Rate | null;
  operator: Rate | null;
  concurrency: Concurrency | null;
}

const name = 'mail.send';
const none: Limits = { own: null, operator: null, concurrency: null };
const own: Rate = { limit: 5, perMs: 200 };
const operator: Rate = { limit: 2, perMs: 1_000 };
const concurrency: Concurrency = { key: 'db', limit: 3 };

function requestOf({ operator: rate }: Limits, action = name): PlanRequest {
  const tenants: House['tenants'] = rate === null ? {} : { '*': { rates: { [action]: rate } } };
  const house = houseRulesFor({ models: [], allowHighRisk: false, maxConcurrentDirectives: 0, tenants }, 'any');
  return { tasks: [], house };
}

function taskOf({ concurrency: place }: Limits): TaskSpec {
  return { id: 'a', action: name, ...(place && { concurrency: place }) };
}

function permitsOf(limits: Limits): Permit[] | undefined {
  return planPermits(
    requestOf(limits),
    taskOf(limits),
    ActionRecord.parse({ name, ...(limits.own && { rate: limits.own }) }),
  ).permits;
}

const rates = fc.record({ limit: fc.integer({ min: 1, max: 1_000_000 }), perMs: fc.integer({ min: 1, max: 60_000 }) });
const keys = fc.oneof(
  fc.constantFrom(name, `house ${name}`, 'house', ' ', '"', 'a:b'),
  fc.string({ minLength: 1, maxLength: 200 }),
);
const places = fc.record({ key: keys, limit: fc.integer({ min: 1, max: 100_000 }) });
const anyLimits: fc.Arbitrary<Limits> = fc.record({
  own: fc.option(rates),
  operator: fc.option(rates),
  concurrency: fc.option(places),
});

describe('the permits of a task', () => {
  it.each<[string, Limits, Permit[]]>([
    ['the rate of its action', { ...none, own }, [{ kind: 'rate', key: name, max: 5, perMs: 200 }]],
    [
      "the operator's rate for it",
      { ...none, operator },
      [{ kind: 'rate', key: `house ${name}`, max: 2, perMs: 1_000 }],
    ],
    ['its concurrency key', { ...none, concurrency }, [{ kind: 'concurrency', key: 'db', max: 3 }]],
    [
      'all of them, the place first',
      { own, operator, concurrency },
      [
        { kind: 'concurrency', key: 'db', max: 3 },
        { kind: 'rate', key: name, max: 5, perMs: 200 },
        { kind: 'rate', key: `house ${name}`, max: 2, perMs: 1_000 },
      ],
    ],
  ])('are for %s', (_, limits, permits) => {
    expect(permitsOf(limits)).toEqual(permits);
  });

  it('are not even an empty list where nothing limits it: the record of a task stays short', () => {
    expect(planPermits({ tasks: [] }, taskOf(none), ActionRecord.parse({ name }))).toEqual({});
    expect(planPermits(requestOf(none), taskOf(none), ActionRecord.parse({ name }))).toEqual({});
  });

  it("leave out the operator's rates for other actions", () => {
    const request = requestOf({ ...none, operator }, 'mail.read');
    expect(planPermits(request, taskOf(none), ActionRecord.parse({ name }))).toEqual({});
  });

  it('are one for each limit, with its own numbers', () => {
    fc.assert(
      fc.property(anyLimits, (limits) => {
        const bounds = [limits.concurrency, limits.own, limits.operator].filter((limit) => limit !== null);
        const permits = permitsOf(limits) ?? [];
        expect(permits.map(({ max }) => max)).toEqual(bounds.map(({ limit }) => limit));
        expect(permits.map(({ perMs }) => perMs)).toEqual(
          bounds.map((limit) => ('perMs' in limit ? limit.perMs : undefined)),
        );
      }),
    );
  });

  it('never share a name, whatever the concurrency key is: a task finds each again by its kind and key', () => {
    fc.assert(
      fc.property(anyLimits, (limits) => {
        const names = (permitsOf(limits) ?? []).map(({ kind, key }) => JSON.stringify([kind, key]));
        expect(new Set(names).size).toBe(names.length);
      }),
    );
  });

  it('are asked for in one order by all tasks', () => {
    fc.assert(
      fc.property(anyLimits, anyLimits, (one, other) => {
        const [left, right] = [one, other].map((limits) => (permitsOf(limits) ?? []).map(sourceOf));
        const shared = left!.filter((source) => right!.includes(source));
        expect(right!.filter((source) => left!.includes(source))).toEqual(shared);
      }),
    );
  });
});

function sourceOf({ kind, key }: Permit): string {
  return kind === 'concurrency' ? kind : key;
}

it('stand in the plan of a directive, with each task that has some', () => {
  const actions = [ActionRecord.parse({ name, rate: own }), ActionRecord.parse({ name: 'test.any' })];
  const tasks: TaskSpec[] = [
    { id: 'a', action: name, concurrency },
    { id: 'b', action: 'test.any' },
  ];
  const decision = decidePlan(
    { ...requestOf({ ...none, operator }), tasks },
    catalogLookup(actions, new SchemaValidator()),
  );
  const planned = 'plan' in decision ? decision.plan.tasks : [];
  expect(planned.map(({ permits }) => permits)).toEqual([permitsOf({ own, operator, concurrency }), undefined]);
});
