import { formatAttemptId, parseAttemptId, shardOfDirective, type AskedRisk, type Json } from '#libs/contracts';
import { askedRisk, failClosed } from '#libs/policy';
import type { TaskJob } from '#libs/queues';
import type { Dispatch, FanOutTask, Followup, HeldPermit, Settlement } from '#libs/state';
import { settledWithin } from '#libs/telemetry';
import type { OutcomeJudge } from '../settle/outcome.judge.js';
import type { ExecutorContext } from '../executor.context.js';
import type { FanOutExpander } from './fan-out.expander.js';
import { BatchReads } from './batch-reads.js';
import type { PermitClerk } from './permit.clerk.js';
import type { InputResolver, TaskInput } from './input.resolver.js';
import { payloadFailure } from './payload-failure.js';
import { buildTaskJob } from './task-message.builder.js';

const releaseLimit = 100;
const sendChunk = 50;
/** Values over 32 KiB are read and written at the artifact store, which may be tens of milliseconds away; each of them may have 8 MB here. */
const resolveAtOnce = 10;
/** Half of what another executor waits before it calls an attempt that is not in its queue gone. */
const sendWithinMs = 3_000;
/** What is ready by then goes ahead of an input that the artifact store is slow to give. */
const aheadAfterMs = 1_000;

interface Prepared {
  jobs: TaskJob[];
  refused: Settlement[];
}

/** Carries out what a transition asks for next: send granted attempts, expand fan-outs, free dependents, ask for review. */
export class DispatchService {
  private readonly underWay = new Set<string>();

  constructor(
    private readonly context: ExecutorContext,
    private readonly inputs: InputResolver,
    private readonly expander: FanOutExpander,
    private readonly permits: PermitClerk,
    private readonly judge: Pick<OutcomeJudge, 'judgeFailure'>,
  ) {}

  /** Returns when nothing more follows. Every step is on record before it is taken, so a crash on the way costs time only. */
  async carry(first: readonly Followup[]): Promise<void> {
    let steps = [...first];
    while (steps.length > 0) {
      const next = await this.send(steps.flatMap((step) => step.dispatched));
      for (const task of steps.flatMap((step) => step.expanding)) next.push(...(await this.expander.expand(task)));
      for (const { shard, timerMs } of steps) if (timerMs !== null) this.context.bells.ring(shard, timerMs);
      const shards = new Set(steps.filter((step) => step.cascades > 0).map((step) => step.shard));
      for (const shard of shards) next.push(await this.context.attempts.advanceCascade(shard));
      const asking = new Set(steps.filter((step) => step.permits > 0).map((step) => step.shard));
      for (const shard of asking) next.push(...(await this.permits.work(shard)));
      for (const directiveId of steps.flatMap((step) => step.reviewing)) await this.askForReview(directiveId);
      steps = next.filter((step) => !isEmpty(step));
    }
  }

  /** Releases the first tasks of directives that were committed. One that cannot be started does not keep the others waiting. */
  async start(directiveIds: readonly string[]): Promise<void> {
    const { followups, failures } = await this.context.attempts.startDirectives(directiveIds);
    await this.carry(followups);
    if (failures.length > 0) throw new AggregateError(failures, `${failures.length} directives could not be started`);
  }

  /** Releases what is ready in a queue until its window is full or nothing is left. */
  async release(shard: number, queue: string): Promise<number> {
    let released = 0;
    if (this.context.memory.isFull(shard)) return released;
    for (;;) {
      const { followup, left } = await this.context.attempts.releaseTasks(shard, queue, releaseLimit);
      released += followup.dispatched.length;
      await this.carry([followup]);
      if (left === 0 || followup.dispatched.length === 0) return released;
    }
  }

  async advanceCascades(shard: number): Promise<void> {
    await this.carry([await this.context.attempts.advanceCascade(shard)]);
  }

  /** Permits that nobody saw to for so long. */
  async workPermits(shard: number, olderThanMs: number): Promise<void> {
    await this.carry(await this.permits.work(shard, olderThanMs));
  }

