import { limits, type Json } from '#libs/contracts';
import { collectReferences, resolveReferences, type PolicyFailure } from '#libs/policy';
import { inputSources, sourceIndexes, type Dispatch, type InputSources, type SpecRecord } from '#libs/state';
import type { ExecutorContext } from '../executor.context.js';
import type { ActionDirectory } from './action-directory.js';
import type { BatchReads } from './batch-reads.js';

export type ResolvedInput = { value: Json } | { failure: PolicyFailure };

/** Turns the input template of a task into the value its worker gets, and checks it against the action's schema. */
export class InputResolver {
  constructor(
    private readonly context: ExecutorContext,
    private readonly actions: ActionDirectory,
  ) {}

  /** A template without references was checked when the plan was made. */
  async resolveInput({ directiveId, spec }: Dispatch, reads: BatchReads): Promise<ResolvedInput> {
    if (!spec.dynamic) return { value: spec.input };
    const resolved = await this.resolveTemplate(directiveId, spec, spec.input, reads);
    return 'failure' in resolved ? resolved : this.check(spec, resolved.value);
  }

  async resolveTemplate(
    directiveId: string,
    spec: SpecRecord,
    template: Json,
    reads: BatchReads,
  ): Promise<ResolvedInput> {
    const usesInput = collectReferences(template).references.some(({ reference }) => '$input' in reference);
    return resolveReferences(template, await this.sources(directiveId, spec, reads, usesInput));
  }

  /** Where the names in a task's templates and condition have their values. */
  async sources(directiveId: string, spec: SpecRecord, reads: BatchReads, usesInput = true): Promise<InputSources> {
    const outputs = await reads.outputsOf(directiveId, sourceIndexes(spec));
    return inputSources(spec, outputs, usesInput ? await reads.input(directiveId) : undefined);
  }

  private async check(spec: SpecRecord, value: Json): Promise<ResolvedInput> {
    const action = await this.actions.pinned(spec.action, spec.actionVersion);
    if (!action)
      return {
        failure: {
          code: 'ACTION_UNKNOWN',
          message: `${spec.action}@${spec.actionVersion} is no longer in the catalog`,
        },
      };
    const bytes = Buffer.byteLength(JSON.stringify(value));
    if (bytes > limits.maxInputBytes) {
      return {
        failure: {
          code: 'INPUT_TOO_LARGE',
          message: `the input has ${bytes} bytes and the limit is ${limits.maxInputBytes}`,
        },
      };
    }
    const [fault] = this.context.validator.validate(action.input, value);
    return fault
      ? {
          failure: {
            code: 'INPUT_INVALID',
            message: `the input does not match ${spec.action}: ${fault.pointer} ${fault.detail}`,
          },
        }
      : { value };
  }
}
