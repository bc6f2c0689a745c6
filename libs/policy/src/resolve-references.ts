import {
  InputReference,
  ItemReference,
  Reference,
  TaskReference,
  limits,
  looksLikeReference,
  type Json,
} from '#libs/contracts';
import { evaluateExpression } from './conditions/evaluate-expression.js';
import { ExpressionAllowance, referencesOfExpression } from './conditions/expression-references.js';
import type { ExpressionSources } from './conditions/expression-value.js';
import { StepBudget } from './conditions/step-budget.js';
import { parsePointer, pointerSegment, readPointer } from './json-pointer.js';
import type { PolicyFailure } from './policy-failure.js';

export interface LocatedReference {
  /** Where it stands in the template, as a JSON pointer. */
  pointer: string;
  reference: Reference;
  /** An expression reads it: it follows the `$cel` at the same place. */
  isInExpression?: true;
}

export interface CollectedReferences {
  references: LocatedReference[];
  malformed: { pointer: string; detail: string }[];
}

/** Where values come from. A reference to a task that is absent, with any path, is null. */
export type ReferenceSources = ExpressionSources;

type PlainReference = Exclude<Reference, { $cel: string }>;

export type ResolvedReferences = { value: Json } | { failure: PolicyFailure };

/**
 * Every reference in a template, in document order, and every object that was meant as one and is malformed. After a
 * `$cel` follow, at the same place, the references that its expression stands for.
 */
export function collectReferences(template: Json, allowance = new ExpressionAllowance()): CollectedReferences {
  const collection = new Collection(allowance);
  collection.add(template, '');
  return collection.found;
}

class Collection {
  readonly found: CollectedReferences = { references: [], malformed: [] };

  constructor(private readonly allowance: ExpressionAllowance) {}

  add(template: Json, pointer: string): void {
    if (typeof template !== 'object' || template === null) return;
    if (looksLikeReference(template)) {
      this.addReference(parseReference(template), pointer);
      return;
    }
    for (const [key, child] of Object.entries(template)) {
      // Most of a template are scalars: no pointer is built for them.
      if (typeof child === 'object') this.add(child, `${pointer}/${pointerSegment(key)}`);
    }
  }

  private addReference(reference: Reference | undefined, pointer: string): void {
    if (!reference) this.found.malformed.push({ pointer, detail: malformedDetail });
    else if ('$cel' in reference) this.addExpression(reference, pointer);
    else this.found.references.push({ pointer, reference });
  }

  private addExpression(reference: { $cel: string }, pointer: string): void {
    const read = referencesOfExpression(reference.$cel, this.allowance);
    if ('fault' in read) {
      this.found.malformed.push({ pointer, detail: `the expression of "$cel" cannot be used: ${read.fault}` });
      return;
    }
    this.found.references.push({ pointer, reference });
    for (const each of read.references) this.found.references.push({ pointer, reference: each, isInExpression: true });
  }
}

const malformedDetail =
  'a reference is {"$task": "id", "path": "/a"}, {"$input": "/a"}, {"$item": "/a"} or {"$cel": "a CEL expression"} and ' +
  'nothing else in the object; a path is a JSON pointer: empty, or starting with "/"';

function parseReference(value: { [key: string]: Json }): Reference | undefined {
  // One schema by its marker: the union would try all four for each of up to 50,000 references.
  const byMarker = '$task' in value ? TaskReference : '$input' in value ? InputReference : undefined;
  const schema = byMarker ?? ('$item' in value ? ItemReference : Reference);
  const parsed = schema.safeParse(value);
  return parsed.success && parsePointer(pathOf(parsed.data)) ? parsed.data : undefined;
}

function pathOf(reference: Reference): string {
  if ('$task' in reference) return reference.path ?? '';
  if ('$input' in reference) return reference.$input;
  return '$item' in reference ? reference.$item : '';
}

