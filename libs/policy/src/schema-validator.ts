import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { Json, JsonSchema } from '#libs/contracts';
import { pointerSegment } from './json-pointer.js';
import { boundedPatterns } from './schema-pattern.js';

/** One thing that does not match: `pointer` is relative to the value. */
export interface SchemaFault {
  pointer: string;
  detail: string;
}

interface Compiled {
  first: ValidateFunction;
  /** Finds every fault; compiled when the first value fails. */
  all?: ValidateFunction;
}

const maxFaults = 20;
const maxSchemas = 1_000;
/** Collecting makes one object a fault: on a list of 4 million wrong elements that is over 1 GB. Larger values name their first fault. */
const maxCollectChars = 65_536;

const options = { strict: false, validateFormats: false, logger: false, code: { regExp: boundedPatterns } } as const;

/** JSON Schema draft-07 (when `$schema` says so) and 2020-12. Each distinct schema is compiled once; nothing here throws. */
export class SchemaValidator {
  private readonly byText = new Map<string, Compiled | string>();
  private readonly byIdentity = new WeakMap<JsonSchema, Compiled | string>();

  /** Why a schema cannot be used, or undefined when it can. */
  checkSchema(schema: JsonSchema): string | undefined {
    const compiled = this.compiled(schema);
    return typeof compiled === 'string' ? compiled : undefined;
  }

  /** At most 20 faults; none when the value matches. A schema that cannot be used is itself a fault. */
  validate(schema: JsonSchema, value: Json): SchemaFault[] {
    const compiled = this.compiled(schema);
    if (typeof compiled === 'string') return [{ pointer: '', detail: `the schema cannot be used: ${compiled}` }];
    try {
      if (compiled.first(value)) return [];
      return this.collect(compiled, schema, value).slice(0, maxFaults).map(faultOf);
    } catch (error) {
      // A schema such as {"allOf": [{"$ref": "#"}]} compiles and then never ends.
      return [{ pointer: '', detail: `the schema cannot be used: ${reasonOf(error)}` }];
    }
  }

  private collect(compiled: Compiled, schema: JsonSchema, value: Json): ErrorObject[] {
    const first = compiled.first.errors ?? [];
    if (JSON.stringify(value).length > maxCollectChars) return first;
    compiled.all ??= compile(schema, true);
    compiled.all(value);
    return compiled.all.errors ?? first;
  }

  private compiled(schema: JsonSchema): Compiled | string {
    const known = this.byIdentity.get(schema);
    if (known !== undefined) return known;
    const text = JSON.stringify(schema);
    const compiled = this.byText.get(text) ?? tryCompile(schema);
    if (this.byText.size >= maxSchemas) this.byText.clear();
    this.byText.set(text, compiled);
    this.byIdentity.set(schema, compiled);
    return compiled;
  }
}

function tryCompile(schema: JsonSchema): Compiled | string {
  try {
    const first = compile(schema, false);
    // An asynchronous schema answers with a promise that nobody would await.
    return '$async' in first ? '"$async" schemas are not supported' : { first };
  } catch (error) {
    return reasonOf(error);
  }
}

/** Checks schemas against their dialect's own; shared, because preparing one takes 20 ms. */
const dialects = { draft07: new Ajv(options), draft2020: new Ajv2020(options) } as const;

function compile(schema: JsonSchema, allErrors: boolean): ValidateFunction {
  const isDraft07 = typeof schema['$schema'] === 'string' && schema['$schema'].includes('draft-07');
  const dialect = isDraft07 ? dialects.draft07 : dialects.draft2020;
  if (!dialect.validateSchema(schema)) throw new Error(dialect.errorsText(dialect.errors, { dataVar: 'schema' }));
  // A compiler of its own (2 ms): two schemas with one `$id` do not meet, and nothing stays after eviction.
  const own = { ...options, validateSchema: false, allErrors } as const;
  return isDraft07 ? new Ajv(own).compile(schema) : new Ajv2020(own).compile(schema);
}

function reasonOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, 500);
}

function faultOf(error: ErrorObject): SchemaFault {
  const { keyword, params, instancePath, message = 'does not match' } = error;
  if (keyword === 'additionalProperties' || keyword === 'unevaluatedProperties') {
    const property = String(params['additionalProperty'] ?? params['unevaluatedProperty']);
    return { pointer: `${instancePath}/${pointerSegment(property)}`, detail: 'is not a known property' };
  }
  if (keyword === 'enum' || keyword === 'const') {
    const allowed = JSON.stringify(params['allowedValues'] ?? params['allowedValue']);
    return { pointer: instancePath, detail: `${message}: ${allowed.slice(0, 200)}` };
  }
  return { pointer: instancePath, detail: message };
}