  /** A permit that nobody has any more goes to the next in line. */
  async takeBack(permit: HeldPermit): Promise<void> {
    await this.carry(await this.permits.takeBack(permit));
  }

  async expandFanOut(task: FanOutTask): Promise<void> {
    await this.carry(await this.expander.expand(task));
  }

  /** Sends the job of a granted attempt that never reached its queue. */
  async sendAgain(dispatch: Dispatch): Promise<void> {
    await this.carry(await this.send([dispatch]));
  }

  /** Whether this process is just sending the job: it is not in its queue yet, and not lost. */
  isUnderWay(jobId: string): boolean {
    return this.underWay.has(jobId);
  }

  /** They count as under way until the answer is called. */
  announce(dispatches: readonly Dispatch[]): () => void {
    const jobIds = dispatches.map(formatAttemptId);
    for (const jobId of jobIds) this.underWay.add(jobId);
    return () => jobIds.forEach((jobId) => this.underWay.delete(jobId));
  }

  private async send(dispatches: readonly Dispatch[]): Promise<Followup[]> {
    if (dispatches.length === 0) return [];
    const forget = this.announce(dispatches);
    try {
      return await this.sendChunks(dispatches);
    } finally {
      forget();
    }
  }

  private async sendChunks(dispatches: readonly Dispatch[]): Promise<Followup[]> {
    const untilMs = performance.now() + sendWithinMs;
    const reads = new BatchReads(this.context);
    const followups: Followup[] = [];
    for (let from = 0; from < dispatches.length; from += sendChunk) {
      const prepared: Prepared = { jobs: [], refused: [] };
      const preparing = this.prepare(dispatches.slice(from, from + sendChunk), reads, prepared);
      for (let isReady = false; !isReady;) {
        isReady = await settledWithin(preparing, aheadAfterMs);
        followups.push(...(await this.sendPrepared(prepared, untilMs)));
      }
    }
    return followups;
  }

  /** Takes out of `prepared` what is in it. */
  private async sendPrepared(prepared: Prepared, untilMs: number): Promise<Followup[]> {
    const [jobs, refused] = [prepared.jobs.splice(0), prepared.refused.splice(0)];
    await this.followQueues(jobs);
    const isLate = performance.now() > untilMs;
    await this.context.sender.sendTasks(isLate ? await this.unsent(jobs) : jobs);
    return refused.length === 0 ? [] : this.settleRefused(refused);
  }

  /**
   * Those that are late, without what another executor may have sent: as it would, we ask for a live fence, and of `once` for proof that no
   * queue ever had it. Dropping what is late would leave one with a slow input unsent for good.
   */
  private async unsent(jobs: readonly TaskJob[]): Promise<TaskJob[]> {
    const ours = await Promise.all(jobs.map(async (job) => this.isUnsent(job)));
    return jobs.filter((_, at) => ours[at]);
  }

  private async isUnsent({ queue, jobId }: TaskJob): Promise<boolean> {
    const attempt = parseAttemptId(jobId)!;
    const facts = await this.context.facts.ofAttempt(attempt);
    if (!facts?.isCurrent || facts.started) return false;
    const { keeper } = this.context.desks[shardOfDirective(attempt.directiveId)!]!;
    return facts.effect !== 'once' || keeper.wasNeverAdded(queue, jobId, facts.sinceMs);
  }

  /** The room they leave in their windows is given to the next in line. */
  private async settleRefused(refused: readonly Settlement[]): Promise<Followup[]> {
    const { followups, waiting } = await this.context.attempts.settle(refused);
    for (const [queue, shard] of waiting) {
      const { followup } = await this.context.attempts.releaseTasks(shard, queue, releaseLimit);
      followups.push(followup);
    }
    return followups;
  }

