import type { ExecutorContext } from '../executor.context.js';
import { DirectiveRemover, type DirectiveFiles } from './directive.remover.js';
import type { Sweep } from './sweep.js';
import type { SweepRound } from './sweep-round.js';

interface Place {
  /** Tenants of the page that was read last, the one whose turn it is first. */
  tenants: string[];
  nextPage: number;
  /** How many of the first tenant's oldest have to stay for now. */
  offset: number;
}

/** A removal that another process began is left to it for so long. */
const abandonedAfterMs = 5_000;
const tenantsAPage = 100;
const tenantsARound = 20;
/** Events that the recorder may still have to get while directives are removed; one that is further behind is waited for. */
const mostUnrecorded = 2_000;

/**
 * Removes directives that rested for COC_DIRECTIVE_RETENTION_MS, with all that is kept of them: here, at the home slot of their tenant, and
 * outside of Redis. Not before the recorder has their events, nor before their jobs are gone (COC_JOB_KEEP_MS).
 */
export class RetentionSweep implements Sweep {
  readonly name = 'retention';
  private readonly places = new Map<number, Place>();
  private readonly remover: DirectiveRemover;

  constructor(
    private readonly context: Pick<ExecutorContext, 'retention' | 'agenda' | 'marks' | 'env'>,
    files?: DirectiveFiles,
  ) {
    this.remover = new DirectiveRemover(context.retention, files);
  }

  async sweep(round: SweepRound): Promise<void> {
    const { retention, agenda, env } = this.context;
    const nowMs = await agenda.nowMs();
    const begun = await retention.begun(round.shard, nowMs - abandonedAfterMs, round.page);
    await this.remover.remove(round, '', begun, 0);
    const restedByMs = nowMs - Math.max(env.executor.retentionMs, env.executor.jobKeepMs);
    const place = await this.placeOf(round.shard);
    for (let turn = 0; turn < tenantsARound && place.tenants.length > 0 && !round.isSpent; turn += 1) {
      await this.sweepTenant(round, place, restedByMs);
      if (round.counts.looked >= round.page) return;
    }
  }

  private async placeOf(shard: number): Promise<Place> {
    const place = this.places.get(shard) ?? { tenants: [], nextPage: 0, offset: 0 };
    this.places.set(shard, place);
    if (place.tenants.length === 0) {
      const { tenants, next } = await this.context.retention.tenants(shard, place.nextPage, tenantsAPage);
      Object.assign(place, { tenants, nextPage: next, offset: 0 });
    }
    return place;
  }

  /** A page of those that came long enough ago. What has to stay is passed by, so that it hides nobody, and is looked at in the next pass. */
  private async sweepTenant(round: SweepRound, place: Place, restedByMs: number): Promise<void> {
    const { shard, page } = round;
    const tenant = place.tenants[0]!;
    const where = { beforeMs: restedByMs, offset: place.offset, count: page };
    const { ids, isEnd } = await this.context.retention.acceptedBefore(shard, tenant, where);
    round.note({ looked: ids.length });
    const free = ids.length > 0 ? await this.recorded(shard, ids) : [];
    const allowed = free.slice(0, round.allow(free.length));
    const removed = await this.remover.remove(round, tenant, allowed, restedByMs);
    if (allowed.length < free.length) return;
    place.offset += ids.length - removed;
    if (isEnd) Object.assign(place, { tenants: place.tenants.slice(1), offset: 0 });
  }

  /** Those of which the recorder has all events. What is found so stays so: what rests has no further ones. */
  private async recorded(shard: number, ids: readonly string[]): Promise<string[]> {
    const waiting = await this.context.marks.unrecorded(shard, mostUnrecorded);
    return waiting === 'many' ? [] : ids.filter((id) => !waiting.has(id));
  }
}
