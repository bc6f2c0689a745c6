import { restingDirectiveStates, type PermitKind } from '#libs/contracts';
import type { Redis } from '#libs/redis';
import type { Keys } from '../keys.js';
import { parseCounts } from './counts.js';
import type { PermitPlace } from '../write/permit-store.js';

/** What somebody holds at a home slot, as it would be given back. */
export interface HeldPermit {
  tenant: string;
  kind: PermitKind;
  key: string;
  place: PermitPlace;
  /** What is left of money of the day; '0' for a place. */
  max: string;
}

export interface PlacePage {
  places: { kind: PermitKind; key: string }[];
  cursor: string;
}

interface StoredLimits {
  round?: number;
  slot?: string;
  draws?: number;
  drawn?: number;
}

interface StoredTask {
  round?: number;
  permits?: number;
  asking?: boolean;
}

const drawn = 'of:';

function isOver(state: string | null | undefined): boolean {
  return restingDirectiveStates.some((resting) => resting === state);
}

/** Reads who holds what at the home slots of tenants, and whether the record of the holder still says so. */
export class HomeSlots {
  constructor(
    private readonly redis: Redis,
    private readonly keys: Keys,
  ) {}

  /** Kinds and keys of places that somebody holds or waits for. */
  async places(tenant: string, cursor: string, count: number): Promise<PlacePage> {
    const [next, members] = await this.redis.sscan(this.keys.places(tenant), cursor, 'COUNT', count);
    return { places: members.map(parsePlace), cursor: next };
  }

  /** Who got a place before, the longest ago first. */
  async holders(
    tenant: string,
    { kind, key }: PlacePage['places'][number],
    { beforeMs, offset, count }: { beforeMs: number; offset: number; count: number },
  ): Promise<HeldPermit[]> {
    const holders = await this.redis.zrangebyscore(
      this.keys.holders(tenant, kind, key),
      '-inf',
      String(beforeMs),
      'LIMIT',
      offset,
      count,
    );
    return holders.map((holder) => ({ tenant, kind, key, place: placeOf(holder), max: '0' }));
  }

  /** Directives that drew money of a day, by days since 1970, and gave nothing back yet. */
  async drawers(
    tenant: string,
    day: number,
    cursor: string,
    count: number,
  ): Promise<{ ids: string[]; cursor: string }> {
    const [next, flat] = await this.redis.hscan(
      this.keys.spent(tenant, day),
      cursor,
      'MATCH',
      `${drawn}*`,
      'COUNT',
      count,
    );
    const ids = flat.filter((_, at) => at % 2 === 0).map((field) => field.slice(drawn.length));
    return { ids, cursor: next };
  }

  /** What a directive that is over has left of money of the day; undefined when it is not over, or gone. */
  async unspent(tenant: string, directiveId: string): Promise<HeldPermit | undefined> {
    const [state, limits, counts] = await this.redis.hmget(
      this.keys.directive(directiveId),
      'state',
      'limits',
      'counts',
    );
    if (!isOver(state)) return undefined;
    const { draws = 0, drawn: amount = 0 } = JSON.parse(limits ?? '{}') as StoredLimits;
    const left = amount - parseCounts(counts ?? null).chargedMicroUsd;
    const place = { directiveId, index: '', round: String(draws) };
    return { tenant, kind: 'spend', key: '', place, max: String(left) };
  }

  /** Whether the record says that the holder has the place, or asks for it. Once it does not, it never does again. */
  async isWanted({ place, kind, key }: HeldPermit): Promise<boolean> {
    const record = this.keys.directive(place.directiveId);
    if (place.index === '') {
      const [state, limits] = await this.redis.hmget(record, 'state', 'limits');
      const { round, slot } = JSON.parse(limits ?? '{}') as StoredLimits;
      return Boolean(state) && !isOver(state) && String(round) === place.round && slot !== undefined;
    }
    const [task, control] = await Promise.all([
      this.redis.hget(this.keys.tasks(place.directiveId), place.index),
      this.redis.hget(this.keys.plan(place.directiveId), place.index),
    ]);
    if (!task || !control) return false;
    const { round, permits = 0, asking = false } = JSON.parse(task) as StoredTask;
    const needs = (JSON.parse(control) as { permits?: { kind: string; key: string }[] }).permits ?? [];
    const at = needs.findIndex((permit) => permit.kind === kind && permit.key === key);
    return String(round) === place.round && at >= 0 && (permits > at || (asking && permits === at));
  }
}

function parsePlace(member: string): PlacePage['places'][number] {
  const colon = member.indexOf(':');
  return { kind: member.slice(0, colon) as PermitKind, key: member.slice(colon + 1) };
}

function placeOf(holder: string): PermitPlace {
  const [directiveId, index, round] = holder.split('.') as [string, string, string];
  return { directiveId, index, round };
}
