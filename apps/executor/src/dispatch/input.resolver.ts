import type { ActionRecord, Json, PayloadClaim } from '#libs/contracts';
import { collectReferences, inputLimitOf, inputTooLarge, resolveReferences, type PolicyFailure } from '#libs/policy';
import { inputSources, isLarge, sourceIndexes, type Dispatch, type InputSources, type SpecRecord } from '#libs/state';
import type { ExecutorContext } from '../executor.context.js';
import type { ActionDirectory } from './action-directory.js';
import type { BatchReads } from './batch-reads.js';

/** With a claim the job carries that in place of the value. */
export interface TaskInput {
  value: Json;
  claim?: PayloadClaim;
}

type Failed = { failure: PolicyFailure };

/** Turns the input template of a task into the value its worker gets, and checks it against the action's schema. */
export class InputResolver {
  constructor(
    private readonly context: ExecutorContext,
    private readonly actions: ActionDirectory,
  ) {}

  /** A template without references was checked when the plan was made. Throws CocError when the artifact store does not give or take a value. */
  async resolveInput({ directiveId, spec: stored }: Dispatch, reads: BatchReads): Promise<TaskInput | Failed> {
    const spec = await reads.fill(directiveId, stored);
    if (!spec.dynamic) return this.claimStatic(stored, spec.input);
    const action = await this.actions.pinned(spec.action, spec.actionVersion);
    if (!action) return actionGone(spec);
    const maxBytes = inputLimitOf(action);
    const resolved = await this.resolveFilled(directiveId, spec, spec.input, reads, maxBytes);
    return 'failure' in resolved ? resolved : this.check(directiveId, action, resolved.value);
  }

  async resolveTemplate(
    directiveId: string,
    spec: SpecRecord,
    template: Json,
    reads: BatchReads,
  ): Promise<{ value: Json } | Failed> {
    return this.resolveFilled(directiveId, await reads.fill(directiveId, spec), template, reads);
  }

  /** Where the names in a task's templates and condition have their values. The spec's own are in place already. */
  async sources(directiveId: string, spec: SpecRecord, reads: BatchReads, usesInput = true): Promise<InputSources> {
    const outputs = await reads.outputsOf(directiveId, sourceIndexes(spec));
    return inputSources(spec, outputs, usesInput ? await reads.input(directiveId) : undefined);
  }

  private async resolveFilled(
    directiveId: string,
    spec: SpecRecord,
    template: Json,
    reads: BatchReads,
    maxBytes?: number,
  ): Promise<{ value: Json } | Failed> {
    const usesInput = collectReferences(template).references.some(({ reference }) => '$input' in reference);
    return resolveReferences(template, await this.sources(directiveId, spec, reads, usesInput), maxBytes);
  }

  /** It lies in the store already, and whoever can fetch it is told where. */
  private async claimStatic(stored: SpecRecord, value: Json): Promise<TaskInput> {
    const claim = stored.claims?.input;
    if (!claim) return { value };
    const action = await this.actions.pinned(stored.action, stored.actionVersion);
    return action?.claims ? { value, claim } : { value };
  }

  private async check(directiveId: string, action: ActionRecord, value: Json): Promise<TaskInput | Failed> {
    const text = JSON.stringify(value);
    const bytes = Buffer.byteLength(text);
    const maxBytes = inputLimitOf(action);
    if (bytes > maxBytes)
      return { failure: { code: 'INPUT_TOO_LARGE', message: `the input: ${inputTooLarge(bytes, maxBytes)}` } };
    const [fault] = this.context.validator.validate(action.input, value);
    if (fault) {
      const message = `the input does not match ${action.name}: ${fault.pointer} ${fault.detail}`;
      return { failure: { code: 'INPUT_INVALID', message } };
    }
    if (!action.claims || !isLarge(text)) return { value };
    return { value, claim: await this.context.payloads.put(directiveId, text) };
  }
}

function actionGone({ action, actionVersion }: SpecRecord): Failed {
  return { failure: { code: 'ACTION_UNKNOWN', message: `${action}@${actionVersion} is no longer in the catalog` } };
}
