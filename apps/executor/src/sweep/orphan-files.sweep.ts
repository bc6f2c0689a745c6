import type { ArtifactStore } from '#libs/state';
import type { ExecutorContext } from '../executor.context.js';
import type { Sweep } from './sweep.js';
import type { SweepRound } from './sweep-round.js';

/** A submit whose large values are stored is accepted within seconds, or never. */
const orphanAfterMs = 24 * 3_600_000;

/** Files of directives that never came to be: large values are stored before their directive is accepted, and the server may have died in between. */
export class OrphanFilesSweep implements Sweep {
  readonly name = 'orphan-files';

  constructor(
    private readonly context: Pick<ExecutorContext, 'retention'>,
    private readonly artifacts: Pick<ArtifactStore, 'listDirectives' | 'removeAll'>,
    private readonly olderThanMs = orphanAfterMs,
  ) {}

  /** The store knows no shards: one round looks at all of it. */
  async sweep(round: SweepRound): Promise<void> {
    if (round.shard !== 0) return;
    for await (const { tenant, directiveId } of this.artifacts.listDirectives(this.olderThanMs)) {
      round.note({ looked: 1 });
      if (round.isSpent) return;
      if (await this.context.retention.isKnown(directiveId)) continue;
      await round.repairEach([directiveId], async (id) => this.artifacts.removeAll(tenant, id).then(() => true));
    }
  }
}
