import {
  CocError,
  limits,
  shardOfDirective,
  type DirectiveState,
  type OnParentEnd,
  type EndState,
  type Json,
  type Plan,
} from '#libs/contracts';
import type { Keys } from '../keys.js';
import { Gatherer, allowedFrom } from '#libs/policy';
import { nothingKept, type KeptIndexes, type KeptWork } from '../plan/kept-tasks.js';
import { encodePlan, type EncodedPlan, type FieldChunk } from '../plan/plan-encoding.js';
import { familyRefusal, type FamilyRefusal } from './family-refusal.js';
import { claimValues } from '../payloads/claim-values.js';
import type { PayloadStore } from '../payloads/payload-store.js';
import { luaJson } from '../redis/lua-json.js';
import type { ScriptArg, ScriptRunner } from '../redis/script-runner.js';

/** Ending an attempt in flight costs up to 80 µs in a busy Redis. */
const closeTasksPerCall = 100;

export interface DirectiveDraft {
  id: string;
  tenant: string;
  actor: string;
  kind: 'tasks' | 'workflow' | 'intent';
  ref: string | null;
  title: string | null;
  /** JSON of `{input, output, workflow, intent, policies, budget}`. */
  request: string;
  workflow: string | null;
  intent: string | null;
  labels: Record<string, string>;
  requestHash: string;
  /** 0 CRITICAL .. 3 LOW */
  priority: number;
  ttlMs: number;
  budgetMicroUsd: number | null;
  budgetTokens: number | null;
  /** JSON of `warnAtPercent` and `onBudget`, when one is given. */
  terms?: string | null;
  traceparent: string;
  /** What it waits for before anything of it is done: a time in epoch ms, or a human's word. Left out: nothing. */
  startsAt?: number | 'order';
  /** In the shard of this one. */
  parent?: { id: string; onEnd: OnParentEnd };
  /** The directive of which this one is a retry. */
  retryOf?: string;
}

export type AcceptResult = 'created' | 'exists' | 'mismatch';

type AcceptReply = AcceptResult | 'unstaged' | 'retiring' | FamilyRefusal;

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

/** Accepting a directive of three tasks takes up to 50 µs. */
const acceptLimits = { most: 20, maxSize: 256 * 1024, sizeOf: charsOfArgs };

/** The orchestrator's durable transitions: one method a script. */
export class DirectiveStore {
  private readonly accepting = new Map<string, Gatherer<ScriptArg[], AcceptReply>>();

  constructor(
    private readonly scripts: ScriptRunner,
    private readonly keys: Keys,
    /** Whoever accepts and plans has it: what is over 32 KiB goes there first, and the record holds a claim. */
    private readonly payloads?: PayloadStore,
  ) {}

  /** `kept` is what its plan takes over of the directive of which it is a retry. Idempotent by id; with a plan the directive is QUEUED in the same step. A plan of one chunk travels in the same script, a larger one is staged first and vanishes if this never comes. */
  async accept(draft: DirectiveDraft, plan?: Plan, kept?: KeptWork): Promise<AcceptResult> {
    try {
      return await this.acceptNow(draft, plan, kept);
    } finally {
      this.payloads?.forget(draft.id);
    }
  }

  /** Stages in chunks, commits in O(1). False when the directive is no longer PENDING. */
  async commitPlan(directiveId: string, plan: Plan, decided: Decided): Promise<boolean> {
    const encoded = await this.encode(directiveId, plan);
    const decidedText = JSON.stringify({ workflow: decided.workflow, input: decided.input });
    const kept = (await this.payloads?.shelveFields(directiveId, decidedText)) ?? decidedText;
    await this.stage(directiveId, encoded);
    const reply = await this.run<[string]>('commit-plan', directiveId, [
      directiveId,
      JSON.stringify(encoded.summary),
      decided.needsReview ? '1' : '',
      kept,
      decided.workflow,
    ]);
    if (reply[0] === 'unstaged') throw planGone(directiveId);
    return reply[0] === 'ok';
  }

  /** Adds tasks to a plan under review, all in one script; `plan.tasks` holds the new tasks only, at most 500, indexed from `from`. */
  async extendPlan(directiveId: string, plan: Plan, from: number): Promise<boolean> {
    if (plan.tasks.length > limits.scriptChunk) {
      const detail = `a review adds at most ${limits.scriptChunk} tasks at once and this one adds ${plan.tasks.length}`;
      throw new CocError('PLAN_TOO_LARGE', detail);
    }
    const { summary, chunks } = await this.encode(directiveId, plan, { rootNode: `extension-${from}` });
    const planFields = chunks.flatMap((chunk) => chunk.planFields);
    const pendingFields = chunks.flatMap((chunk) => chunk.pendingFields);
    const reply = await this.run<[string]>('extend-plan', directiveId, [
      directiveId,
      JSON.stringify({ ...summary, from, total: from + plan.tasks.length }),
      planFields.length,
      pendingFields.length,
      ...planFields,
      ...pendingFields,
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
      evaluation ? luaJson(evaluation) : '',
    ]);
    return reply[0] === 'ok';
  }

