import type { ExecutorContext } from '../executor.context.js';
import type { Sweep } from './sweep.js';
import type { SweepRound } from './sweep-round.js';

/** A recorder is at most a second or two behind; one this far behind is down or cannot write. */
const lateAfterMs = 30_000;
const warnEveryMs = 60_000;
/** A worker that has not heard for so long that it is to stop lost its job long ago. */
const orderKeptMs = 3_600_000;

/** Trims the shard's event stream by age, never past what the recorder has not got yet: while that is down the stream grows. */
export class ShardEventsSweep implements Sweep {
  readonly name = 'shard-events';
  private warnedAt = -Infinity;

  constructor(private readonly context: ExecutorContext) {}

  async sweep(round: SweepRound): Promise<void> {
    const { shard } = round;
    const { marks, env, logger, agenda } = this.context;
    const { trimmed, waitsSinceMs, recordedKey } = await marks.trim(shard, env.executor.eventRetentionMs);
    const isLate = waitsSinceMs !== null && waitsSinceMs > lateAfterMs;
    if (isLate && performance.now() - this.warnedAt >= warnEveryMs) {
      this.warnedAt = performance.now();
      logger.warn(
        { shard, lagMs: waitsSinceMs, recordedKey },
        'no recorder keeps up, so the event stream grows; start the recorder, or delete the key if none shall run any more',
      );
    }
    await agenda.trimControl(shard, orderKeptMs);
    round.note({ found: trimmed, repaired: trimmed });
  }
}
