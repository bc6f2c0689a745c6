import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { z } from 'zod';
import type { Json, JsonSchema } from '#libs/contracts';
import { canonicalJson } from './canonical-json.js';
import { readPointer } from './json-pointer.js';
import { SchemaValidator } from './schema-validator.js';

const fromZod = z.toJSONSchema(
  z.strictObject({
    id: z.uuid(),
    url: z.url(),
    email: z.email(),
    at: z.iso.datetime(),
    tags: z.array(z.string()).max(2),
    kind: z.enum(['a', 'b']),
  }),
) as JsonSchema;
const valid = {
  id: '7f3e1c0a-3e57-4f0c-9a52-0d4f5b5f6a11',
  url: 'https://a.test',
  email: 'a@b.test',
  at: '2026-01-01T00:00:00Z',
  tags: [],
  kind: 'a',
};

function validate(schema: JsonSchema, value: Json) {
  return new SchemaValidator().validate(schema, value);
}

describe('validate', () => {
  it('takes what zod emits', () => {
    expect(validate(fromZod, valid)).toEqual([]);
  });

  it('takes a schema that contains itself', () => {
    const Tree = z.object({
      name: z.string(),
      get children() {
        return z.array(Tree);
      },
    });
    const schema = z.toJSONSchema(Tree) as JsonSchema;
    expect(validate(schema, { name: 'a', children: [{ name: 'b', children: [] }] })).toEqual([]);
    expect(validate(schema, { name: 'a', children: [{ name: 1, children: [] }] })).toEqual([
      { pointer: '/children/0/name', detail: 'must be string' },
    ]);
  });

  it('names every fault with its place', () => {
    const faults = validate(fromZod, { ...valid, tags: ['a', 1, 'c'], kind: 'z', 'un/known': 1 });
    expect(faults).toEqual(
      expect.arrayContaining([
        { pointer: '/un~1known', detail: 'is not a known property' },
        { pointer: '/tags', detail: 'must NOT have more than 2 items' },
        { pointer: '/tags/1', detail: 'must be string' },
        { pointer: '/kind', detail: 'must be equal to one of the allowed values: ["a","b"]' },
      ]),
    );
    expect(faults).toHaveLength(4);
  });

  it.each<[string, JsonSchema, Json, string]>([
    ['a missing property', { required: ['text'] }, {}, "must have required property 'text'"],
    ['a constant', { const: 1 }, 2, 'must be equal to constant: 1'],
    ['an unevaluated property', { unevaluatedProperties: false }, { a: 1 }, 'is not a known property'],
    ['a schema that allows nothing', { not: {} }, 1, 'must NOT be valid'],
  ])('tells of %s', (_, schema, value, detail) => {
    expect(validate(schema, value)).toEqual([expect.objectContaining({ detail })]);
  });

  it('stops at twenty faults', () => {
    const list = Array.from({ length: 50 }, () => 1);
    expect(validate({ items: { type: 'string' } }, list)).toHaveLength(20);
  });

  it('names only the first fault of a large value, because collecting them may take a gigabyte', () => {
    const list = Array.from({ length: 500_000 }, () => 1);
    expect(validate({ items: { type: 'string' } }, list)).toEqual([{ pointer: '/0', detail: 'must be string' }]);
  });

  it('reads tuples as draft-07 or as 2020-12, as the schema says', () => {
    const draft07 = { $schema: 'http://json-schema.org/draft-07/schema#', items: [{ type: 'string' }] };
    expect(validate(draft07, [1])).toEqual([{ pointer: '/0', detail: 'must be string' }]);
    expect(validate({ prefixItems: [{ type: 'string' }] }, [1])).toEqual([{ pointer: '/0', detail: 'must be string' }]);
  });

  it('ignores formats', () => {
    expect(validate({ type: 'string', format: 'email' }, 'no address')).toEqual([]);
  });

  it('keeps schemas with one $id apart', () => {
    const validator = new SchemaValidator();
    expect(validator.validate({ $id: 'urn:coc:a', type: 'string' }, 'x')).toEqual([]);
    expect(validator.validate({ $id: 'urn:coc:a', type: 'number' }, 1)).toEqual([]);
    expect(validator.validate({ $id: 'urn:coc:a', type: 'number' }, 'x')).toHaveLength(1);
  });

  it('answers the same for equal schemas and for a schema that was evicted', () => {
    const validator = new SchemaValidator();
    const schema = { type: 'string' };
    for (let length = 0; length < 1_001; length += 1) validator.checkSchema({ maxLength: `${length}` });
    expect(validator.validate(schema, 1)).toHaveLength(1);
    expect(validator.validate({ ...schema }, 1)).toEqual(validator.validate(schema, 1));
  });
});