  async pause(directiveId: string, actor: string): Promise<Transition> {
    return this.transition('pause-directive', directiveId, [directiveId, actor]);
  }

  async resume(directiveId: string, actor: string): Promise<Transition> {
    return this.transition('resume-directive', directiveId, [directiveId, actor]);
  }

  /**
   * Lets one go that waits for its start; without `by` only when its time has come by Redis' clock. Answers the room that is to be told,
   * or undefined when there is nothing to tell. Started before, it is left as it is.
   */
  async release(directiveId: string, by?: string): Promise<'decide' | 'execute' | undefined> {
    type Reply = [result: string, state: DirectiveState, roomOrClosing?: string];
    const [result, state, last] = await this.run<Reply>('release-directive', directiveId, [directiveId, by ?? '']);
    if (result === 'ok' && (last === 'decide' || last === 'execute')) return last;
    if (by === undefined || result === 'ok') return undefined;
    if (result === 'unknown') throw unknown(directiveId);
    throw illegal(directiveId, state, (last ?? '') as DirectiveState | '');
  }

  /** From the moment this answers no attempt starts; a large directive is finished in further chunks by `closeChunk`. */
  async cancel(directiveId: string): Promise<Transition> {
    return this.transition('cancel-directive', directiveId, [directiveId, closeTasksPerCall]);
  }

