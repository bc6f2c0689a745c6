import {
  limits,
  parseTaskIndex,
  shardOfDirective,
  type Json,
  type PayloadClaim,
  type PlannedTask,
} from '#libs/contracts';
import { decideFanOut, type PolicyFailure } from '#libs/policy';
import {
  claimValues,
  decodeTask,
  encodeTask,
  isLarge,
  isStoreUnavailable,
  parseSpec,
  tasksPerChunk,
  type FanOutTask,
  type Followup,
  type SpecRecord,
} from '#libs/state';
import type { ExecutorContext } from '../executor.context.js';
import { BatchReads } from './batch-reads.js';
import type { ConditionJudge } from './condition.judge.js';
import type { InputResolver } from './input.resolver.js';
import { payloadFailure } from './payload-failure.js';

interface FanOut {
  task: FanOutTask;
  spec: SpecRecord;
  children: PlannedTask[];
  staged: number;
}

interface StoredFanOut {
  control: string;
  spec: string;
  staged: number;
  first: number | null;
}

/** Turns a fan-out whose list is known into its children, in chunks, and lets a task whose condition holds go. Repeating it goes on where it was left. */
export class FanOutExpander {
  constructor(
    private readonly context: ExecutorContext,
    private readonly inputs: InputResolver,
    private readonly conditions: ConditionJudge,
  ) {}

  /** One whose values the artifact store does not give now stays on the worklist: a sweep comes back to it. */
  async expand(task: FanOutTask): Promise<Followup[]> {
    try {
      return await this.expandNow(task);
    } catch (error) {
      const failure = payloadFailure(error);
      if (!failure) throw error;
      if (!isStoreUnavailable(error)) return [await this.refuse(task, failure)];
      this.context.logger.warn({ task, code: failure.code }, failure.message);
      return [];
    }
  }

  private async expandNow(task: FanOutTask): Promise<Followup[]> {
    const stored = await this.context.facts.stored(task.directiveId, task.index);
    if (!stored) return [];
    const spec = parseSpec(stored.control, stored.spec);
    const judged = await this.conditions.judge(task, spec);
    if (judged !== 'holds') return [judged];
    if (!spec.forEach) return [await this.context.attempts.passCondition(task.directiveId, task.index, true)];
    const planned = await this.plan(task, spec, stored);
    if ('failure' in planned) return [await this.refuse(task, planned.failure)];
    return this.write(planned);
  }

  private async plan(
    task: FanOutTask,
    spec: SpecRecord,
    stored: StoredFanOut,
  ): Promise<FanOut | { failure: PolicyFailure }> {
    const reads = new BatchReads(this.context);
    const filled = await reads.fill(task.directiveId, spec);
    const items = await this.inputs.resolveTemplate(task.directiveId, filled, filled.forEach!.items, reads);
    if ('failure' in items) return items;
    // Whether the plan has room is decided where the indexes are taken, in expand-task.
    const decided = decideFanOut(
      decodeTask(task.index, stored.control, stored.spec, filled),
      items.value,
      stored.first ?? 0,
      0,
    );
    return 'failure' in decided ? decided : { task, spec, children: decided.children, staged: stored.staged };
  }

  private async write(fanOut: FanOut): Promise<Followup[]> {
    const { task, children } = fanOut;
    const followups: Followup[] = [];
    let from = fanOut.staged;
    do {
      const chunk = await this.encode(fanOut, from);
      const reply = await this.context.attempts.expandTask(task.directiveId, task.index, children.length, from, chunk);
      if (reply.result === 'stale') return followups;
      if (reply.result === 'too-large') return [await this.refuse(task, tooLarge(children.length, reply.total))];
      followups.push(reply.followup);
      if (reply.staged <= from) break;
      from = reply.staged;
    } while (from < children.length);
    return followups;
  }

  private async encode({ task, spec, children }: FanOut, from: number): Promise<[string, string][]> {
    const shard = shardOfDirective(task.directiveId)!;
    const idByIndex = new Map(Object.entries(spec.references).map(([id, index]) => [parseTaskIndex(index), id]));
    const idOf = (index: number): string => idByIndex.get(index)!;
    const chunk = children.slice(from, from + tasksPerChunk);
    const known = this.claimsOfParent(spec, chunk[0]);
    const texts = chunk.map((child) => encodeTask(child, shard, idOf, false, { claimed: known }));
    const large = chunk.filter((_, at) => isLarge(texts[at]!.spec));
    if (large.length === 0) return texts.map(({ control, spec: text }) => [control, text]);
    const found = await claimValues(this.context.payloads, task.directiveId, large);
    const claimed = new Map([...known, ...found]);
    return chunk.map((child) => {
      const { control, spec: text } = encodeTask(child, shard, idOf, false, { claimed });
      return [control, text];
    });
  }

  /** All children share their parent's input, which may lie in the store already. */
  private claimsOfParent({ claims }: SpecRecord, child: PlannedTask | undefined): Map<Json, PayloadClaim> {
    return new Map(claims?.input && child ? [[child.input, claims.input]] : []);
  }

  private async refuse(task: FanOutTask, failure: PolicyFailure): Promise<Followup> {
    return this.context.attempts.refuseTask(task.directiveId, task.index, failure.code, failure.message);
  }
}

function tooLarge(count: number, total: number): PolicyFailure {
  return {
    code: 'PLAN_TOO_LARGE',
    message: `${count} items would bring the plan from ${total} to over ${limits.maxTasks} tasks`,
  };
}
