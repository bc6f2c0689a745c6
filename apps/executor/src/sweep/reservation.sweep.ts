import type { ExecutorContext } from '../executor.context.js';
import type { DispatchService } from '../dispatch/dispatch.service.js';
import { OpenWalk } from './open-walk.js';
import type { Sweep } from './sweep.js';
import type { SweepRound } from './sweep-round.js';

/**
 * Reservations without a live attempt: what a directive counts as reserved is compared with what its attempts reserved. The scripts keep
 * the two equal, so a difference is an error in the log, and an event of the directive.
 */
export class ReservationSweep implements Sweep {
  readonly name = 'reservation';
  private readonly walk: OpenWalk;

  constructor(
    private readonly context: ExecutorContext,
    private readonly dispatch: DispatchService,
  ) {
    this.walk = new OpenWalk(context.mending);
  }

  async sweep(round: SweepRound): Promise<void> {
    await this.walk.each(round, async (directiveId) => this.compare(round, directiveId));
    if (round.counts.repaired > 0) await this.dispatch.advanceCascades(round.shard);
  }

  /** Answers how many calls it took. */
  private async compare(round: SweepRound, directiveId: string): Promise<number> {
    let calls = 1;
    let step = await this.context.mending.correctReservation(directiveId);
    for (; step.result === 'more'; calls += 1)
      step = await this.context.mending.correctReservation(directiveId, step.sum);
    if (step.result === 'corrected') {
      const { microUsd, tokens } = step;
      round.noteRepaired(1);
      this.context.logger.error({ directiveId, microUsd, tokens }, 'reserved was not what live attempts reserved');
    }
    return calls;
  }
}
