import { limits } from '#libs/contracts';
import type { ExecutorContext } from '../executor.context.js';
import type { Sweep } from './sweep.js';
import type { SweepRound } from './sweep-round.js';

/** Ends the children of directives that failed, timed out, or were cancelled, stopped or orphaned, as each child said that it is to end. */
export class OrphanSweep implements Sweep {
  readonly name = 'orphan';

  constructor(private readonly context: ExecutorContext) {}

  /** A child that ends is a parent that ended: its own children are found by the next look. */
  async sweep(round: SweepRound): Promise<void> {
    for (let depth = 0; depth < limits.maxChildDepth; depth += 1) {
      const parents = await this.context.families.orphaning(round.shard, round.page);
      if (parents.length === 0) return;
      await round.repairEach(parents, async (parent) => this.endChildren(parent));
    }
  }

  /** One that is cut short here is listed as closing. */
  private async endChildren(parent: string): Promise<true> {
    for (const child of await this.context.families.orphan(parent))
      while (await this.context.directives.closeChunk(child));
    return true;
  }
}
