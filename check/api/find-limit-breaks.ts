import type { SchemaBreak, SchemaPair } from './schema-pair.js';

const least = ['minimum', 'exclusiveMinimum', 'minLength', 'minItems', 'minProperties'];
const most = ['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems', 'maxProperties'];

/** Limits bind who sends a request; an answer within narrower ones is still the answer it was. */
export function limitBreaks({ side, path, before, after }: SchemaPair): SchemaBreak[] {
  if (side === 'response') return [];
  const isTighter = (name: string, sign: 1 | -1): boolean => {
    const later = after[name];
    const earlier = before[name];
    return typeof later === 'number' && (typeof earlier !== 'number' || sign * (later - earlier) > 0);
  };
  const tighter = [...least.filter((name) => isTighter(name, 1)), ...most.filter((name) => isTighter(name, -1))];
  const isStrict = after.additionalProperties === false && before.additionalProperties !== false;
  const hasPattern = after.pattern !== undefined && after.pattern !== before.pattern;
  return [
    ...tighter.map((name) => ({ path, reason: `${name} was ${show(before[name])} and is ${show(after[name])}` })),
    ...(hasPattern ? [{ path, reason: 'has to match another pattern now' }] : []),
    ...(isStrict ? [{ path, reason: 'refuses fields it does not know now' }] : []),
  ];
}

const show = (limit: unknown): string => (limit === undefined ? 'not set' : JSON.stringify(limit));
