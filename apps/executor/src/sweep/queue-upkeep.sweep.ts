import { formatTaskIndex, parseAttemptId } from '#libs/contracts';
import type { ExecutorContext } from '../executor.context.js';
import type { OutcomeLoop } from '../settle/outcome.loop.js';
import type { DispatchService } from '../dispatch/dispatch.service.js';
import type { Sweep } from './sweep.js';

/** Keeps stalled movers off and event streams whole; without it another client could re-run a task or trim an unread outcome. */
export class QueueSettingsSweep implements Sweep {
  readonly name = 'queue-settings';
  readonly everyMs = 1_000;

  constructor(private readonly context: ExecutorContext) {}

  async runOnce(shard: number): Promise<number> {
    const { keeper, reader } = this.context.desks[shard]!;
    if (reader.followed.length > 0) await keeper.assertSettings(reader.followed);
    return 0;
  }
}

/** Ready tasks that stand still beside an open window, and reports that a dead or stopped executor left unacknowledged. */
export class ForgottenWorkSweep implements Sweep {
  readonly name = 'forgotten-work';
  readonly everyMs = 2_000;
  /** Ready tasks at the last look, by queue. A long line that moves has room for a moment at nearly every look: nobody forgot it. */
  private readonly lines = new Map<string, number>();

  constructor(
    private readonly context: ExecutorContext,
    private readonly dispatch: DispatchService,
    private readonly loops: readonly OutcomeLoop[],
  ) {}

  async runOnce(shard: number): Promise<number> {
    let repaired = await this.loops[shard]!.takeOver();
    if (this.context.memory.isFull) return repaired;
    for (const queue of this.context.desks[shard]!.reader.followed) {
      const line = await this.context.agenda.readyCount(shard, queue);
      if (line > 0 && line === this.lines.get(queue)) repaired += await this.dispatch.release(shard, queue);
      this.lines.set(queue, line);
    }
    return repaired;
  }
}

/** Removes settled jobs some time after they finished (COC_JOB_KEEP_MS), keeps their log lines, and trims event streams below the oldest unsettled entry. */
export class FinishedJobSweep implements Sweep {
  readonly name = 'finished-job';
  readonly everyMs = 5_000;

  constructor(private readonly context: ExecutorContext) {}

  async runOnce(shard: number): Promise<number> {
    const { keeper, reader } = this.context.desks[shard]!;
    const beforeMs = (await this.context.agenda.nowMs()) - this.context.env.executor.jobKeepMs;
    for (const queue of reader.followed) {
      const areSettled = async (jobIds: string[]): Promise<boolean[]> => this.areSettled(shard, queue, jobIds);
      await keeper.sweepFinished(queue, beforeMs, areSettled, (jobId) => this.logsKeyOf(jobId));
      await keeper.trimEvents(queue);
    }
    return 0;
  }

  /** A stranger's job stays where it is: it was set aside, not settled. */
  private async areSettled(shard: number, queue: string, jobIds: readonly string[]): Promise<boolean[]> {
    const settled = await this.context.agenda.areSettled(shard, queue, jobIds);
    return settled.map((isSettled, at) => isSettled && parseAttemptId(jobIds[at]!) !== undefined);
  }

  private logsKeyOf(jobId: string): string | null {
    const attempt = parseAttemptId(jobId);
    return attempt
      ? this.context.keys.logs(attempt.directiveId, `${formatTaskIndex(attempt.taskIndex)}.${attempt.attempt}`)
      : null;
  }
}
