import type { DirectiveState, DirectiveView } from '#libs/contracts';
import type { Redis } from '#libs/redis';
import type { Keys } from '../keys.js';
import { decodeCursor, encodeCursor } from './cursor.js';
import { isWanted, needsRecords, type DirectiveFilter } from './directive-filter.js';
import { readStored, viewDirective } from './stored-directive.js';

export interface DirectivePage {
  items: DirectiveView[];
  nextCursor: string | null;
}

export interface StateCounts {
  counted: number;
  hasMore: boolean;
  byState: Partial<Record<DirectiveState, number>>;
}

interface Position {
  createdAt: number;
  id: string;
}

type Span = Pick<DirectiveFilter, 'createdAfterMs' | 'createdBeforeMs'>;

/** A filter looks at this many directives a page at most; the cursor goes on from there. */
const scanLimit = 2_000;
/** With a filter at least so many at once: one at a time took 1.6 s for 2,000. */
const filterBatch = 100;
const loadedAtOnce = 25;

/** A tenant's directives over all shards, newest first, by (creation time, id). */
export class DirectiveIndex {
  constructor(
    private readonly redis: Redis,
    private readonly keys: Keys,
    private readonly shards: number,
  ) {}

  async list(
    tenant: string,
    { limit, cursor, filter = {} }: { limit: number; cursor?: string; filter?: DirectiveFilter },
  ): Promise<DirectivePage> {
    if (filter.ref !== undefined) return this.withRef(tenant, filter.ref, filter);
    const batch = needsRecords(filter) ? Math.max(limit, filterBatch) : limit;
    let after = cursor === undefined ? undefined : positionOf(cursor);
    const items: DirectiveView[] = [];
    for (let scanned = 0; scanned < scanLimit; scanned += batch) {
      const page = await this.positions(tenant, batch + 1, after, filter);
      const views = await this.load(tenant, page.slice(0, batch));
      for (const view of views) {
        if (!isWanted(view, filter)) continue;
        if (items.length === limit) return { items, nextCursor: cursorOf(after!) };
        items.push(view);
        after = { createdAt: Date.parse(view.createdAt), id: view.id };
      }
      if (page.length <= batch) return { items, nextCursor: null };
      after = page[batch - 1]!;
      if (items.length === limit) return { items, nextCursor: cursorOf(after) };
    }
    return { items, nextCursor: after ? cursorOf(after) : null };
  }

  private async withRef(tenant: string, ref: string, filter: DirectiveFilter): Promise<DirectivePage> {
    const id = await this.redis.get(this.keys.ref(tenant, ref));
    const views = id === null ? [] : await this.load(tenant, [{ id, createdAt: 0 }]);
    return { items: views.filter((view) => isWanted(view, filter)), nextCursor: null };
  }

  /** Of the newest `most`. */
  async countStates(tenant: string, most: number): Promise<StateCounts> {
    const found = await this.positions(tenant, most + 1, undefined);
    const ids = found.slice(0, most).map(({ id }) => id);
    const stored = await Promise.all(ids.map(async (id) => this.redis.hget(this.keys.directive(id), 'state')));
    // One that was removed in between has none.
    const states = stored.filter((state) => state !== null) as DirectiveState[];
    const byState: StateCounts['byState'] = {};
    for (const state of states) byState[state] = (byState[state] ?? 0) + 1;
    return { counted: states.length, hasMore: found.length > most, byState };
  }

  private async positions(
    tenant: string,
    count: number,
    after: Position | undefined,
    span: Span = {},
  ): Promise<Position[]> {
    const lists = await Promise.all(
      Array.from({ length: this.shards }, async (_, shard) => this.shardPositions(shard, tenant, count, after, span)),
    );
    return lists.flat().toSorted(newestFirst).slice(0, count);
  }

  private async shardPositions(
    shard: number,
    tenant: string,
    count: number,
    after: Position | undefined,
    { createdAfterMs, createdBeforeMs }: Span,
  ): Promise<Position[]> {
    const key = this.keys.index(shard, tenant);
    const latest = createdBeforeMs === undefined ? '+inf' : `(${createdBeforeMs}`;
    const top = after === undefined ? latest : String(after.createdAt);
    const bottom = createdAfterMs === undefined ? '-inf' : String(createdAfterMs);
    const found: Position[] = [];
    for (let offset = 0; found.length < count; offset += count) {
      const flat = await this.redis.zrevrangebyscore(key, top, bottom, 'WITHSCORES', 'LIMIT', offset, count);
      for (let at = 0; at < flat.length; at += 2) {
        const position = { id: flat[at]!, createdAt: Number(flat[at + 1]) };
        if (after === undefined || newestFirst(after, position) < 0) found.push(position);
      }
      if (flat.length < count * 2) break;
    }
    return found;
  }

  /** A few at a time: a record holds the request, which may have 8 MB. */
  private async load(tenant: string, positions: readonly Position[]): Promise<DirectiveView[]> {
    const views: DirectiveView[] = [];
    for (let from = 0; from < positions.length; from += loadedAtOnce) {
      const ids = positions.slice(from, from + loadedAtOnce).map(({ id }) => id);
      const stored = await Promise.all(ids.map(async (id) => readStored(this.redis, this.keys.directive(id))));
      for (const [at, id] of ids.entries())
        if (stored[at]!['tenant'] === tenant) views.push(viewDirective(id, stored[at]!));
    }
    return views;
  }
}

function newestFirst(left: Position, right: Position): number {
  return right.createdAt - left.createdAt || (left.id < right.id ? 1 : left.id > right.id ? -1 : 0);
}

function cursorOf({ createdAt, id }: Position): string {
  return encodeCursor([createdAt, id]);
}

function positionOf(cursor: string): Position {
  const [createdAt, id] = decodeCursor(cursor, ['number', 'string']) as [number, string];
  return { createdAt, id };
}
