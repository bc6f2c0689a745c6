import { EvaluationFailure } from './expression-error.js';
import type { Run, Step } from './expression-step.js';
import { isMap, kindOf, type Value } from './expression-value.js';

/** How many steps a failure costs that the expression goes on after: throwing one takes 2 to 8 µs. */
const stepsAFailure = 100;

/** The value of a part that must be a bool, or why it has none. Throws nothing but LimitReached. */
export function attempt(run: Run, step: Step, position: number): boolean | EvaluationFailure {
  try {
    return truthOf(step(run), position);
  } catch (error) {
    if (!(error instanceof EvaluationFailure)) throw error;
    run.budget.spend(stepsAFailure);
    return error;
  }
}

export function truthOf(value: Value, position: number): boolean {
  if (typeof value === 'boolean') return value;
  throw new EvaluationFailure(`this needs a bool and gets a value of type ${kindOf(value)}`, position);
}

/** The elements of a list, or the keys of a map. */
function elementsOf(value: Value, run: Run, position: number): readonly Value[] {
  if (Array.isArray(value)) return value;
  if (!isMap(value)) {
    throw new EvaluationFailure(`a value of type ${kindOf(value)} has no elements to go through`, position);
  }
  const keys = Object.keys(value);
  run.budget.spend(keys.length);
  return keys;
}

interface LoopParts {
  range: Step;
  /** Where the body finds the element in `run.locals`. */
  slot: number;
  body: readonly Step[];
  position: number;
}

export type Loop = (parts: LoopParts) => Step;

/** `all` ends at the first false, `exists` at the first true; a failure counts only when no element decides. */
function quantifier(decisive: boolean): Loop {
  return ({ range, slot, body: [predicate], position }) =>
    (run) => {
      let failure: EvaluationFailure | undefined;
      for (const element of elementsOf(range(run), run, position)) {
        run.locals[slot] = element;
        const outcome = attempt(run, predicate!, position);
        if (outcome === decisive) return decisive;
        if (outcome instanceof EvaluationFailure) failure ??= outcome;
      }
      if (failure) throw failure;
      return !decisive;
    };
}

/** What the body gives for each element, as a list of none or one, joined. */
function collecting(
  collect: (run: Run, element: Value, parts: LoopParts) => Value[],
): (parts: LoopParts) => (run: Run) => Value[] {
  return (parts) => (run) =>
    elementsOf(parts.range(run), run, parts.position).flatMap((element) => {
      run.locals[parts.slot] = element;
      return collect(run, element, parts);
    });
}

const filter = collecting((run, element, { body: [predicate], position }) =>
  truthOf(predicate!(run), position) ? [element] : [],
);

const existsOne: Loop = (parts) => {
  const chosen = filter(parts);
  return (run) => chosen(run).length === 1;
};

/** By name and number of arguments, of which the first is the name of the element. */
export const loops: ReadonlyMap<string, Loop> = new Map([
  ['all/2', quantifier(false)],
  ['exists/2', quantifier(true)],
  ['exists_one/2', existsOne],
  ['filter/2', filter],
  ['map/2', collecting((run, _, { body: [transform] }) => [transform!(run)])],
  [
    'map/3',
    collecting((run, _, { body: [predicate, transform], position }) =>
      truthOf(predicate!(run), position) ? [transform!(run)] : [],
    ),
  ],
]);