  /** The same with another end: a human's word that it is done, failed or to be stopped. */
  async end(directiveId: string, state: EndState, by: string, reason = ''): Promise<Transition> {
    return this.transition('end-directive', directiveId, [directiveId, state, closeTasksPerCall, by, reason]);
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

  private async acceptNow(draft: DirectiveDraft, plan?: Plan, work?: KeptWork): Promise<AcceptResult> {
    const kept = new Map(work?.tasks.map((task) => [task.index, task]));
    const encoded = plan && (await this.encode(draft.id, plan, { tenant: draft.tenant, kept }));
    const request = (await this.payloads?.shelveFields(draft.id, draft.request, draft.tenant)) ?? draft.request;
    const inline = encoded?.chunks.length === 1 ? encoded.chunks[0] : undefined;
    if (encoded && !inline) await this.stage(draft.id, encoded);
    const result = await this.acceptances(draft.id).add(
      acceptArgs({ ...draft, request }, encoded, inline, keptLists(plan, work)),
    );
    if (result === 'unstaged') throw planGone(draft.id);
    if (result === 'retiring')
      throw new CocError('UNAVAILABLE', `${draft.id} is just being removed; send the request again`);
    if (result !== 'created' && result !== 'exists' && result !== 'mismatch')
      throw familyRefusal(result, draft.parent!.id);
    if (result !== 'mismatch') await this.payloads?.accepted(draft.id, draft.tenant);
    return result;
  }

  /** Submissions that come while one is being accepted are accepted together, a shard in one call. */
  private acceptances(directiveId: string): Gatherer<ScriptArg[], AcceptReply> {
    const root = this.keys.rootOf(directiveId);
    const known = this.accepting.get(root);
    if (known) return known;
    const accept = async (drafts: readonly ScriptArg[][]): Promise<AcceptReply[]> =>
      (await this.scripts.run({ name: 'accept-directive', root, args: drafts.flat() })) as AcceptReply[];
    const gatherer = new Gatherer(accept, acceptLimits);
    this.accepting.set(root, gatherer);
    return gatherer;
  }

  /** Encoded again only where a value is large. */
  private async encode(
    directiveId: string,
    plan: Plan,
    { tenant, rootNode, kept = nothingKept }: { tenant?: string; rootNode?: string; kept?: KeptIndexes } = {},
  ): Promise<EncodedPlan> {
    const shard = shardOfDirective(directiveId)!;
    const encoded = encodePlan(plan, shard, rootNode, { kept });
    if (encoded.large.length === 0 || !this.payloads) return encoded;
    const claimed = await claimValues(this.payloads, directiveId, encoded.large, tenant);
    return claimed.size === 0 ? encoded : encodePlan(plan, shard, rootNode, { claimed, kept });
  }

  private async stage(directiveId: string, { summary, chunks }: EncodedPlan): Promise<void> {
    for (const { planFields, pendingFields } of chunks) {
      const counts = [planFields.length, pendingFields.length];
      const fields = [...planFields, ...pendingFields];
      await this.run('stage-plan', directiveId, [directiveId, summary.hash, ...counts, ...fields]);
    }
  }

  private async transition(script: string, directiveId: string, args: ScriptArg[]): Promise<Transition> {
    type Reply = [result: string, state: DirectiveState, moreOrClosing?: number | DirectiveState | ''];
    const [result, state, last] = await this.run<Reply>(script, directiveId, args);
    if (result === 'unknown') throw unknown(directiveId);
    if (result === 'illegal') throw illegal(directiveId, state, (last ?? '') as DirectiveState | '');
    return { state, more: last === 1 };
  }

  private async run<Reply>(name: string, directiveId: string, args: ScriptArg[]): Promise<Reply> {
    return (await this.scripts.run({ name, root: this.keys.rootOf(directiveId), args })) as Reply;
  }
}

function acceptArgs(
  draft: DirectiveDraft,
  encoded: EncodedPlan | undefined,
  inline: FieldChunk | undefined,
  kept: KeptLists,
): ScriptArg[] {
  const { planFields, pendingFields } = inline ?? { planFields: [], pendingFields: [] };
  const record = recordFields(draft);
  return [
    draft.id,
    draft.requestHash,
    draft.tenant,
    draft.ttlMs,
    luaJson({
      kind: draft.kind,
      actor: draft.actor,
      ...(draft.ref === null ? {} : { ref: draft.ref }),
      ...(draft.retryOf === undefined ? {} : { retryOf: draft.retryOf }),
      ...(draft.parent === undefined ? {} : { parent: draft.parent.id }),
      ...startFact(draft.startsAt),
    }),
    encoded ? JSON.stringify(encoded.summary) : '',
    record.length,
    planFields.length,
    pendingFields.length,
    waitText(draft.startsAt),
    kept.events.length,
    kept.artifacts.length,
    ...record,
    ...planFields,
    ...pendingFields,
    ...kept.events,
    ...kept.artifacts,
  ];
}

interface KeptLists {
  /** Data of directive.kept, so many tasks each as one event may name. */
  events: string[];
  artifacts: string[];
}

function keptLists(plan: Plan | undefined, work: KeptWork | undefined): KeptLists {
  if (!plan || !work) return { events: [], artifacts: [] };
  const ids = work.tasks.map(({ index }) => plan.tasks[index]!.id);
  const events: string[] = [];
  for (let from = 0; from < ids.length; from += limits.scriptChunk)
    events.push(luaJson({ ...work.origin, tasks: ids.slice(from, from + limits.scriptChunk) }));
  return { events, artifacts: work.artifacts.flat() };
}

/** As the story tells it. */
function startFact(startsAt: DirectiveDraft['startsAt']): { start?: string } {
  if (startsAt === undefined) return {};
  return { start: startsAt === 'order' ? startsAt : new Date(startsAt).toISOString() };
}

function waitText(startsAt: DirectiveDraft['startsAt']): string {
  if (startsAt === undefined) return '';
  return JSON.stringify(
    startsAt === 'order' ? { at: 0, withinMs: limits.startWithinMs } : { at: Math.max(1, startsAt) },
  );
}

function charsOfArgs(args: readonly ScriptArg[]): number {
  return args.reduce<number>((sum, arg) => sum + (typeof arg === 'string' ? arg.length : 8), 0);
}

function unknown(directiveId: string): CocError {
  return new CocError('NOT_FOUND', `there is no directive ${directiveId}`);
}

/** One that is closing goes where it is closing to. */
function illegal(directiveId: string, state: DirectiveState, closing: DirectiveState | ''): CocError {
  const allowed = closing === '' ? allowedFrom(state) : [closing];
  const place = closing === '' ? state : `${state}, closing as ${closing}`;
  const ways = allowed.length === 0 ? 'that is final' : `from there it may become ${allowed.join(', ')}`;
  return new CocError('TRANSITION_ILLEGAL', `${directiveId} is ${place}; ${ways}`, [], {
    standing: { state, allowed },
  });
}

function planGone(directiveId: string): CocError {
  return new CocError('UNAVAILABLE', `the staged plan of ${directiveId} is gone or incomplete; send the request again`);
}

function recordFields(draft: DirectiveDraft): string[] {
  const fields: Record<string, string | number | null> = {
    // The first, where the script looks for it.
    parent: draft.parent?.id ?? null,
    tenant: draft.tenant,
    actor: draft.actor,
    kind: draft.kind,
    ref: draft.ref,
    title: draft.title,
    request: draft.request,
    workflow: draft.workflow,
    intent: draft.intent,
    labels: Object.keys(draft.labels).length === 0 ? null : JSON.stringify(draft.labels),
    priority: draft.priority,
    budgetMicroUsd: draft.budgetMicroUsd,
    budgetTokens: draft.budgetTokens,
    terms: draft.terms ?? null,
    retryOf: draft.retryOf ?? null,
    onParentEnd: draft.parent?.onEnd ?? null,
    traceparent: draft.traceparent,
  };
  return Object.entries(fields).flatMap(([name, value]) => (value === null ? [] : [name, String(value)]));
}
