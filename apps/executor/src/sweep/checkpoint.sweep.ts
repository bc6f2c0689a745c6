import { decideCheckpoint } from '#libs/policy';
import type { ExecutorContext } from '../executor.context.js';
import { OpenWalk } from './open-walk.js';
import type { Sweep } from './sweep.js';
import type { SweepRound } from './sweep-round.js';

/** Makes the checkpoints that are due of directives at work: here and not where tasks are settled, for that must stay as fast as it is. */
export class CheckpointSweep implements Sweep {
  readonly name = 'checkpoint';
  private readonly walk: OpenWalk;

  constructor(private readonly context: Pick<ExecutorContext, 'mending' | 'checkpoints' | 'agenda' | 'env'>) {
    this.walk = new OpenWalk(context.mending);
  }

  async sweep(round: SweepRound): Promise<void> {
    const { checkpoint } = this.context.env.executor;
    if (checkpoint.everyMs === 0 && checkpoint.everyTasks === 0) return;
    const nowMs = await this.context.agenda.nowMs();
    await this.walk.each(round, async (directiveId) => this.look(round, directiveId, nowMs));
  }

  private async look(round: SweepRound, directiveId: string, nowMs: number): Promise<number> {
    const { checkpoints, env } = this.context;
    const facts = await checkpoints.facts(directiveId);
    if (!facts || facts.isClosing) return 1;
    const reason = decideCheckpoint(facts.now, facts.last, env.executor.checkpoint, nowMs);
    if (reason === undefined) return 1;
    const isMade = await checkpoints.createDue(directiveId, reason, facts.last?.number ?? 0);
    round.noteRepaired(isMade ? 1 : 0);
    return 2;
  }
}
