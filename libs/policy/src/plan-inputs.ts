import { limits, type ActionRecord, type Json, type TaskSpec } from '#libs/contracts';
import type { CatalogLookup } from './catalog-lookup.js';
import { inputLimitOf, inputTooLarge } from './input-limit.js';
import type { PlanFaults } from './plan-faults.js';
import type { PlanRequest } from './plan-request.js';
import { resolveReferences, type LocatedReference } from './resolve-references.js';
import type { SchemaFault } from './schema-validator.js';

/** A task without `input` gets an empty object: what an action with only optional fields expects. */
export function inputOfTask({ input }: TaskSpec): Json {
  return input === undefined ? {} : input;
}

/** Resolved inputs checked at submit; 10,000 tasks may each refer to an input of 4 MB, and dispatch checks all again. */
const maxCheckedBytes = 4 * limits.maxSubmitBytes;

/** Checks, against the actions' schemas, the inputs that are known at submit: those that refer to the directive's input at most. */
export class PlanInputs {
  private bytesLeft = maxCheckedBytes;

  constructor(
    private readonly request: PlanRequest,
    private readonly catalog: CatalogLookup,
    private readonly faults: PlanFaults,
  ) {}

  check(task: TaskSpec, action: ActionRecord, references: readonly LocatedReference[], pointer: string): void {
    if (references.some(({ reference }) => !('$input' in reference)) || this.bytesLeft < 0) return;
    const maxBytes = inputLimitOf(action);
    const sources = { tasks: () => undefined, ...inputOf(this.request) };
    const resolved = resolveReferences(inputOfTask(task), sources, maxBytes);
    if ('failure' in resolved) {
      // A reference without a value is reported where the references are.
      if (resolved.failure.code === 'INPUT_TOO_LARGE') this.refuse(task, resolved.failure.message, pointer);
      return;
    }
    const bytes = Buffer.byteLength(JSON.stringify(resolved.value));
    if (references.length > 0) this.bytesLeft -= bytes;
    if (bytes > maxBytes) {
      this.refuse(task, inputTooLarge(bytes, maxBytes), pointer);
      return;
    }
    for (const fault of this.catalog.validateInput(action, resolved.value)) {
      this.addFault(task, action, references, fault, pointer);
    }
  }

  private refuse(task: TaskSpec, why: string, pointer: string): void {
    this.faults.add('INPUT_INVALID', pointer, `the input of task "${task.id}": ${why}`);
  }

  /** A fault inside a value that came from the directive's input points to the reference: the body has nothing below it. */
  private addFault(
    task: TaskSpec,
    action: ActionRecord,
    references: readonly LocatedReference[],
    fault: SchemaFault,
    base: string,
  ): void {
    const within = references.find(({ pointer }) => `${fault.pointer}/`.startsWith(`${pointer}/`));
    const place =
      within && `the directive's input at "${inputPath(within)}${fault.pointer.slice(within.pointer.length)}" `;
    const detail = `the input of task "${task.id}" is not what ${action.name} takes: ${place ?? ''}${fault.detail}`;
    this.faults.add('INPUT_INVALID', `${base}${within?.pointer ?? fault.pointer}`, detail);
  }
}

function inputPath({ reference }: LocatedReference): string {
  return '$input' in reference ? reference.$input : '';
}

function inputOf({ input }: PlanRequest): { input?: Json } {
  return input === undefined ? {} : { input };
}
