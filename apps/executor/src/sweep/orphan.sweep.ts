import type { ExecutorContext } from '../executor.context.js';
import type { Sweep } from './sweep.js';
import type { SweepRound } from './sweep-round.js';

/** Ends the children of directives that failed, timed out, or were cancelled, stopped or orphaned, as each child said that it is to end. */
export class OrphanSweep implements Sweep {
  readonly name = 'orphan';

  constructor(private readonly context: ExecutorContext) {}

  async sweep(round: SweepRound): Promise<void> {
    const parents = await this.context.families.orphaning(round.shard, round.page);
    await round.repairEach(parents, async (parent) => {
      for (const child of await this.context.families.orphan(parent))
        while (await this.context.directives.closeChunk(child));
      return true;
    });
  }
}
