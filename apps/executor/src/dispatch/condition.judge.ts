import { evaluateCondition, failClosed } from '#libs/policy';
import type { FanOutTask, Followup, SpecRecord } from '#libs/state';
import type { ExecutorContext } from '../executor.context.js';
import { BatchReads } from './batch-reads.js';
import type { InputResolver } from './input.resolver.js';

/** Looks at a task's condition once all it depends on is final. */
export class ConditionJudge {
  constructor(
    private readonly context: ExecutorContext,
    private readonly inputs: InputResolver,
  ) {}

  /** `holds`, also for a task without one; else what follows: it is skipped, or fails with the reason why there is no answer. */
  async judge({ directiveId, index }: FanOutTask, spec: SpecRecord): Promise<'holds' | Followup> {
    if (spec.when === undefined) return 'holds';
    const { attempts } = this.context;
    const sources = await this.inputs.sources(directiveId, spec, new BatchReads(this.context));
    const judged = failClosed(() => evaluateCondition(spec.when!, sources));
    if ('failure' in judged)
      return attempts.refuseTask(directiveId, index, judged.failure.code, judged.failure.message);
    return judged.holds ? 'holds' : attempts.passCondition(directiveId, index, false);
  }
}
