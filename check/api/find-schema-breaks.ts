import { limitBreaks } from './find-limit-breaks.js';
import type { JsonSchema, SchemaBreak, SchemaPair } from './schema-pair.js';

const refPrefix = '#/components/schemas/';

export function findSchemaBreaks(pair: SchemaPair): SchemaBreak[] {
  const refs = `${pair.before.$ref ?? ''} ${pair.after.$ref ?? ''}`;
  if (pair.seen.has(refs)) return [];
  const seen = refs === ' ' ? pair.seen : new Set([...pair.seen, refs]);
  const earlier = shapesOf(pair.before, pair.lookup.before);
  const later = shapesOf(pair.after, pair.lookup.after);
  if (earlier.length === 1 && later.length === 1) {
    return shapeBreaks({ ...pair, before: earlier[0]!, after: later[0]!, seen });
  }
  return choiceBreaks({ ...pair, seen }, earlier, later);
}

/** The shapes a value may have, without references at the top. */
function shapesOf(schema: JsonSchema, find: (name: string) => JsonSchema): JsonSchema[] {
  if (schema.$ref) return shapesOf(find(schema.$ref.slice(refPrefix.length)), find);
  const choices = schema.anyOf ?? schema.oneOf;
  return choices ? choices.flatMap((choice) => shapesOf(choice, find)) : [schema];
}

/** Every shape that a request had must find one that takes it; every shape that a response has, one that was known. */
function choiceBreaks(pair: SchemaPair, earlier: JsonSchema[], later: JsonSchema[]): SchemaBreak[] {
  const isRequest = pair.side === 'request';
  const [bound, free] = isRequest ? [earlier, later] : [later, earlier];
  return bound.flatMap((shape) => {
    const attempts = free.map((other) =>
      shapeBreaks({ ...pair, before: isRequest ? shape : other, after: isRequest ? other : shape }),
    );
    return attempts.toSorted((a, b) => a.length - b.length)[0] ?? [];
  });
}

function shapeBreaks(pair: SchemaPair): SchemaBreak[] {
  const typed = typeBreaks(pair);
  if (typed.length > 0) return typed;
  return [
    ...enumBreaks(pair),
    ...limitBreaks(pair),
    ...propertyBreaks(pair),
    ...innerBreaks(pair, '*', elementsOf),
    ...innerBreaks(pair, '*', valuesOf),
  ];
}

function typesOf({ type, enum: values, const: value }: JsonSchema): string[] | undefined {
  if (type !== undefined) return [type].flat();
  const known = values ?? (value === undefined ? undefined : [value]);
  return known && [...new Set(known.map((each) => (each === null ? 'null' : typeof each)))];
}

/** An integer is a number. */
const covers = (types: string[], type: string): boolean =>
  types.includes(type) || (type === 'integer' && types.includes('number'));

function typeBreaks({ side, path, before, after }: SchemaPair): SchemaBreak[] {
  const [earlier, later] = [typesOf(before), typesOf(after)];
  const [inner, outer] = side === 'request' ? [earlier, later] : [later, earlier];
  const fits = outer === undefined || (inner !== undefined && inner.every((type) => covers(outer, type)));
  if (fits) return [];
  return [{ path, reason: `was ${earlier?.join(' or ') ?? 'anything'} and is ${later?.join(' or ') ?? 'anything'}` }];
}

/** A client may meet a new name in an answer, but a name never goes. */
function enumBreaks({ side, path, before, after }: SchemaPair): SchemaBreak[] {
  const [earlier, later] = [namesOf(before), namesOf(after)];
  if (later === undefined) return [];
  if (earlier === undefined) return side === 'request' ? [{ path, reason: 'takes only certain values now' }] : [];
  const gone = earlier.filter((value) => !later.includes(value));
  return gone.length === 0 ? [] : [{ path, reason: `the value ${gone.join(', ')} is gone` }];
}

function namesOf({ enum: values, const: value }: JsonSchema): string[] | undefined {
  const known = values ?? (value === undefined ? undefined : [value]);
  return known?.map((each) => JSON.stringify(each));
}

function propertyBreaks(pair: SchemaPair): SchemaBreak[] {
  const { side, path, before, after } = pair;
  const [earlier, later] = [before.properties ?? {}, after.properties ?? {}];
  const required = new Set(after.required);
  const wasRequired = new Set(before.required);
  const gone = Object.keys(earlier).filter((name) => !(name in later));
  const changed =
    side === 'request'
      ? [...required].filter((name) => !wasRequired.has(name)).map((name) => ({ name, reason: 'is required now' }))
      : [...wasRequired]
          .filter((name) => name in later && !required.has(name))
          .map((name) => ({ name, reason: 'may be missing now' }));
  return [
    ...gone.map((name) => ({ path: `${path}/${name}`, reason: 'is gone' })),
    ...changed.map(({ name, reason }) => ({ path: `${path}/${name}`, reason })),
    ...Object.keys(earlier)
      .filter((name) => name in later)
      .flatMap((name) => innerBreaks(pair, name, ({ properties }) => properties?.[name])),
  ];
}

const elementsOf = ({ items }: JsonSchema): JsonSchema | undefined => items;

function valuesOf({ additionalProperties: values }: JsonSchema): JsonSchema | undefined {
  return typeof values === 'object' ? values : undefined;
}

function innerBreaks(
  pair: SchemaPair,
  step: string,
  innerOf: (schema: JsonSchema) => JsonSchema | undefined,
): SchemaBreak[] {
  const [before, after] = [innerOf(pair.before), innerOf(pair.after)];
  if (!before && !after) return [];
  return findSchemaBreaks({ ...pair, path: `${pair.path}/${step}`, before: before ?? {}, after: after ?? {} });
}
