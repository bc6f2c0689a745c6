import type { Json } from '#libs/contracts';

/**
 * What an expression computes with: JSON and CEL's int. A number of the input or of an output is a double, as CEL maps
 * JSON; an int is written in the expression or comes from `size()` and `int()`.
 */
export type Value = Exclude<Json, Json[] | { [key: string]: Json }> | bigint | Value[] | ValueMap;

export interface ValueMap {
  [key: string]: Value;
}

/** Where variables have their values. `tasks` gives the output of a task, a list for a fan-out, undefined when there is none. */
export interface ExpressionSources {
  tasks: (id: string) => Json | undefined;
  input?: Json;
  item?: Json;
  /** The optional tasks that ended without an output: as a whole they are null. */
  isAbsent?: (id: string) => boolean;
}

export function isMap(value: Value): value is ValueMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isNumber(value: Value): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint';
}

const kindByTypeof: Partial<Record<string, string>> = {
  boolean: 'bool',
  number: 'double',
  bigint: 'int',
  string: 'string',
};

/** The name of its type in CEL. */
export function kindOf(value: Value): string {
  if (value === null) return 'null';
  return kindByTypeof[typeof value] ?? (Array.isArray(value) ? 'list' : 'map');
}
