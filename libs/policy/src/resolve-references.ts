import {
  InputReference,
  ItemReference,
  TaskReference,
  limits,
  looksLikeReference,
  type Json,
  type Reference,
} from '#libs/contracts';
import { parsePointer, pointerSegment, readPointer } from './json-pointer.js';
import type { PolicyFailure } from './policy-failure.js';

export interface LocatedReference {
  /** Where it stands in the template, as a JSON pointer. */
  pointer: string;
  reference: Reference;
}

export interface CollectedReferences {
  references: LocatedReference[];
  malformed: { pointer: string; detail: string }[];
}

/**
 * Where values come from. `tasks` gives a task's output, a list for a fan-out, undefined when there is none.
 * `isAbsent` names the optional tasks that ended without an output: a reference to one, with any path, is null.
 */
export interface ReferenceSources {
  tasks: (id: string) => Json | undefined;
  input?: Json;
  item?: Json;
  isAbsent?: (id: string) => boolean;
}

export type ResolvedReferences = { value: Json } | { failure: PolicyFailure };

/** Every reference in a template, in document order, and every object that was meant as one and is malformed. */
export function collectReferences(template: Json): CollectedReferences {
  const found: CollectedReferences = { references: [], malformed: [] };
  collectInto(found, template, '');
  return found;
}

function collectInto(found: CollectedReferences, template: Json, pointer: string): void {
  if (typeof template !== 'object' || template === null) return;
  if (looksLikeReference(template)) {
    const reference = parseReference(template);
    if (reference) found.references.push({ pointer, reference });
    else found.malformed.push({ pointer, detail: malformedDetail });
    return;
  }
  for (const [key, child] of Object.entries(template)) {
    // Most of a template are scalars: no pointer is built for them.
    if (typeof child === 'object') collectInto(found, child, `${pointer}/${pointerSegment(key)}`);
  }
}

const malformedDetail =
  'a reference is {"$task": "id", "path": "/a"}, {"$input": "/a"} or {"$item": "/a"} and nothing else in the object; ' +
  'a path is a JSON pointer: empty, or starting with "/"';

function parseReference(value: { [key: string]: Json }): Reference | undefined {
  // One schema by its marker: the union would try all three for each of up to 50,000 references.
  const schema = '$task' in value ? TaskReference : '$input' in value ? InputReference : ItemReference;
  const parsed = schema.safeParse(value);
  return parsed.success && parsePointer(pathOf(parsed.data)) ? parsed.data : undefined;
}

function pathOf(reference: Reference): string {
  if ('$task' in reference) return reference.path ?? '';
  return '$input' in reference ? reference.$input : reference.$item;
}

/**
 * The template with every reference replaced by its value, in one pass: what comes out of a source is data and is never
 * read as a reference again. Fails, naming the reference, on a missing value and when the values inserted
 * exceed `maxBytes` (a template may name one large output a thousand times).
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
    const value = this.read(reference, text);
    if (value !== undefined) this.count(text, value);
    return value ?? null;
  }

  private read(reference: Reference, text: string): Json | undefined {
    if ('$task' in reference && this.sources.isAbsent?.(reference.$task)) return null;
    const source = this.sourceOf(reference);
    if (source === undefined) return this.fail('REFERENCE_UNRESOLVED', `${text} has no value: ${absenceOf(reference)}`);
    const path = pathOf(reference);
    const value = readPointer(source, path);
    if (value !== undefined) return value;
    return this.fail('REFERENCE_UNRESOLVED', `${text} has no value: there is nothing at the path "${path}"`);
  }

  private sourceOf(reference: Reference): Json | undefined {
    if ('$task' in reference) return this.sources.tasks(reference.$task);
    return '$input' in reference ? this.sources.input : this.sources.item;
  }

  private count(text: string, value: Json): void {
    const bytes = this.bytesByReference.get(text) ?? Buffer.byteLength(JSON.stringify(value));
    this.bytesByReference.set(text, bytes);
    this.insertedBytes += bytes;
    if (this.insertedBytes <= this.maxBytes) return;
    const limit = `${this.maxBytes} bytes is the most that references may insert`;
    this.fail('INPUT_TOO_LARGE', `${text} brings the value to more than the limit: ${limit}; pass an artifact instead`);
  }

  private fail(code: string, message: string): null {
    this.failure ??= { code, message };
    return null;
  }
}

function absenceOf(reference: Reference): string {
  if ('$task' in reference) return `the task "${reference.$task}" has no output`;
  return '$input' in reference ? 'the directive has no input' : 'the task is not part of a fan-out';
}
