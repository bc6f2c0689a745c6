import { limits, parseTaskIndex, shardOfDirective, type PlannedTask } from '#libs/contracts';
import { decideFanOut, type PolicyFailure } from '#libs/policy';
import {
  decodeTask,
  encodeTask,
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

  async expand(task: FanOutTask): Promise<Followup[]> {
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
    const items = await this.inputs.resolveTemplate(
      task.directiveId,
      spec,
      spec.forEach!.items,
      new BatchReads(this.context),
    );
    if ('failure' in items) return items;
    // Whether the plan has room is decided where the indexes are taken, in expand-task.
    const decided = decideFanOut(
      decodeTask(task.index, stored.control, stored.spec),
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
      const chunk = this.encode(fanOut, from);
      const reply = await this.context.attempts.expandTask(task.directiveId, task.index, children.length, from, chunk);
      if (reply.result === 'stale') return followups;
      if (reply.result === 'too-large') return [await this.refuse(task, tooLarge(children.length, reply.total))];
      followups.push(reply.followup);
      if (reply.staged <= from) break;
      from = reply.staged;
    } while (from < children.length);
    return followups;
  }

  private encode({ task, spec, children }: FanOut, from: number): [string, string][] {
    const shard = shardOfDirective(task.directiveId)!;
    const idByIndex = new Map(Object.entries(spec.references).map(([id, index]) => [parseTaskIndex(index), id]));
    return children.slice(from, from + tasksPerChunk).map((child) => {
      const { control, spec: text } = encodeTask(child, shard, (index) => idByIndex.get(index)!);
      return [control, text];
    });
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
