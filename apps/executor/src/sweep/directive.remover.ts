import { finishRemoval, type DirectiveFiles, type RetentionStore } from '#libs/state';
import type { SweepRound } from './sweep-round.js';

export type { DirectiveFiles };

const atOnce = 20;

/** Takes directives out of Redis and of wherever else they left something, step by step; each step may be done again after a crash. */
export class DirectiveRemover {
  constructor(
    private readonly store: Pick<RetentionStore, 'retire' | 'forget' | 'putOff'>,
    private readonly files: DirectiveFiles | undefined,
  ) {}

  /** Answers how many are gone. One that is not over, or not for long enough, stays as it is. */
  async remove(round: SweepRound, tenant: string, ids: readonly string[], restedByMs: number): Promise<number> {
    let gone = 0;
    for (let from = 0; from < ids.length; from += atOnce) {
      const some = ids.slice(from, from + atOnce);
      const steps = await this.store.retire(some, tenant, restedByMs, this.files ? '' : 'alone');
      const ends = await Promise.all(
        some.map(async (id, at) =>
          round.attempt({ directiveId: id }, async () => finishRemoval(this.store, this.files, id, steps[at])),
        ),
      );
      const failed = some.filter((_, at) => ends[at] === undefined);
      await this.store.putOff(round.shard, failed);
      const removed = ends.filter((end) => end === 'removed').length;
      round.note({ repaired: removed, found: -ends.filter((end) => end === 'kept' || end === 'unknown').length });
      gone += ends.filter((end) => end === 'removed' || end === 'unknown').length;
    }
    return gone;
  }
}
