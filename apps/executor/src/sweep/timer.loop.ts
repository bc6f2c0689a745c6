import { CocError, parseTaskIndex } from '#libs/contracts';
import type { FanOutTask } from '#libs/state';
import type { ExecutorContext } from '../executor.context.js';
import type { DispatchService } from '../dispatch/dispatch.service.js';
import { noCounts, type SweepCounts } from './sweep-counts.js';
import { SweepProgress } from './sweep-progress.js';

const longestSleepMs = 500;
const shortestSleepMs = 10;
const firePage = 100;

/** Fires retries, starts directives whose time has come and ends those whose time is over, when Redis' clock says so; sleeps until the next one is due. */
export class TimerLoop {
  readonly name: string;
  readonly progress = new SweepProgress();
  /** By `performance.now()`: when the timers were last looked at without a failure. */
  lastRoundAt = performance.now();
  /** Until the next timer is due; null when there is none. */
  private nextMs: number | null = null;
  private stopped = false;
  private running: Promise<void> = Promise.resolve();
  private sleep = Promise.withResolvers<void>();
  private wakesAt = 0;
  /** When a timer is due that was filed since the last look. */
  private dueAt = Number.POSITIVE_INFINITY;

  constructor(
    private readonly context: ExecutorContext,
    private readonly dispatch: DispatchService,
    private readonly shard: number,
  ) {
    this.name = `timers of shard ${shard}`;
    context.bells.listen(shard, (inMs) => {
      this.dueAt = Math.min(this.dueAt, performance.now() + inMs);
      if (this.dueAt < this.wakesAt) this.sleep.resolve();
    });
  }

  start(): void {
    this.running = this.run();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.sleep.resolve();
    await this.running;
  }

  /** Fires a page of what is due. */
  async runOnce(): Promise<SweepCounts> {
    const timers = await this.context.attempts.fireTimers(this.shard, firePage);
    this.nextMs = timers.nextMs;
    await this.dispatch.carry([timers]);
    for (const directiveId of timers.expired) await this.expire(directiveId);
    for (const task of timers.unanswered) await this.denyUnanswered(task);
    for (const directiveId of timers.starting) await this.begin(directiveId);
    const fired = timers.expired.length + timers.starting.length + timers.unanswered.length + timers.dispatched.length;
    const counts = { ...noCounts(), found: fired, repaired: fired };
    this.progress.note(this.shard, counts);
    this.lastRoundAt = performance.now();
    return counts;
  }

  /** No answer in time is a no. An answer that came first stands. */
  private async denyUnanswered({ directiveId, index }: FanOutTask): Promise<void> {
    const since = await this.context.facts.heldSince(directiveId, index);
    if (since === undefined) return;
    const place = { directiveId, taskIndex: parseTaskIndex(index), sinceMs: since };
    const comment = 'nobody answered in time';
    await this.context.holds
      .decide(place, { decision: 'deny', by: 'executor', comment, isExpired: true })
      .catch((error: unknown) => {
        if (!(error instanceof CocError && error.code === 'HOLD_ENDED')) throw error;
      });
    await this.dispatch.advanceCascades(this.shard);
  }

  /** While Redis has no room for more it waits on; what was released and not told to its room stands in the outbox. */
  private async begin(directiveId: string): Promise<void> {
    if (this.context.memory.isFull(this.shard)) return;
    const room = await this.context.directives.release(directiveId);
    if (!room) return;
    const { tenant, traceparent } = await this.context.facts.origin(directiveId);
    await this.context.sender.sendRoom(room, { tenant, directiveId, traceparent });
  }

  private async expire(directiveId: string): Promise<void> {
    let more = await this.context.directives.expire(directiveId);
    while (more) more = await this.context.directives.closeChunk(directiveId);
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      this.nextMs = null;
      await this.runOnce().catch((error: unknown) => {
        if (!this.stopped && !this.context.memory.heed(this.shard, error))
          this.context.logger.error({ err: error, shard: this.shard }, 'firing timers failed; it is tried again');
      });
      this.progress.endRound();
      await this.rest(Math.min(longestSleepMs, this.nextMs ?? longestSleepMs));
    }
  }

  private async rest(ms: number): Promise<void> {
    this.sleep = Promise.withResolvers();
    const nowMs = performance.now();
    this.wakesAt = Math.max(nowMs + shortestSleepMs, Math.min(nowMs + ms, this.dueAt));
    this.dueAt = Number.POSITIVE_INFINITY;
    const timer = setTimeout(this.sleep.resolve, this.wakesAt - nowMs);
    if (this.stopped) this.sleep.resolve();
    await this.sleep.promise;
    clearTimeout(timer);
  }
}
