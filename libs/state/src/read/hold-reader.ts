import {
  CocError,
  limits,
  isDirectiveId,
  parseTaskIndex,
  usdFromMicroUsd,
  type AskedRisk,
  type HoldKind,
  type HoldList,
  type HoldView,
  type Json,
} from '#libs/contracts';
import { approvalDigest, modelOfAttempt, resolveReferences } from '#libs/policy';
import type { Redis } from '#libs/redis';
import type { Keys } from '../keys.js';
import { inputSources, sourceIndexes } from '../plan/input-sources.js';
import { parseSpec, type SpecRecord } from '../plan/plan-encoding.js';
import { fillSpec } from '../payloads/fill-spec.js';
import type { PayloadStore } from '../payloads/payload-store.js';
import { decodeCursor, encodeCursor } from './cursor.js';
import type { StoredTask } from './stored-task.js';
import { TaskFacts } from './task-facts.js';
import { TaskOutputs } from './task-outputs.js';

/** The question of a task as Lua stores it; with its answer once it has one. */
interface StoredApproval {
  state: 'pending' | 'approved' | 'denied' | 'expired';
  requestedAt: number;
  expiresAt: number;
  risk: AskedRisk;
  decidedAt?: number;
  by?: string;
  comment?: string;
  digest?: string;
  scope?: string;
  edited?: boolean;
}

interface HoldParts {
  directive: { id: string; actor: string; ttlAtMs: number };
  index: string;
  spec: SpecRecord;
  specText: string;
  task: StoredTask;
  approval: StoredApproval | undefined;
}

const lookPage = 100;

/** A hold with the parts of its task that a decision needs. */
export interface FoundHold {
  view: HoldView;
  taskIndex: number;
  sinceMs: number;
  specText: string;
  /** Which grants cover it: none where its effect may come twice, and of a fan-out's children that of their own directive. */
  coveredBy: 'none' | 'directive' | 'any';
}

/** Tasks that wait for a human. Every method takes the tenant; what belongs to another is as absent as what never was. */
export class HoldReader {
  private readonly outputs: TaskOutputs;
  private readonly facts: TaskFacts;

  constructor(
    private readonly redis: Redis,
    private readonly keys: Keys,
    private readonly shards: number,
    private readonly payloads: PayloadStore,
  ) {
    this.outputs = new TaskOutputs(redis, keys, payloads);
    this.facts = new TaskFacts(redis, keys, payloads);
  }

  /** Those that wait now, the longest wait first. */
  async list(tenant: string, { limit, cursor }: { limit: number; cursor?: string }): Promise<HoldList> {
    const after = cursor === undefined ? [0, ''] : (decodeCursor(cursor, ['number', 'string']) as [number, string]);
    const places = await this.places(tenant, after as [number, string], limit + 1);
    const page = places.slice(0, limit);
    const found = await Promise.all(page.map(async ({ id }) => this.find(tenant, id)));
    const items = found.flatMap((hold) => (hold && hold.view.decision === null ? [hold.view] : []));
    const last = page.at(-1);
    return { items, nextCursor: places.length > limit && last ? encodeCursor([last.sinceMs, last.id]) : null };
  }

  /** Each that waits now, the longest wait first. */
  async *all(tenant: string): AsyncGenerator<FoundHold> {
    let after: [number, string] = [0, ''];
    for (;;) {
      const places = await this.places(tenant, after, lookPage);
      for (const { id } of places) {
        const hold = await this.find(tenant, id);
        if (hold?.view.decision === null) yield hold;
      }
      const last = places.at(-1);
      if (!last) return;
      after = [last.sinceMs, last.id];
    }
  }

  /** Of `<directive id>.<index>`; also one that was answered, as long as its question is on record. */
  async find(tenant: string, holdId: string): Promise<FoundHold | undefined> {
    const [directiveId = '', index = '', ...rest] = holdId.split('.');
    if (rest.length > 0 || !isDirectiveId(directiveId) || !/^[0-9a-z]{1,8}$/.test(index)) return undefined;
    const parts = await this.load(tenant, directiveId, index);
    return parts && this.view(parts);
  }

  private async places(
    tenant: string,
    [sinceMs, id]: [number, string],
    count: number,
  ): Promise<{ id: string; sinceMs: number }[]> {
    const lists = await Promise.all(
      Array.from({ length: this.shards }, async (_, shard) =>
        this.redis.zrange(
          this.keys.holds(shard, tenant),
          sinceMs,
          '+inf',
          'BYSCORE',
          'LIMIT',
          0,
          count + 1_000,
          'WITHSCORES',
        ),
      ),
    );
    return lists
      .flatMap((flat) =>
        flat.flatMap((member, at) => (at % 2 === 0 ? [{ id: member, sinceMs: Number(flat[at + 1]) }] : [])),
      )
      .filter((place) => place.sinceMs > sinceMs || place.id > id)
      .toSorted((left, right) => left.sinceMs - right.sinceMs || (left.id < right.id ? -1 : 1))
      .slice(0, count);
  }