/**
 * The template with every reference replaced by its value, in one pass: what comes out of a source is data and is never
 * read as a reference again. Fails, naming the reference, on a missing value, on an expression that fails and when the
 * values inserted exceed `maxBytes` (a template may name one large output a thousand times).
 */
export function resolveReferences(
  template: Json,
  sources: ReferenceSources,
  maxBytes: number = limits.maxInputBytes,
): ResolvedReferences {
  const resolution = new Resolution(sources, maxBytes);
  const value = resolution.resolve(template);
  return resolution.failure ? { failure: resolution.failure } : { value };
}

class Resolution {
  failure: PolicyFailure | undefined;
  private insertedBytes = 0;
  private readonly bytesByReference = new Map<string, number>();
  /** One for the whole template: it may hold 100,000 expressions. */
  private readonly budget = new StepBudget();
  private readonly computed = new Map<string, Json>();

  constructor(
    private readonly sources: ReferenceSources,
    private readonly maxBytes: number,
  ) {}

  resolve(template: Json): Json {
    if (this.failure || typeof template !== 'object' || template === null) return template;
    if (Array.isArray(template)) return template.map((child) => this.resolve(child));
    if (looksLikeReference(template)) return this.insert(template);
    // fromEntries defines own keys: a plain assignment of the key "__proto__" would set the prototype.
    return Object.fromEntries(Object.entries<Json>(template).map(([key, child]) => [key, this.resolve(child)]));
  }

  private insert(template: { [key: string]: Json }): Json {
    const text = JSON.stringify(template);
    const reference = parseReference(template);
    if (!reference) return this.fail('REFERENCE_INVALID', `${text.slice(0, 200)} is malformed: ${malformedDetail}`);
    const value = '$cel' in reference ? this.compute(reference.$cel) : this.read(reference, text);
    if (value !== undefined) this.count(text, value);
    return value ?? null;
  }

  private compute(expression: string): Json | undefined {
    const known = this.computed.get(expression);
    if (known !== undefined) return known;
    const evaluated = evaluateExpression(expression, this.sources, this.budget);
    if ('failure' in evaluated) {
      this.failure ??= evaluated.failure;
      return undefined;
    }
    this.computed.set(expression, evaluated.value);
    return evaluated.value;
  }

  private read(reference: PlainReference, text: string): Json | undefined {
    if ('$task' in reference && this.sources.isAbsent?.(reference.$task)) return null;
    const source = this.sourceOf(reference);
    if (source === undefined) return this.fail('REFERENCE_UNRESOLVED', `${text} has no value: ${absenceOf(reference)}`);
    const path = pathOf(reference);
    const value = readPointer(source, path);
    if (value !== undefined) return value;
    return this.fail('REFERENCE_UNRESOLVED', `${text} has no value: there is nothing at the path "${path}"`);
  }

  private sourceOf(reference: PlainReference): Json | undefined {
    if ('$task' in reference) return this.sources.tasks(reference.$task);
    return '$input' in reference ? this.sources.input : this.sources.item;
  }

  private count(text: string, value: Json): void {
    const bytes = this.bytesByReference.get(text) ?? Buffer.byteLength(JSON.stringify(value));
    this.bytesByReference.set(text, bytes);
    this.insertedBytes += bytes;
    if (this.insertedBytes <= this.maxBytes) return;
    const limit = `${this.maxBytes} bytes is the most that references may insert`;
    const seen = `${text.slice(0, 200)} brings the value to ${this.insertedBytes} bytes`;
    this.fail('INPUT_TOO_LARGE', `${seen}, more than the limit: ${limit}; pass an artifact instead`);
  }

  private fail(code: string, message: string): null {
    this.failure ??= { code, message };
    return null;
  }
}

function absenceOf(reference: PlainReference): string {
  if ('$task' in reference) return `the task "${reference.$task}" has no output`;
  return '$input' in reference ? 'the directive has no input' : 'the task is not part of a fan-out';
}
