import { parseTaskIndex, type Json } from '#libs/contracts';
import type { ReferenceSources } from '#libs/policy';
import type { SpecRecord } from './plan-encoding.js';

export type InputSources = ReferenceSources & { isAbsent: (name: string) => boolean };

/** The indexes of the tasks whose outputs a task's templates and condition name. */
export function sourceIndexes({ references }: SpecRecord): number[] {
  return Object.values(references).map(parseTaskIndex);
}

/** Where those names have their values. All the task depends on is final: what has no output by now ended without one. */
export function inputSources(
  { references, item }: SpecRecord,
  outputs: ReadonlyMap<number, Json>,
  input: Json | undefined,
): InputSources {
  const outputOf = (name: string): Json | undefined => {
    const index = Object.hasOwn(references, name) ? references[name] : undefined;
    return index === undefined ? undefined : outputs.get(parseTaskIndex(index));
  };
  return {
    tasks: outputOf,
    isAbsent: (name) => outputOf(name) === undefined,
    ...(input === undefined ? {} : { input }),
    ...(item === undefined ? {} : { item }),
  };
}
