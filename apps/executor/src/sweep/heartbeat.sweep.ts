import type { ExecutorContext } from '../executor.context.js';
import type { OutcomeLoop } from '../settle/outcome.loop.js';
import type { Sweep } from './sweep.js';
import type { SweepRound } from './sweep-round.js';

/** A round is at most 2 s of silence and a batch. */
const staleAfterMs = 6_000;

/** Says that this executor finishes its rounds on a shard. It needs memory of Redis, so it is also how a full one is noticed. */
export class HeartbeatSweep implements Sweep {
  readonly name = 'heartbeat';

  constructor(
    private readonly context: ExecutorContext,
    private readonly loops: readonly OutcomeLoop[],
  ) {}

  async sweep({ shard }: SweepRound): Promise<void> {
    const { beats, memory, instance } = this.context;
    if (Date.now() - this.loops[shard]!.lastRoundAt > staleAfterMs)
      throw new Error('outcomes are not read; no heartbeat');
    try {
      await beats.beat(shard, instance);
      memory.wasWritten();
    } catch (error) {
      memory.heed(error);
      throw error;
    }
  }
}
