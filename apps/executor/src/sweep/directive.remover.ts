import type { BareDirective, RetentionStore, RetireStep } from '#libs/state';
import type { SweepRound } from './sweep-round.js';

/** What of directives stands outside of Redis. */
export interface DirectiveFiles {
  /** May be called again, and for a directive that has none. */
  removeAll(tenant: string, directiveId: string): Promise<unknown>;
}

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
        some.map(async (id, at) => round.attempt({ directiveId: id }, async () => this.finish(id, steps[at]!))),
      );
      const failed = some.filter((_, at) => ends[at] === undefined);
      await this.store.putOff(round.shard, failed);
      const removed = ends.filter((end) => end === 'removed').length;
      round.note({ repaired: removed, found: -ends.filter((end) => end === 'kept' || end === 'unknown').length });
      gone += ends.filter((end) => end === 'removed' || end === 'unknown').length;
    }
    return gone;
  }

  private async finish(id: string, first: RetireStep | Error): Promise<'kept' | 'unknown' | 'removed'> {
    let step: RetireStep | Error | undefined = first;
    while (step && !(step instanceof Error) && step.result === 'more')
      [step] = await this.store.retire([id], '', 0, this.files ? '' : 'alone');
    if (step === undefined || step instanceof Error) throw step ?? new Error(`${id} was not answered`);
    if (step.result === 'bare') {
      await this.forgetElsewhere(step.directive);
      return 'removed';
    }
    return step.result as 'kept' | 'unknown' | 'removed';
  }

  private async forgetElsewhere(directive: BareDirective): Promise<void> {
    const { id, tenant, ref, draws } = directive;
    if (ref !== '' || draws > 0) await this.store.forget(directive);
    await this.files?.removeAll(tenant, id);
    const [end] = await this.store.retire([id], tenant, 0, 'end');
    if (end instanceof Error) throw end;
  }
}
