import { CocError, shardOfDirective, type DirectiveState, type Json, type Plan } from '#libs/contracts';
import type { Keys } from '../keys.js';
import { encodePlan, type EncodedPlan } from '../plan/plan-encoding.js';
import type { ScriptArg, ScriptRunner } from '../redis/script-runner.js';

const closeTasksPerCall = 150;

export interface DirectiveDraft {
  id: string;
  tenant: string;
  actor: string;
  kind: 'tasks' | 'workflow' | 'intent';
  ref: string | null;
  title: string | null;
  /** JSON of `{input, output, labels, workflow, intent, policies}`. */
  request: string;
  requestHash: string;
  /** 0 CRITICAL .. 3 LOW */
  priority: number;
  ttlMs: number;
  budgetMicroUsd: number | null;
  budgetTokens: number | null;
  traceparent: string;
}

export type AcceptResult = 'created' | 'exists' | 'mismatch';

/** What the decide room chose for a workflow or an intent. */
export interface Decided {
  workflow: string;
  input: Json;
  needsReview: boolean;
}

export interface Transition {
  state: DirectiveState;
  more: boolean;
}

/** The orchestrator's durable transitions: one method a script. */
export class DirectiveStore {
  constructor(
    private readonly scripts: ScriptRunner,
    private readonly keys: Keys,
  ) {}

  /** Idempotent by id. A plan of one chunk travels in the same script: one step from request to QUEUED. With a plan the directive is QUEUED in the same step; a large plan is staged first and vanishes if this never comes. */
  async accept(draft: DirectiveDraft, plan?: Plan): Promise<AcceptResult> {
    const encoded = plan && encodePlan(plan, shardOfDirective(draft.id)!);
    const inline = encoded?.chunks.length === 1 ? encoded.chunks[0] : undefined;
    if (encoded && !inline) await this.stage(draft.id, encoded);
    const [result] = await this.run<[AcceptResult]>('accept-directive', draft.id, [
      draft.id,
      draft.requestHash,
      JSON.stringify(recordFields(draft)),
      draft.ttlMs,
      encoded ? JSON.stringify(encoded.summary) : '',
      JSON.stringify(inline?.planFields ?? []),
      JSON.stringify(inline?.pendingFields ?? []),
      draft.tenant,
      JSON.stringify({ kind: draft.kind, actor: draft.actor, ...(draft.ref === null ? {} : { ref: draft.ref }) }),
    ]);
    return result;
  }

  /** Stages in chunks, commits in O(1). False when the directive is no longer PENDING. */
  async commitPlan(directiveId: string, plan: Plan, decided: Decided): Promise<boolean> {
    const encoded = encodePlan(plan, shardOfDirective(directiveId)!);
    await this.stage(directiveId, encoded);
    const reply = await this.run<[string]>('commit-plan', directiveId, [
      directiveId,
      JSON.stringify(encoded.summary),
      decided.needsReview ? '1' : '',
      JSON.stringify({ workflow: decided.workflow, input: decided.input }),
    ]);
    return reply[0] === 'ok';
  }

  /** Adds tasks to a plan under review; `plan.tasks` holds the new tasks only, indexed from `from`. */
  async extendPlan(directiveId: string, plan: Plan, from: number): Promise<boolean> {
    const encoded = encodePlan(plan, shardOfDirective(directiveId)!);
    const summary = { ...encoded.summary, from, total: from + plan.tasks.length, roots: encoded.roots };
    const planFields = encoded.chunks
      .flatMap((chunk) => chunk.planFields)
      .filter((_, at, all) => !isRootField(all, at));
    const pendingFields = encoded.chunks.flatMap((chunk) => chunk.pendingFields);
    const reply = await this.run<[string]>('extend-plan', directiveId, [
      directiveId,
      JSON.stringify(summary),
      JSON.stringify(planFields),
      JSON.stringify(pendingFields),
    ]);
    return reply[0] === 'ok';
  }

  /** The orchestrator's own verdict. False when somebody else ended the directive first. */
  async close(
    directiveId: string,
    state: 'COMPLETED' | 'FAILED',
    error?: { code: string; message: string },
    evaluation?: Record<string, unknown>,
  ): Promise<boolean> {
    const reply = await this.run<[string]>('close-directive', directiveId, [
      directiveId,
      state,
      error?.code ?? '',
      error?.message ?? '',
      evaluation ? JSON.stringify(evaluation) : '',
    ]);
    return reply[0] === 'ok';
  }

  async pause(directiveId: string, actor: string): Promise<Transition> {
    return this.transition('pause-directive', directiveId, [directiveId, actor]);
  }

  async resume(directiveId: string, actor: string): Promise<Transition> {
    return this.transition('resume-directive', directiveId, [directiveId, actor]);
  }

  /** From the moment this answers no attempt starts; a large directive is finished in further chunks by `closeChunk`. */
  async cancel(directiveId: string): Promise<Transition> {
    return this.transition('cancel-directive', directiveId, [directiveId, closeTasksPerCall]);
  }

  async closeChunk(directiveId: string): Promise<boolean> {
    const reply = await this.run<[string, string, number?]>('close-chunk', directiveId, [
      directiveId,
      closeTasksPerCall,
    ]);
    return reply[2] === 1;
  }

  /** By Redis' clock; before the time it does nothing. True when further chunks are to be closed. */
  async expire(directiveId: string): Promise<boolean> {
    const reply = await this.run<[string, string, number?]>('expire-directive', directiveId, [
      directiveId,
      closeTasksPerCall,
    ]);
    return reply[2] === 1;
  }

  private async stage(directiveId: string, encoded: EncodedPlan): Promise<void> {
    for (const chunk of encoded.chunks) {
      await this.run('stage-plan', directiveId, [
        directiveId,
        JSON.stringify(chunk.planFields),
        JSON.stringify(chunk.pendingFields),
      ]);
    }
  }

  private async transition(script: string, directiveId: string, args: ScriptArg[]): Promise<Transition> {
    const [result, state, more] = await this.run<[string, DirectiveState, number?]>(script, directiveId, args);
    if (result === 'unknown') throw new CocError('NOT_FOUND', `there is no directive ${directiveId}`);
    if (result === 'illegal')
      throw new CocError(
        'TRANSITION_ILLEGAL',
        `${directiveId} is ${state}; ${script.replace('-directive', '')} is not allowed from there`,
      );
    return { state, more: more === 1 };
  }

  private async run<Reply>(name: string, directiveId: string, args: ScriptArg[]): Promise<Reply> {
    return (await this.scripts.run({ name, root: this.keys.rootOf(directiveId), args })) as Reply;
  }
}

function isRootField(fields: readonly string[], at: number): boolean {
  const name = fields[at % 2 === 0 ? at : at - 1]!;
  return name.startsWith('root:');
}

function recordFields(draft: DirectiveDraft): string[] {
  const fields: Record<string, string | number | null> = {
    id: draft.id,
    tenant: draft.tenant,
    actor: draft.actor,
    kind: draft.kind,
    ref: draft.ref,
    title: draft.title,
    request: draft.request,
    priority: draft.priority,
    budgetMicroUsd: draft.budgetMicroUsd,
    budgetTokens: draft.budgetTokens,
    traceparent: draft.traceparent,
  };
  return Object.entries(fields).flatMap(([name, value]) => (value === null ? [] : [name, String(value)]));
}
