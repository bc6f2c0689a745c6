import type { Json, ReportedOutput, TaskMessage } from '#libs/contracts';
import type { ArtifactStore, AttemptFence } from '#libs/state';
import type { Logger } from '#libs/telemetry';
import { UnrecoverableError, type Job } from 'bullmq';
import { ActionContext } from './action-context.js';
import { actionErrorOf, reportFailure } from './action-error.js';
import type { DeclaredAction } from './action.decorator.js';
import { claimOutput, fetchInput } from './attempt.payloads.js';
import { limitTime, parseGrant, parseInput, parseOutput, type Grant } from './attempt.checks.js';
import { JobReporter } from './job.reporter.js';
import type { OnceStart } from './once.start.js';
import type { RunningAttempt, RunningAttempts } from './running-attempts.js';
import { SpendMeter } from './spend-meter.js';
import { TaskArtifacts } from './task-artifacts.js';

/** Calls the action through Nest's guards, interceptors and filters. */
export type CallHandler = (input: unknown, context: ActionContext) => Promise<unknown>;

interface Tools {
  attempt: RunningAttempt;
  reporter: JobReporter;
  meter: SpendMeter;
  artifacts: TaskArtifacts;
}

/** Runs one attempt of one action as a list of checks around the handler. Idempotent by nothing: the fence decides. */
export class AttemptRunner {
  constructor(
    private readonly running: RunningAttempts,
    private readonly fence: AttemptFence,
    private readonly onceStart: OnceStart,
    private readonly artifacts: ArtifactStore,
    private readonly logger: Logger,
  ) {}

  /** Resolves with the outcome; rejects with UnrecoverableError whose message is a ReportedFailure in JSON. */
  async run(action: DeclaredAction, call: CallHandler, job: Job, cancelSignal?: AbortSignal): Promise<ReportedOutput> {
    let tools: Tools | undefined;
    try {
      const grant = parseGrant(job, action);
      tools = this.openTools(job, grant.message, cancelSignal);
      return await this.perform(action, call, job, grant, tools);
    } catch (thrown) {
      throw this.refusalOf(job, thrown, tools);
    } finally {
      this.running.end(job.id ?? '');
      await tools?.reporter.close();
    }
  }

  private openTools(job: Job, message: TaskMessage, cancelSignal: AbortSignal | undefined): Tools {
    const attempt = this.running.start(job.id!);
    cancelSignal?.addEventListener('abort', () => this.running.cancel(job.id!, String(cancelSignal.reason)), {
      once: true,
    });
    return {
      attempt,
      reporter: new JobReporter(job, (error) => this.logger.warn({ jobId: job.id, err: error }, 'report not sent')),
      meter: new SpendMeter(message.__assignment.budget),
      artifacts: new TaskArtifacts(this.artifacts, message),
    };
  }

  private async perform(
    action: DeclaredAction,
    call: CallHandler,
    job: Job,
    grant: Grant,
    tools: Tools,
  ): Promise<ReportedOutput> {
    const { attempt, reporter, meter, artifacts } = tools;
    const askLeftMs = async (): Promise<number | undefined> => this.fence.leftMs(grant.id, job.queueName);
    await attempt.race(limitTime(job, grant.message, attempt, askLeftMs));
    // Only an effect that cannot be repeated is worth the round trips.
    if ((action.options.effect ?? 'once') === 'once')
      await attempt.race(this.onceStart.claim(job.queueName, grant.id, attempt.signal));
    const message = await attempt.race(fetchInput(this.artifacts, grant.message));
    const input = parseInput(action, message.input);
    attempt.signal.throwIfAborted();
    const context = new ActionContext(message, attempt.signal, artifacts, reporter, meter, attempt);
    const output = parseOutput(action, await attempt.race(call(input, context)));
    const usage = meter.usage();
    const entries = artifacts.list();
    return {
      ...(await this.handOver(message, output)),
      ...(usage === undefined ? {} : { usage }),
      ...(entries.length === 0 ? {} : { artifacts: entries }),
    };
  }

  /** What was done is not lost because the store is away: then the output travels with the report, and the executor stores it. */
  private async handOver(
    message: TaskMessage,
    { output, text }: { output: Json; text: string },
  ): Promise<Pick<ReportedOutput, 'output' | 'outputClaim'>> {
    try {
      const outputClaim = await claimOutput(this.artifacts, message, text);
      return outputClaim ? { output: null, outputClaim } : { output };
    } catch (error) {
      this.logger.warn({ directiveId: message.directiveId, err: error }, 'a large output is reported by value');
      return { output };
    }
  }

  private refusalOf(job: Job, thrown: unknown, tools: Tools | undefined): UnrecoverableError {
    // An action that heard its signal throws words of its own; the reason of the abort is what happened.
    const signal = tools?.attempt.signal;
    const error = actionErrorOf(signal?.aborted ? signal.reason : thrown);
    this.logger.info({ jobId: job.id, action: job.name, code: error.code, class: error.class }, error.message);
    const refusal = new UnrecoverableError(JSON.stringify(reportFailure(error, tools?.meter.usage())));
    refusal.stack = (error.cause instanceof Error ? error.cause.stack : undefined) ?? error.stack ?? error.message;
    return refusal;
  }
}