  /** Fills `prepared` as inputs come. An attempt whose input cannot be made fails with the reason. */
  private async prepare(dispatches: readonly Dispatch[], reads: BatchReads, prepared: Prepared): Promise<void> {
    const left = dispatches.values();
    const lane = async (): Promise<void> => {
      for (const dispatch of left) prepareOne(prepared, dispatch, await this.resolve(dispatch, reads));
    };
    await Promise.all(Array.from({ length: resolveAtOnce }, lane));
  }

  /** The input, or what becomes of the attempt instead; undefined when its fence is dead. */
  private async resolve(dispatch: Dispatch, reads: BatchReads): Promise<TaskInput | Settlement | undefined> {
    try {
      const input = await this.inputs.resolveInput(dispatch, reads);
      return 'failure' in input ? refusalOf(dispatch, input.failure) : input;
    } catch (error) {
      const failure = payloadFailure(error);
      if (!failure) throw error;
      // It never reached a worker, so even an action with effect `once` may be tried again.
      const { directiveId, taskIndex, attempt, nonce } = dispatch;
      return this.judge.judgeFailure({ directiveId, taskIndex, attempt, nonce }, { ...failure, started: false });
    }
  }

  /** An outcome on a stream that nobody reads would wait for the next look at the list: read it before the first job is there. */
  private async followQueues(jobs: readonly TaskJob[]): Promise<void> {
    for (const { shard, reader, keeper } of this.context.desks) {
      const suffix = `.${shard}`;
      const unknown = [...new Set(jobs.map((job) => job.queue))].filter(
        (queue) => queue.endsWith(suffix) && !reader.followed.includes(queue),
      );
      if (unknown.length === 0) continue;
      await keeper.assertSettings(unknown);
      await reader.follow(unknown);
    }
  }

  private async askForReview(directiveId: string): Promise<void> {
    const { tenant, traceparent } = await this.context.facts.origin(directiveId);
    this.context.logger.debug({ directiveId }, 'review asked for');
    await this.context.sender.sendRoom('review', { tenant, directiveId, traceparent });
  }
}

function isEmpty(step: Followup): boolean {
  return (
    step.dispatched.length === 0 &&
    step.expanding.length === 0 &&
    step.cascades === 0 &&
    step.reviewing.length === 0 &&
    step.permits === 0
  );
}

/** Files the attempt with those to be sent, or with what becomes of it instead. */
function prepareOne(prepared: Prepared, dispatch: Dispatch, input: TaskInput | Settlement | undefined): void {
  if (input === undefined) return;
  if ('verdict' in input) {
    prepared.refused.push(input);
    return;
  }
  const risk = failClosed(() => riskOf(dispatch, input.value));
  if (risk && 'failure' in risk) prepared.refused.push(refusalOf(dispatch, risk.failure));
  else if (risk) prepared.refused.push(questionOf(dispatch, risk));
  else prepared.jobs.push(buildTaskJob(dispatch, input));
}

/** Why a human is asked now that the input is known; undefined when nobody has to be. */
function riskOf({ spec, isApproved }: Dispatch, input: Json): AskedRisk | undefined {
  if (!spec.riskTerms || isApproved) return undefined;
  const { action, effect, riskTerms } = spec;
  return askedRisk({ action, effect, input, requested: riskTerms.requested === true }, riskTerms);
}

function questionOf(dispatch: Dispatch, risk: AskedRisk): Settlement {
  const { directiveId, taskIndex, attempt, nonce } = dispatch;
  return {
    attempt: { directiveId, taskIndex, attempt, nonce },
    verdict: 'approval',
    detail: { started: false, risk },
    outputText: '',
  };
}

function refusalOf(dispatch: Dispatch, failure: { code: string; message: string }): Settlement {
  const { directiveId, taskIndex, attempt, nonce } = dispatch;
  return {
    attempt: { directiveId, taskIndex, attempt, nonce },
    verdict: 'failed',
    detail: { started: false, ...failure, class: 'permanent', reason: 'the task was not sent' },
    outputText: '',
  };
}
