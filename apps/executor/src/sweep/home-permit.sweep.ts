import type { HeldPermit } from '#libs/state';
import type { ExecutorContext } from '../executor.context.js';
import type { DispatchService } from '../dispatch/dispatch.service.js';
import type { Sweep } from './sweep.js';
import type { SweepRound } from './sweep-round.js';

/** What was given is told within milliseconds, and what was taken back is returned within seconds. */
const settledAfterMs = 30_000;
const tenantsARound = 20;
const dayMs = 86_400_000;

/**
 * Places and money of the day that nobody has any more: their holder is over, or asks anew, and its return was lost. They are given back
 * when two looks half a minute apart say so.
 */
export class HomePermitSweep implements Sweep {
  readonly name = 'home-permit';
  private readonly offsets = new Map<number, number>();
  private readonly cursors = new Map<string, string>();
  private readonly heldOffsets = new Map<string, number>();
  /** When a holder was first seen not to want what it has, by performance.now(). */
  private readonly suspects = new Map<string, number>();

  constructor(
    private readonly context: Pick<ExecutorContext, 'retention' | 'homes' | 'agenda' | 'logger'>,
    private readonly dispatch: Pick<DispatchService, 'takeBack'>,
  ) {}

  async sweep(round: SweepRound): Promise<void> {
    const { shard } = round;
    const page = await this.context.retention.tenants(shard, this.offsets.get(shard) ?? 0, tenantsARound);
    this.offsets.set(shard, page.next);
    const nowMs = await this.context.agenda.nowMs();
    for (const tenant of page.tenants) {
      const unwanted = [...(await this.places(round, tenant, nowMs)), ...(await this.money(round, tenant, nowMs))];
      const confirmed = unwanted.filter((permit) => this.isConfirmed(permit));
      await round.repairEach(confirmed, async (permit) => this.giveBack(permit));
    }
    this.forgetOld();
  }

  private async places(round: SweepRound, tenant: string, nowMs: number): Promise<HeldPermit[]> {
    const { homes } = this.context;
    const name = `${round.shard} ${tenant}`;
    const { places, cursor } = await homes.places(tenant, this.cursors.get(name) ?? '0', round.page);
    this.cursors.set(name, cursor);
    const found: HeldPermit[] = [];
    for (const place of places) {
      const held = await homes.holders(tenant, place, {
        beforeMs: nowMs - settledAfterMs,
        offset: this.nextOffset(`${name} ${place.kind}:${place.key}`, round.page),
        count: round.page,
      });
      if (held.length < round.page) this.heldOffsets.delete(`${name} ${place.kind}:${place.key}`);
      round.note({ looked: held.length });
      for (const permit of held) if (!(await homes.isWanted(permit))) found.push(permit);
    }
    return found;
  }

  private async money(round: SweepRound, tenant: string, nowMs: number): Promise<HeldPermit[]> {
    const { homes } = this.context;
    const drawers = new Set<string>();
    for (const day of [Math.floor(nowMs / dayMs), Math.floor(nowMs / dayMs) - 1]) {
      const name = `${round.shard} ${tenant} ${day}`;
      const { ids, cursor } = await homes.drawers(tenant, day, this.cursors.get(name) ?? '0', round.page);
      if (cursor === '0') this.cursors.delete(name);
      else this.cursors.set(name, cursor);
      for (const id of ids) drawers.add(id);
    }
    round.note({ looked: drawers.size });
    const unspent = await Promise.all([...drawers].map(async (id) => homes.unspent(tenant, id)));
    return unspent.flatMap((permit) => permit ?? []);
  }

  /** Of many holders, each round looks at the next page. */
  private nextOffset(name: string, page: number): number {
    const offset = this.heldOffsets.get(name) ?? 0;
    this.heldOffsets.set(name, offset + page);
    return offset;
  }

  private isConfirmed(permit: HeldPermit): boolean {
    const name = nameOf(permit);
    const sinceMs = this.suspects.get(name);
    if (sinceMs === undefined) this.suspects.set(name, performance.now());
    return sinceMs !== undefined && performance.now() - sinceMs >= settledAfterMs;
  }

  private async giveBack(permit: HeldPermit): Promise<boolean> {
    this.context.logger.warn({ permit }, 'a permit was held by nobody; it is given back');
    await this.dispatch.takeBack(permit);
    this.suspects.delete(nameOf(permit));
    return true;
  }

  /** Those that were given back by the usual way meanwhile. */
  private forgetOld(): void {
    for (const [name, sinceMs] of this.suspects)
      if (performance.now() - sinceMs > 100 * settledAfterMs) this.suspects.delete(name);
  }
}

function nameOf({ tenant, kind, key, place }: HeldPermit): string {
  return JSON.stringify([tenant, kind, key, place.directiveId, place.index, place.round]);
}
