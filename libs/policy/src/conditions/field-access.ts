import { EvaluationFailure } from './expression-error.js';
import { isMap, isNumber, kindOf, type Value } from './expression-value.js';

/** `value.key` and `value["key"]`, or an element of a list, counted from 0. Only own keys, never the prototype's. */
export function elementOf(container: Value, key: Value, position: number): Value {
  if (Array.isArray(container)) return listElement(container, key, position);
  if (!isMap(container)) throw withoutFields(container, position);
  if (typeof key !== 'string') {
    throw new EvaluationFailure(`a map has texts as keys, not values of type ${kindOf(key)}`, position);
  }
  if (Object.hasOwn(container, key)) return container[key]!;
  throw new EvaluationFailure(`there is no key ${JSON.stringify(key.slice(0, 100))}`, position);
}

function listElement(list: Value[], key: Value, position: number): Value {
  const element = isNumber(key) ? list[Number(key)] : undefined;
  if (element !== undefined) return element;
  const place = isNumber(key) ? `${key}` : `at a ${kindOf(key)}`;
  throw new EvaluationFailure(`a list of ${list.length} has no element ${place}`, position);
}

/** `has(value.key)`. null has nothing: `has(tasks.a.b)` is false for an optional task that ended without an output. */
export function hasKey(container: Value, key: string, position: number): boolean {
  if (container === null) return false;
  if (isMap(container)) return Object.hasOwn(container, key);
  throw withoutFields(container, position);
}

function withoutFields(value: Value, position: number): EvaluationFailure {
  return new EvaluationFailure(`a value of type ${kindOf(value)} has no fields`, position);
}
