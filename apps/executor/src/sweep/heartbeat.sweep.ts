import type { ExecutorContext } from '../executor.context.js';
import type { OutcomeLoop } from '../settle/outcome.loop.js';
import type { Sweep } from './sweep.js';
import type { SweepRound } from './sweep-round.js';

/** A round is at most 2 s of silence and a batch. */
const staleAfterMs = 6_000;

/**
 * Says that this executor finishes its rounds on a shard. It needs memory of Redis, so it is also how a full one is noticed, and how it is
 * noticed that there is room again: those that only sweep write, too.
 */
export class HeartbeatSweep implements Sweep {
  readonly name = 'heartbeat';

  constructor(
    private readonly context: ExecutorContext,
    private readonly loops: readonly OutcomeLoop[],
  ) {}

  async sweep({ shard }: SweepRound): Promise<void> {
    const { beats, memory, instance, env } = this.context;
    const isAtWork = env.executor.role === 'all';
    if (isAtWork && Date.now() - this.loops[shard]!.lastRoundAt > staleAfterMs)
      throw new Error('outcomes are not read; no heartbeat');
    try {
      await (isAtWork ? beats.beat(shard, instance) : beats.probe(shard, instance));
      memory.wasWritten(shard);
    } catch (error) {
      memory.heed(shard, error);
      throw error;
    }
  }
}
