import type { ErrorCode, Json } from '#libs/contracts';
import { ExpressionAllowance, referencesOfExpression } from './conditions/expression-references.js';
import { readPointer } from './json-pointer.js';
import { NameHints } from './nearest-names.js';
import type { PlanFaults } from './plan-faults.js';
import type { PlanRequest } from './plan-request.js';
import { collectReferences, type LocatedReference } from './resolve-references.js';

/** Finds the references of a request's templates and reports those that cannot have a value, whatever happens. */
export class PlanReferences {
  private readonly hints = new NameHints();
  private readonly allowance = new ExpressionAllowance();

  constructor(
    private readonly request: PlanRequest,
    private readonly indexById: ReadonlyMap<string, number>,
    private readonly faults: PlanFaults,
  ) {}

  /** The well-formed references, with pointers relative to the template, which stands at `base`. */
  collect(template: Json | undefined, base: string, allowsItem: boolean): LocatedReference[] {
    if (typeof template !== 'object' || template === null) return [];
    const { references, malformed } = collectReferences(template, this.allowance);
    for (const { pointer, detail } of malformed) this.faults.add('REFERENCE_INVALID', `${base}${pointer}`, detail);
    this.check('REFERENCE_INVALID', references, base, allowsItem);
    return references;
  }

  /** What a task's condition reads, all at the pointer `""`, as it stands at `base`. */
  collectCondition(condition: string | undefined, base: string): LocatedReference[] {
    if (condition === undefined) return [];
    const read = referencesOfExpression(condition, this.allowance);
    if ('fault' in read) {
      this.faults.add('CONDITION_INVALID', base, `the condition cannot be used: ${read.fault}`);
      return [];
    }
    const located = read.references.map((reference) => ({ pointer: '', reference, isInExpression: true as const }));
    this.check('CONDITION_INVALID', located, base, false);
    return located;
  }

  /** `"fetc", and no task has that id; did you mean "fetch"?` */
  unknownTask(id: string): string {
    return `"${id}", and no task of the plan has that id${this.hints.hintFor(id, () => this.indexById.keys())}`;
  }

  private check(code: ErrorCode, located: readonly LocatedReference[], base: string, allowsItem: boolean): void {
    for (const each of located) {
      const detail = this.faults.isFull ? undefined : this.whyWithoutValue(each, allowsItem);
      if (detail !== undefined) this.faults.add(code, `${base}${each.pointer}`, detail);
    }
  }

  private whyWithoutValue({ reference, isInExpression }: LocatedReference, allowsItem: boolean): string | undefined {
    if ('$cel' in reference) return undefined;
    if ('$task' in reference) {
      if (this.indexById.has(reference.$task)) return undefined;
      return `"${isInExpression ? 'tasks' : '$task'}" names ${this.unknownTask(reference.$task)}`;
    }
    const mark = isInExpression ? '' : '$';
    if ('$item' in reference) {
      return allowsItem ? undefined : `"${mark}item" has a value only in the "input" of a task with "forEach"`;
    }
    if (this.request.input === undefined) return `"${mark}input" is used and the directive has no "input"; add it`;
    if (readPointer(this.request.input, reference.$input) !== undefined) return undefined;
    return `the directive's input has nothing at the path "${reference.$input}"`;
  }
}
