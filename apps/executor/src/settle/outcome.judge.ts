import { actionOfQueue, microUsdFromUsd, parseAttemptId, type AttemptId, type Usage } from '#libs/contracts';
import {
  classifyOutput,
  decideSettlement,
  fallbackOfAttempt,
  parseFailedReason,
  parseReturnValue,
  type AttemptFailure,
  type ClassifiedReturn,
  type SettlementVerdict,
} from '#libs/policy';
import type { QueueReport } from '#libs/queues';
import {
  encodeClaim,
  isLarge,
  isStoreUnavailable,
  type AttemptFacts,
  type Settlement,
  type SettlementDetail,
} from '#libs/state';
import type { ActionDirectory } from '../dispatch/action-directory.js';
import { payloadFailure } from '../dispatch/payload-failure.js';
import type { ExecutorContext } from '../executor.context.js';

/** An outcome that is no success: what went wrong, and who says so. */
export interface Failure extends AttemptFailure {
  usage?: Usage;
  /** The executor decided without the worker: its job must go. */
  revoke?: boolean;
  started: boolean;
  /** The worker says that it had not begun the action, though it had taken the job. */
  neverBegun?: boolean;
}

/** `sha256` when it lies in the store already. */
type StoredReturn = Extract<ClassifiedReturn, { outputText: string }> & { sha256?: string };
type FetchedReturn = StoredReturn | Extract<ClassifiedReturn, { failure: object }>;
type LostPayload = Extract<ClassifiedReturn, { failure: object }>;

/** BullMQ's own words when a foreign worker's stalled mover gave up on a job: the worker was lost, it did not fail. */
const stalledReason = 'job stalled more than allowable limit';

/** Turns what a queue reports into a settlement: parse, check the shape, and for a failure decide whether it is tried again. */
export class OutcomeJudge {
  constructor(
    private readonly context: ExecutorContext,
    private readonly actions: ActionDirectory,
  ) {}

  /**
   * undefined when the fence of the attempt is dead: nothing is to be settled. Throws when a large output cannot be stored or fetched now: it is
   * not to be acknowledged then.
   */
  async judge(
    report: Pick<QueueReport, 'queue' | 'jobId' | 'event' | 'returnValue' | 'failedReason'>,
    version?: string,
  ): Promise<Settlement | undefined> {
    const attempt = parseAttemptId(report.jobId)!;
    if (report.event === 'failed') return this.judgeFailure(attempt, failureOf(report.failedReason ?? ''));
    return this.judgeReturn(attempt, report.queue, report.returnValue, version);
  }

  async judgeFailure(attempt: AttemptId, failure: Failure): Promise<Settlement | undefined> {
    const facts = await this.context.facts.ofAttempt(attempt);
    if (!facts?.isCurrent) return undefined;
    const started = !failure.neverBegun && (facts.started || failure.started);
    const nowMs = await this.context.agenda.nowMs();
    const settled = { ...facts, attempt: attempt.attempt, started };
    const verdict = decideSettlement(settled, failure, nowMs, facts.ttlAtMs, Math.random());
    const fallback = fallbackOfAttempt(facts.spec.models, attempt.attempt + 1);
    return settlementOf(attempt, verdict, { ...failure, started }, fallback);
  }

  private async judgeReturn(
    attempt: AttemptId,
    queue: string,
    returnValue: string | undefined,
    version?: string,
  ): Promise<Settlement | undefined> {
    const parsed = await this.fetchOutput(attempt, parseReturnValue(returnValue, attempt.nonce));
    if ('failure' in parsed) return this.judgeFailure(attempt, { ...parsed.failure, started: true });
    const { output, usage, artifacts } = parsed.report;
    const name = actionOfQueue(queue)!;
    const action = await (version === undefined ? this.actions.seenLast(name) : this.actions.pinned(name, version));
    if (!action)
      return version === undefined
        ? this.judgePinned(attempt, queue, returnValue)
        : this.judgeFailure(attempt, actionGone(name, usage));
    const fault = this.context.validator.validate(action.output, output)[0];
    if (fault && version === undefined) return this.judgePinned(attempt, queue, returnValue);
    if (fault) return this.judgeFailure(attempt, outputInvalid(name, fault.pointer, fault.detail, usage));
    const outputText = await this.shelve(attempt, parsed);
    if (typeof outputText !== 'string') return this.judgeFailure(attempt, { ...outputText.failure, started: true });
    const detail: SettlementDetail = { started: true, ...chargeOf(usage), version: action.version };
    return {
      attempt,
      verdict: 'succeeded',
      detail: artifacts ? { ...detail, artifacts } : detail,
      outputText,
    };
  }

