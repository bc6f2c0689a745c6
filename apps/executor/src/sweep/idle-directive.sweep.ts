import type { ExecutorContext } from '../executor.context.js';
import type { DispatchService } from '../dispatch/dispatch.service.js';
import { OpenWalk } from './open-walk.js';
import type { Sweep } from './sweep.js';
import type { SweepRound } from './sweep-round.js';

/** What happens to a directive is followed by what comes next within milliseconds; what the other sweeps repair, within seconds. */
const quietMs = 30_000;

/**
 * Directives that are not over and of which something waits that nothing will move. Two scripts never leave one, so what is found is a
 * defect of ours, or another hand was in Redis: each is an error in the log.
 */
export class IdleDirectiveSweep implements Sweep {
  readonly name = 'idle-directive';
  private readonly walk: OpenWalk;

  constructor(
    private readonly context: ExecutorContext,
    private readonly dispatch: DispatchService,
  ) {
    this.walk = new OpenWalk(context.mending);
  }

  async sweep(round: SweepRound): Promise<void> {
    await this.walk.each(round, async (directiveId) => this.mend(round, directiveId));
    if (round.counts.repaired > 0) await this.dispatch.advanceCascades(round.shard);
  }

  /** Answers how many calls it took. */
  private async mend(round: SweepRound, directiveId: string): Promise<number> {
    let calls = 0;
    for (let from: number | null = 0; from !== null; calls += 1) {
      const { mended, next } = await this.context.mending.mend(directiveId, quietMs, from);
      round.noteRepaired(mended.length);
      if (mended.length > 0)
        this.context.logger.error(
          { directiveId, mended },
          'a directive waited for nothing; what it needs is filed again',
        );
      from = next;
    }
    return calls;
  }
}
