import type { ExecutorContext } from '../executor.context.js';
import { RepairAllowance } from './repair-allowance.js';
import type { Sweep } from './sweep.js';
import type { SweepCounts } from './sweep-counts.js';
import { SweepProgress } from './sweep-progress.js';
import { SweepRound } from './sweep-round.js';
import { sweepSettings, type SweepSetting } from './sweep.settings.js';

const lookWithinMs = 5_000;

/** Runs one sweep over all shards again and again. */
export class SweepLoop {
  readonly name: string;
  readonly settings: SweepSetting;
  readonly progress = new SweepProgress();
  /** By `performance.now()`: when all shards were last swept without a failure. */
  lastRoundAt = performance.now();
  private stopped = false;
  private running: Promise<void> = Promise.resolve();
  private timer: NodeJS.Timeout | undefined;
  /** Shards whose look has not ended. */
  private readonly busy = new Set<number>();
  private readonly allowances = new Map<number, RepairAllowance>();

  constructor(
    private readonly context: Pick<ExecutorContext, 'logger' | 'desks' | 'memory'>,
    private readonly sweep: Sweep,
  ) {
    this.name = sweep.name;
    this.settings = sweepSettings[sweep.name];
  }

  start(): void {
    this.schedule();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.running;
  }

  /** One look at a page of the shard. Throws when the shard could not be looked at. */
  async runOnce(shard: number): Promise<SweepCounts> {
    const { logger } = this.context;
    const round = new SweepRound(shard, this.settings.page, this.allowanceOf(shard), logger);
    try {
      await this.sweep.sweep(round);
    } finally {
      this.progress.note(shard, round.counts);
    }
    const { repaired, postponed } = round.counts;
    if (this.settings.isRepair && repaired + postponed > 0)
      logger.warn({ sweep: this.name, shard, repaired, postponed }, 'a sweeper repaired something');
    return round.counts;
  }

  private allowanceOf(shard: number): RepairAllowance {
    const known = this.allowances.get(shard) ?? new RepairAllowance(this.settings.repairsPerS);
    this.allowances.set(shard, known);
    return known;
  }

  private schedule(): void {
    if (this.stopped) return;
    this.timer = setTimeout(
      () => {
        this.running = this.runAll().finally(() => this.schedule());
      },
      this.settings.everyMs * (0.75 + Math.random() / 2),
    );
  }

  /** All shards side by side: one whose master is away must not hold up the others, and is left out until its look has ended. */
  private async runAll(): Promise<void> {
    const free = this.context.desks.filter(({ shard }) => !this.busy.has(shard));
    const { promise: isLate, resolve } = Promise.withResolvers<boolean[]>();
    const timer = setTimeout(() => resolve([false]), lookWithinMs);
    const ends = await Promise.race([Promise.all(free.map(async ({ shard }) => this.lookAt(shard))), isLate]);
    clearTimeout(timer);
    if (free.length === this.context.desks.length && ends.every(Boolean)) this.lastRoundAt = performance.now();
    this.progress.endRound();
  }

  /** False when it failed, which is told. */
  private async lookAt(shard: number): Promise<boolean> {
    this.busy.add(shard);
    try {
      await this.runOnce(shard);
      return true;
    } catch (error) {
      if (!this.stopped && !this.context.memory.heed(shard, error))
        this.context.logger.error({ err: error, sweep: this.name, shard }, 'a sweep failed; it is tried again');
      return false;
    } finally {
      this.busy.delete(shard);
    }
  }
}