  /** An output that the worker left in the store is checked as any other. */
  private async fetchOutput({ directiveId }: AttemptId, parsed: ClassifiedReturn): Promise<FetchedReturn> {
    if (!('claim' in parsed)) return parsed;
    const { claim, report } = parsed;
    try {
      return { ...classifyOutput(await this.context.payloads.load(directiveId, claim), report), sha256: claim.sha256 };
    } catch (error) {
      return lostPayload(error, report.usage);
    }
  }

  /** What stands in the record: the output, or a claim to it once it is safe in the store. */
  private async shelve({ directiveId }: AttemptId, { sha256, ...parsed }: StoredReturn): Promise<string | LostPayload> {
    const { outputText, report } = parsed;
    if (!isLarge(outputText)) return outputText;
    if (sha256 !== undefined) return encodeClaim({ sha256, bytes: Buffer.byteLength(outputText) });
    try {
      return await this.context.payloads.shelve(directiveId, outputText);
    } catch (error) {
      return lostPayload(error, report.usage);
    }
  }

  /** A fault against the version seen last may be none against the version the plan pinned. */
  private async judgePinned(
    attempt: AttemptId,
    queue: string,
    returnValue: string | undefined,
  ): Promise<Settlement | undefined> {
    const facts: AttemptFacts | undefined = await this.context.facts.ofAttempt(attempt);
    return facts && this.judgeReturn(attempt, queue, returnValue, facts.spec.actionVersion);
  }
}

function failureOf(failedReason: string): Failure {
  if (failedReason.startsWith(stalledReason)) {
    return {
      class: 'lost',
      code: 'WORKER_LOST',
      message: 'the worker lost its lock on the job',
      started: true,
    };
  }
  const { started, ...failure } = parseFailedReason(failedReason);
  return { ...failure, started: true, ...(started === false && { neverBegun: true }) };
}

/** Rethrows what may pass: the outcome is then read again. */
function lostPayload(error: unknown, usage: Usage | undefined): LostPayload {
  const failure = payloadFailure(error);
  if (!failure || isStoreUnavailable(error)) throw error;
  // The worker may have another disk than we have: the next one may do better.
  return { failure: { ...failure, class: 'transient', ...(usage && { usage }) } };
}

function actionGone(action: string, usage: Usage | undefined): Failure {
  const message = `${action} is no longer in the catalog, so nothing can be said about its output`;
  return { class: 'permanent', code: 'ACTION_UNKNOWN', message, started: true, ...(usage ? { usage } : {}) };
}

function outputInvalid(action: string, pointer: string, detail: string, usage: Usage | undefined): Failure {
  const message = `the output does not match ${action}: ${pointer === '' ? '/' : pointer} ${detail}`;
  return {
    class: 'permanent',
    code: 'OUTPUT_INVALID',
    message,
    started: true,
    ...(usage ? { usage } : {}),
  };
}

function chargeOf(usage: Usage | undefined): Pick<SettlementDetail, 'costMicroUsd' | 'tokens'> {
  return {
    ...(usage?.costUsd === undefined ? {} : { costMicroUsd: microUsdFromUsd(usage.costUsd) }),
    ...(usage?.tokens === undefined ? {} : { tokens: usage.tokens }),
  };
}

/** `fallback`: the model of the next attempt, when it is not the task's first. */
function settlementOf(
  attempt: AttemptId,
  verdict: SettlementVerdict,
  failure: Failure,
  fallback: string | undefined,
): Settlement {
  const detail: SettlementDetail = {
    started: failure.started,
    ...chargeOf(failure.usage),
    code: failure.code,
    message: failure.message,
    class: failure.class,
    reason: verdict.reason,
    ...(failure.revoke ? { revoke: true } : {}),
  };
  const again = fallback === undefined ? detail : { ...detail, fallback };
  if (verdict.verdict === 'retry')
    return { attempt, verdict: 'retry', detail: { ...again, retryAtMs: verdict.atMs }, outputText: '' };
  if (verdict.verdict === 'hold') return { attempt, verdict: 'hold', detail: again, outputText: '' };
  return { attempt, verdict: verdict.state === 'expired' ? 'expired' : 'failed', detail, outputText: '' };
}
