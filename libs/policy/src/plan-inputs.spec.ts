import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { ActionRecord, TaskSpec, limits, type Fault, type Json } from '#libs/contracts';
import { catalogLookup } from './catalog-lookup.js';
import { decidePlan } from './decide-plan.js';
import { readPointer } from './json-pointer.js';
import type { PlanRequest } from './plan-request.js';
import { resolveReferences } from './resolve-references.js';
import { SchemaValidator } from './schema-validator.js';

type Draft = Omit<TaskSpec, 'action'> & { action?: string };

const embed = ActionRecord.parse({
  name: 'rag.embed',
  input: {
    type: 'object',
    properties: { text: { type: 'string' }, sizes: { items: { type: 'number' } } },
    required: ['text'],
  },
});
const catalog = catalogLookup([embed, ActionRecord.parse({ name: 'test.any' })], new SchemaValidator());

function faultsOf(drafts: Draft[], rest: Omit<PlanRequest, 'tasks'> = {}): Fault[] {
  const tasks = drafts.map((draft) => ({ action: 'test.any', ...draft }));
  const decision = decidePlan({ ...rest, tasks }, catalog);
  return 'faults' in decision ? decision.faults : [];
}

describe('an input that does not match', () => {
  it.each<[string, Draft[], Omit<PlanRequest, 'tasks'>, [string, string, string][]]>([
    [
      'an input that does not match',
      [{ id: 'a', action: 'rag.embed', input: { text: 1, sizes: [1, 'x'] } }],
      {},
      [
        ['INPUT_INVALID', '/tasks/0/input/text', 'the input of task "a" is not what rag.embed takes: must be string'],
        ['INPUT_INVALID', '/tasks/0/input/sizes/1', 'must be number'],
      ],
    ],
    [
      'no input where one is needed',
      [{ id: 'a', action: 'rag.embed' }],
      {},
      [['INPUT_INVALID', '/tasks/0/input', "must have required property 'text'"]],
    ],
    [
      "a part of the directive's input that does not match",
      [{ id: 'a', action: 'rag.embed', input: { text: 'x', sizes: { $input: '/in/sizes' } } }],
      { input: { in: { sizes: [1, 'x'] } } },
      [['INPUT_INVALID', '/tasks/0/input/sizes', 'the directive\'s input at "/in/sizes/1" must be number']],
    ],
    [
      "the directive's input as a whole",
      [{ id: 'a', action: 'rag.embed', input: { $input: '' } }],
      { input: {} },
      [['INPUT_INVALID', '/tasks/0/input', `the directive's input at "" must have required property 'text'`]],
    ],
  ])('is found: %s', (_, tasks, rest, faults) => {
    expect(faultsOf(tasks, rest)).toEqual(
      faults.map(([code, pointer, detail]) => ({ code, pointer, detail: expect.stringContaining(detail) })),
    );
  });
});

describe('an input', () => {
  it.each<[string, Draft, Json | undefined]>([
    ['with an output', { id: 'a', action: 'rag.embed', input: { text: { $task: 'b' }, sizes: ['x'] } }, undefined],
    [
      'with an item',
      { id: 'a', action: 'rag.embed', input: { text: { $item: '' } }, forEach: { items: [1], maxItems: 1 } },
      undefined,
    ],
    ["from the directive's input", { id: 'a', action: 'rag.embed', input: { text: { $input: '/t' } } }, { t: 'x' }],
  ])('%s is left to dispatch or matches', (_, task, input) => {
    expect(faultsOf([task, { id: 'b' }], input === undefined ? {} : { input })).toEqual([]);
  });

  it.each<[string, Draft, Json]>([
    ['written out', { id: 'a', input: 'x'.repeat(limits.maxInputBytes) }, null],
    ['taken from the input', { id: 'a', input: [{ $input: '/t' }] }, { t: 'x'.repeat(limits.maxInputBytes - 3) }],
    ['multiplied', { id: 'a', input: Array.from({ length: 100 }, () => ({ $input: '' })) }, 'x'.repeat(100_000)],
  ])('over the limit is refused: %s', (_, task, input) => {
    expect(faultsOf([task], { input })).toEqual([
      {
        code: 'INPUT_INVALID',
        pointer: '/tasks/0/input',
        detail: expect.stringContaining(`${limits.maxInputBytes}`),
      },
    ]);
  });

  it("is left to dispatch once 32 MB of the directive's input were checked", () => {
    const tasks = Array.from({ length: 40 }, (_, index) => ({
      id: `t${index}`,
      action: 'rag.embed',
      input: { $input: '' },
    }));
    const faults = faultsOf(tasks, { input: { text: 1, pad: 'x'.repeat(1_000_000) } });
    expect(faults).toHaveLength(34);
  });
});

it('is refused at submit exactly when dispatch would refuse it, and for the same faults', () => {
  const part = fc.constantFrom<Json>('x', 1, { $input: '/text' }, { $input: '/list' }, { $input: '/none' });
  const input = fc.record(
    { text: part, sizes: fc.oneof(part, fc.constant<Json>({ $input: '/list' }), fc.array(part, { maxLength: 3 })) },
    { requiredKeys: [] },
  );
  const whole = fc.record({ text: fc.constantFrom<Json>('t', 2), list: fc.constantFrom<Json>([1], ['l'], 3) });
  const validator = new SchemaValidator();
  fc.assert(
    fc.property(input, whole, (given, directiveInput) => {
      const template = JSON.parse(JSON.stringify(given)) as Json;
      const resolved = resolveReferences(template, { tasks: () => undefined, input: directiveInput });
      const faults = faultsOf([{ id: 'a', action: 'rag.embed', input: template }], { input: directiveInput });
      const isMissing = 'failure' in resolved;
      expect(faults.some(({ code }) => code === 'REFERENCE_INVALID')).toBe(isMissing);
      if (isMissing) return;
      const atDispatch = validator.validate(embed.input, resolved.value);
      expect(faults.map(({ code }) => code)).toEqual(atDispatch.map(() => 'INPUT_INVALID'));
      for (const [at, { detail }] of atDispatch.entries()) expect(faults[at]!.detail).toContain(detail);
      // A client that follows the pointer finds something in what it wrote.
      for (const { pointer } of faults) expect(readPointer({ tasks: [{ input: template }] }, pointer)).toBeDefined();
    }),
  );
});
