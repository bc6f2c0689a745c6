import * as fc from 'fast-check';
import type { Json } from '#libs/contracts';
import { schemaNamed, type Schema } from './api-document.js';

/** Deeper than any schema of ours nests without a circle. */
const deepest = 6;
const anything = fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<Json>;

/** Values that exist, by the name of the field they fit: random ones would never get past "there is no such". */
export type Known = Partial<Record<string, readonly Json[]>>;

/** Values that a schema allows. */
export class SchemaValues {
  constructor(private readonly known: Known) {}

  of(schema: Schema, depth = 0): fc.Arbitrary<Json> {
    if (depth > deepest) return anything;
    if (schema.$ref !== undefined) return this.of(schemaNamed(schema.$ref), depth + 1);
    if (schema.const !== undefined) return fc.constant(schema.const);
    if (schema.enum) return fc.constantFrom(...schema.enum);
    const choices = schema.anyOf ?? schema.oneOf;
    if (choices) return fc.oneof(...choices.map((choice) => this.of(choice, depth + 1)));
    return this.ofType(schema, depth);
  }

  /** Of a field or parameter of this name. */
  named(name: string, schema: Schema, depth = 0): fc.Arbitrary<Json> {
    const known = this.known[name];
    const drawn = this.of(schema, depth);
    return known ? fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...known) }, drawn) : drawn;
  }

  private ofType(schema: Schema, depth: number): fc.Arbitrary<Json> {
    switch (schema.type) {
      case 'object':
        return this.ofObject(schema, depth);
      case 'array':
        return fc.array(this.of(schema.items ?? {}, depth + 1), {
          minLength: schema.minItems ?? 0,
          maxLength: Math.min(schema.maxItems ?? 4, (schema.minItems ?? 0) + 4),
        });
      case 'string':
        return text(schema);
      case 'integer':
        return fc.integer({
          min: Math.max(lowest(schema), -(2 ** 31)),
          max: Math.min(schema.maximum ?? 1e9, 2 ** 31 - 1),
        });
      case 'number':
        return fc.double({ min: lowest(schema), max: schema.maximum ?? 1e9, noNaN: true });
      case 'boolean':
        return fc.boolean();
      case 'null':
        return fc.constant(null);
      default:
        return anything;
    }
  }

  private ofObject(schema: Schema, depth: number): fc.Arbitrary<Json> {
    const fields = Object.entries(schema.properties ?? {}).map(
      ([name, field]) => [name, this.named(name, field, depth + 1)] as const,
    );
    const fixed = fc.record(Object.fromEntries(fields), { requiredKeys: schema.required ?? [] });
    const { additionalProperties: more } = schema;
    if (typeof more !== 'object') return fixed;
    const names = schema.propertyNames
      ? (this.of(schema.propertyNames, depth + 1) as fc.Arbitrary<string>)
      : fc.string();
    const free = fc.dictionary(names, this.of(more, depth + 1), { maxKeys: 3 });
    return fc.tuple(fixed, free).map(([a, b]) => ({ ...b, ...a }));
  }
}

function lowest({ minimum, exclusiveMinimum }: Schema): number {
  return minimum ?? (exclusiveMinimum === undefined ? -1e9 : exclusiveMinimum + 1);
}

function text({ pattern, format, minLength = 0, maxLength = 30 }: Schema): fc.Arbitrary<string> {
  if (format === 'date-time')
    return fc.date({ noInvalidDate: true, max: new Date('9999-12-31') }).map((date) => date.toISOString());
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern, 'u'));
  return fc.string({ unit: 'grapheme', minLength, maxLength: Math.min(maxLength, minLength + 30) });
}