  private async load(tenant: string, id: string, index: string): Promise<HoldParts | undefined> {
    const [[owner, actor, ttlAt], [control, spec], [task, approval]] = await Promise.all([
      this.redis.hmget(this.keys.directive(id), 'tenant', 'actor', 'ttlAt'),
      this.redis.hmget(this.keys.plan(id), index, `${index}:spec`),
      this.redis.hmget(this.keys.tasks(id), index, `${index}:approval`),
    ]);
    if (owner !== tenant || !control || !spec || !task) return undefined;
    return {
      directive: { id, actor: actor ?? '', ttlAtMs: Number(ttlAt) },
      index,
      spec: parseSpec(control, spec),
      specText: spec,
      task: JSON.parse(task) as StoredTask,
      approval: approval ? (JSON.parse(approval) as StoredApproval) : undefined,
    };
  }

  private async view({ directive, index, spec, specText, task, approval }: HoldParts): Promise<FoundHold | undefined> {
    const isHeld = task.state === 'held';
    if (!isHeld && !approval) return undefined;
    const kind = isHeld ? (task.waiting![0] as HoldKind) : 'approval';
    const isAsked = kind === 'approval';
    const input = await this.inputOf(directive.id, spec);
    const sinceMs = isHeld ? task.since! : approval!.requestedAt;
    const endsMs = isAsked && approval ? approval.expiresAt : (task.deadline ?? directive.ttlAtMs);
    const attempt = task.attempt ?? 0;
    const assignment = assignmentOf(spec, attempt);
    const subject = { action: spec.action, version: spec.actionVersion, input, assignment };
    const view: HoldView = {
      id: `${directive.id}.${index}`,
      directiveId: directive.id,
      task: spec.id,
      kind,
      since: new Date(sinceMs).toISOString(),
      expiresAt: new Date(endsMs).toISOString(),
      requestedBy: directive.actor,
      action: spec.action,
      actionVersion: spec.actionVersion,
      effect: spec.effect,
      input,
      assignment,
      digest: approvalDigest(subject),
      attempt,
      risk: isAsked && approval ? riskOf(approval.risk) : null,
      error: isAsked || task.code === undefined ? null : { code: task.code, message: task.message ?? '' },
      decision: decisionOf(isHeld ? undefined : approval),
    };
    return { view, taskIndex: parseTaskIndex(index), sinceMs, specText, coveredBy: coverOf(spec, approval) };
  }

  /** What its worker would get: everything it refers to is final. Where that cannot be made, the template. */
  private async inputOf(directiveId: string, stored: SpecRecord): Promise<Json> {
    const spec = await fillSpec(stored, async (claim) => this.payloads.load(directiveId, claim));
    if (!spec.dynamic) return spec.input;
    const outputs = await this.outputsFor(directiveId, spec);
    if (!outputs) return spec.input;
    const input = await this.facts.directiveInput(directiveId);
    const resolved = resolveReferences(spec.input, inputSources(spec, outputs, input));
    return 'value' in resolved ? resolved.value : spec.input;
  }

  /** undefined when they are more than an input may be: no worker will get them. */
  private async outputsFor(directiveId: string, spec: SpecRecord): Promise<Map<number, Json> | undefined> {
    try {
      return await this.outputs.get(directiveId, sourceIndexes(spec), limits.maxClaimedInputBytes);
    } catch (error) {
      if (error instanceof CocError && error.code === 'BODY_TOO_LARGE') return undefined;
      throw error;
    }
  }
}

function coverOf({ parent }: SpecRecord, approval: StoredApproval | undefined): FoundHold['coveredBy'] {
  if (!approval?.risk.ungranted) return 'any';
  return parent === undefined ? 'none' : 'directive';
}

/** cjson writes an empty list as an object. */
function riskOf({ score, factors, reasons }: AskedRisk): HoldView['risk'] {
  return { score, factors: Array.isArray(factors) ? factors : [], reasons };
}

/** What the next attempt would be granted. */
function assignmentOf(spec: SpecRecord, attempt: number): HoldView['assignment'] {
  return {
    agent_id: spec.action,
    version: spec.actionVersion,
    model: modelOfAttempt(spec.models, attempt + 1),
    budget: { maxCostUsd: usdFromMicroUsd(spec.maxCostMicroUsd), maxTokens: spec.maxTokens },
    timeoutMs: spec.timeoutMs,
  };
}

function decisionOf(approval: StoredApproval | undefined): HoldView['decision'] {
  if (!approval || approval.state === 'pending') return null;
  const { state, by = '', decidedAt = 0, comment = '', digest = null, scope = null, edited = false } = approval;
  return { state, by, at: new Date(decidedAt).toISOString(), comment, digest, scope, edited };
}
