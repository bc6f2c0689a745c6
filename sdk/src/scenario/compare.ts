import { isDeepStrictEqual } from 'node:util';
import type { CocEvent, DirectiveResult } from '../../chain-of-command.d.ts';
import type { ExpectedTask, Expectation } from './scenario.schema.js';

export interface Outcome {
  result: DirectiveResult;
  events: readonly CocEvent[];
}

/** What is not as expected, a sentence each. */
export function compare(expected: Expectation, { result, events }: Outcome): string[] {
  const faults = [
    ...compareValue('the state', expected.state, result.state),
    ...Object.entries(expected.tasks).flatMap(([id, task]) => compareTask(id, task, result)),
    ...compareEvents(expected, events),
    ...Object.entries(expected.waits).flatMap(([id, kinds]) => compareWaits(id, kinds, events)),
  ];
  if (expected.error !== undefined) faults.push(...compareValue('the error', expected.error, result.error?.code));
  if (expected.output !== undefined && !holds(result.output, expected.output)) {
    faults.push(`the output is ${JSON.stringify(result.output)}, expected ${JSON.stringify(expected.output)}`);
  }
  return faults;
}

function compareValue(name: string, expected?: string | number, actual?: string | number): string[] {
  return expected === undefined || expected === actual ? [] : [`${name} is ${actual}, expected ${expected}`];
}

function compareTask(id: string, { state, attempts, error }: ExpectedTask, { tasks }: DirectiveResult): string[] {
  const task = tasks.find((it) => it.id === id);
  if (!task) return [`there is no task ${id}`];
  return [
    ...compareValue(`the state of ${id}`, state, task.state),
    ...compareValue(`the number of attempts of ${id}`, attempts, task.attempts),
    ...compareValue(`the error of ${id}`, error, task.error?.code),
  ];
}

function fits(pattern: string, { type, task }: CocEvent): boolean {
  const [wantedType, wantedTask] = pattern.split(' ');
  return type === wantedType && (wantedTask === undefined || task === wantedTask);
}

function compareEvents({ events: wanted, absent }: Expectation, events: readonly CocEvent[]): string[] {
  const faults = absent
    .filter((pattern) => events.some((event) => fits(pattern, event)))
    .map((pattern) => `there is an event "${pattern}", expected none`);
  let at = 0;
  for (const pattern of wanted) {
    const found = events.findIndex((event, index) => index >= at && fits(pattern, event));
    if (found < 0) return [...faults, `there is no event "${pattern}"${at > 0 ? ` after event ${at}` : ''}`];
    at = found + 1;
  }
  return faults;
}

/** A retry is a wait that has an event of its own. */
function compareWaits(id: string, kinds: readonly string[], events: readonly CocEvent[]): string[] {
  const seen = events
    .filter(({ task }) => task === id)
    .flatMap(({ type, data }) =>
      type === 'task.retried' ? ['retry'] : typeof data['kind'] === 'string' ? [data['kind']] : [],
    );
  return kinds
    .filter((kind) => !seen.includes(kind))
    .map((kind) => `${id} was not seen waiting for ${kind}, only for: ${seen.join(', ') || 'nothing'}`);
}

/** Objects may hold more than expected; all else is equal. */
function holds(actual: unknown, expected: unknown): boolean {
  if (Array.isArray(expected)) {
    return (
      Array.isArray(actual) && actual.length === expected.length && expected.every((it, at) => holds(actual[at], it))
    );
  }
  if (typeof expected !== 'object' || expected === null) return isDeepStrictEqual(actual, expected);
  if (typeof actual !== 'object' || actual === null) return false;
  return Object.entries(expected).every(([key, value]) => holds((actual as Record<string, unknown>)[key], value));
}