describe('a schema that cannot be used', () => {
  it.each<[string, JsonSchema, string]>([
    ['an unknown type', { type: 'text' }, 'schema/type'],
    ['a pattern that is no regular expression', { pattern: '(' }, 'missing closing'],
    ['a reference to nowhere', { $ref: 'https://example.test/a.json' }, "can't resolve reference"],
    ['an asynchronous schema', { $async: true }, '"$async" schemas are not supported'],
    ['a dialect nobody here knows', { $schema: 'http://json-schema.org/draft-04/schema#' }, 'draft-04'],
  ])('is explained: %s', (_, schema, reason) => {
    const validator = new SchemaValidator();
    expect(validator.checkSchema(schema)).toContain(reason);
    expect(validator.validate(schema, {})).toEqual([{ pointer: '', detail: expect.stringContaining(reason) }]);
  });

  it('is a fault when it never ends', () => {
    const faults = validate({ allOf: [{ $ref: '#' }] }, 1);
    expect(faults).toEqual([{ pointer: '', detail: expect.stringContaining('Maximum call stack') }]);
  });

  it('is not mistaken for one that can', () => {
    expect(new SchemaValidator().checkSchema(fromZod)).toBeUndefined();
  });
});

describe('any schema', () => {
  const json = fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.parse(JSON.stringify(value)) as Json);
  const { part } = fc.letrec<{ part: JsonSchema }>((tie) => ({
    part: fc.oneof(
      { maxDepth: 3 },
      fc.record({ type: fc.constantFrom('string', 'number', 'object', 'array', 'boolean') }),
      fc.record({ const: json }),
      fc.record({ items: tie('part') }),
      fc.record({
        properties: fc.dictionary(fc.constantFrom('a', 'b/c'), tie('part')),
        additionalProperties: fc.boolean(),
      }),
      fc.record({ anyOf: fc.array(tie('part'), { minLength: 1, maxLength: 2 }) }),
    ),
  })) as { part: fc.Arbitrary<JsonSchema> };
  const nonsense = fc.dictionary(
    fc.constantFrom('type', 'items', 'required', '$ref', 'enum', 'pattern', '$async', '$schema'),
    fc.oneof(json, fc.constantFrom<Json>('#', '(', true, 'draft-07')),
  );
  const values = fc.oneof(
    json,
    fc.constant<Json>(null),
    fc.array(fc.constant<Json>(null), { minLength: 15, maxLength: 25 }),
    fc.dictionary(fc.constantFrom('a', 'b/c', 'd'), json, { noNullPrototype: true }),
  );

  it('answers with at most twenty faults, each at a place of the value, and never throws', () => {
    fc.assert(
      fc.property(fc.oneof(part, nonsense), values, (schema, value) => {
        const validator = new SchemaValidator();
        const faults = validator.validate(schema, value);
        expect(faults.length).toBeLessThanOrEqual(20);
        for (const { pointer } of faults) expect(readPointer(value, pointer)).toBeDefined();
        expect(validator.checkSchema(schema) === undefined || faults.length === 1).toBe(true);
      }),
    );
  });

  it('takes exactly the value that is its constant, and nothing where a schema and its opposite are asked for', () => {
    const validator = new SchemaValidator();
    fc.assert(
      fc.property(part, values, values, (schema, value, other) => {
        expect(validator.validate({ const: value }, value)).toEqual([]);
        const isEqual = canonicalJson(value) === canonicalJson(other);
        expect(validator.validate({ const: value }, other).length === 0).toBe(isEqual);
        expect(validator.validate({ allOf: [schema, { not: schema }] }, value).length).toBeGreaterThan(0);
        const isTaken = validator.validate(schema, value).length === 0;
        expect(validator.validate({ not: schema }, value).length === 0).toBe(!isTaken);
      }),
      { numRuns: 25 },
    );
  });
});
