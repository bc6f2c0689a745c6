import type { ExecutorContext } from '../executor.context.js';
import type { DirectiveFiles } from './directive.remover.js';
import type { Sweep } from './sweep.js';
import type { SweepRound } from './sweep-round.js';

/** Who sends that submit again does so sooner, or in another cause: both begin the upload anew. */
const strayAfterMs = 24 * 3_600_000;

/** Files of directives that never came to be: their server died, or was refused, between storing large values and accepting. */
export class StrayFilesSweep implements Sweep {
  readonly name = 'stray-files';

  constructor(
    private readonly context: Pick<ExecutorContext, 'uploads'>,
    private readonly files: DirectiveFiles | undefined,
    private readonly olderThanMs = strayAfterMs,
  ) {}

  async sweep(round: SweepRound): Promise<void> {
    const { uploads } = this.context;
    const abandoned = await uploads.abandoned(round.shard, this.olderThanMs, round.page);
    round.note({ looked: abandoned.length });
    await round.repairEach(abandoned, async (upload) =>
      uploads.giveUp(upload, async () => this.files?.removeAll(upload.tenant, upload.directiveId)),
    );
  }
}
