import { formatTaskIndex, parseAttemptId } from '#libs/contracts';
import type { ExecutorContext } from '../executor.context.js';
import type { OutcomeLoop } from '../settle/outcome.loop.js';
import type { DispatchService } from '../dispatch/dispatch.service.js';
import type { FinishedJob } from '#libs/queues';
import type { JobLog } from '#libs/state';
import type { Sweep } from './sweep.js';
import type { SweepRound } from './sweep-round.js';

/** Keeps stalled movers off and event streams whole; without it another client could re-run a task or trim an unread outcome. */
export class QueueSettingsSweep implements Sweep {
  readonly name = 'queue-settings';

  constructor(private readonly context: ExecutorContext) {}

  async sweep({ shard }: SweepRound): Promise<void> {
    const { keeper, reader } = this.context.desks[shard]!;
    if (reader.followed.length > 0) await keeper.assertSettings(reader.followed);
  }
}

/** Ready tasks that stand still beside an open window, and reports that a dead or stopped executor left unacknowledged. */
export class ForgottenWorkSweep implements Sweep {
  readonly name = 'forgotten-work';
  /** Ready tasks at the last look, by queue. A long line that moves has room for a moment at nearly every look: nobody forgot it. */
  private readonly lines = new Map<string, number>();

  constructor(
    private readonly context: ExecutorContext,
    private readonly dispatch: DispatchService,
    private readonly loops: readonly OutcomeLoop[],
  ) {}

  async sweep(round: SweepRound): Promise<void> {
    const { shard } = round;
    const reports = await this.loops[shard]!.takeOver(round.page);
    round.note({ found: reports, repaired: reports });
    if (this.context.memory.isFull(shard)) return;
    for (const queue of this.context.desks[shard]!.reader.followed) {
      const line = await this.context.agenda.readyCount(shard, queue);
      const released = line > 0 && line === this.lines.get(queue) ? await this.dispatch.release(shard, queue) : 0;
      round.note({ looked: 1, found: released, repaired: released });
      this.lines.set(queue, line);
    }
  }
}

/** Removes settled jobs some time after they finished (COC_JOB_KEEP_MS), keeps their log lines, and trims event streams below the oldest unsettled entry. */
export class FinishedJobSweep implements Sweep {
  readonly name = 'finished-job';

  constructor(private readonly context: ExecutorContext) {}

  async sweep(round: SweepRound): Promise<void> {
    const { shard } = round;
    const { keeper, reader } = this.context.desks[shard]!;
    await reader.follow(await this.context.agenda.queues(shard));
    const beforeMs = (await this.context.agenda.nowMs()) - this.context.env.executor.jobKeepMs;
    for (const queue of reader.followed) {
      const swept = await keeper.sweepFinished(queue, beforeMs, {
        areSettled: async (jobIds) => this.areSettled(shard, queue, jobIds),
        prepare: async (jobs) => this.prepare(shard, queue, jobs),
      });
      await keeper.trimEvents(queue);
      round.note({ found: swept, repaired: swept });
    }
    await keeper.trimRooms(shard);
  }

  private async prepare(shard: number, queue: string, jobs: readonly FinishedJob[]): Promise<void> {
    await this.context.retention.keepLogs(shard, jobs.flatMap(logOf));
    const jobIds = jobs.map(({ jobId }) => jobId);
    await this.context.agenda.strikeDiscards(shard, queue, jobIds);
  }

  /** A stranger's job stays where it is: it was set aside, not settled. */
  private async areSettled(shard: number, queue: string, jobIds: readonly string[]): Promise<boolean[]> {
    const settled = await this.context.agenda.areSettled(shard, queue, jobIds);
    return settled.map((isSettled, at) => isSettled && parseAttemptId(jobIds[at]!) !== undefined);
  }
}

function logOf({ jobId, logsKey }: FinishedJob): JobLog[] {
  const attempt = parseAttemptId(jobId);
  if (!attempt) return [];
  const attemptKey = `${formatTaskIndex(attempt.taskIndex)}.${attempt.attempt}`;
  return [{ key: logsKey, directiveId: attempt.directiveId, attemptKey }];
}
