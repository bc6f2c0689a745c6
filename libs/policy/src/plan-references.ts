import type { Json, Reference } from '#libs/contracts';
import { readPointer } from './json-pointer.js';
import { NameHints } from './nearest-names.js';
import type { PlanFaults } from './plan-faults.js';
import type { PlanRequest } from './plan-request.js';
import { collectReferences, type LocatedReference } from './resolve-references.js';

/** Finds the references of a request's templates and reports those that cannot have a value, whatever happens. */
export class PlanReferences {
  private readonly hints = new NameHints();

  constructor(
    private readonly request: PlanRequest,
    private readonly indexById: ReadonlyMap<string, number>,
    private readonly faults: PlanFaults,
  ) {}

  /** The well-formed references, with pointers relative to the template, which stands at `base`. */
  collect(template: Json | undefined, base: string, allowsItem: boolean): LocatedReference[] {
    if (typeof template !== 'object' || template === null) return [];
    const { references, malformed } = collectReferences(template);
    for (const { pointer, detail } of malformed) this.faults.add('REFERENCE_INVALID', `${base}${pointer}`, detail);
    for (const { pointer, reference } of references) {
      const detail = this.faults.isFull ? undefined : this.whyWithoutValue(reference, allowsItem);
      if (detail !== undefined) this.faults.add('REFERENCE_INVALID', `${base}${pointer}`, detail);
    }
    return references;
  }

  /** `"fetc", and no task has that id; did you mean "fetch"?` */
  unknownTask(id: string): string {
    return `"${id}", and no task of the plan has that id${this.hints.hintFor(id, () => this.indexById.keys())}`;
  }

  private whyWithoutValue(reference: Reference, allowsItem: boolean): string | undefined {
    if ('$task' in reference) {
      return this.indexById.has(reference.$task) ? undefined : `"$task" names ${this.unknownTask(reference.$task)}`;
    }
    if ('$item' in reference) {
      return allowsItem ? undefined : '"$item" has a value only in the "input" of a task with "forEach"';
    }
    if (this.request.input === undefined) return '"$input" is used and the directive has no "input"; add it';
    if (readPointer(this.request.input, reference.$input) !== undefined) return undefined;
    return `the directive's input has nothing at the path "${reference.$input}"`;
  }
}
