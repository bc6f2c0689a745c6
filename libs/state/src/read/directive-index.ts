import type { DirectiveState, DirectiveView } from '#libs/contracts';
import type { Redis } from '#libs/redis';
import type { Keys } from '../keys.js';
import { decodeCursor, encodeCursor } from './cursor.js';
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
    { limit, cursor, state }: { limit: number; cursor?: string; state?: DirectiveState },
  ): Promise<DirectivePage> {
    const batch = state === undefined ? limit : Math.max(limit, filterBatch);
    let after = cursor === undefined ? undefined : positionOf(cursor);
    const items: DirectiveView[] = [];
    for (let scanned = 0; scanned < scanLimit; scanned += batch) {
      const page = await this.positions(tenant, batch + 1, after);
      const views = await this.load(tenant, page.slice(0, batch));
      for (const view of views) {
        if (state !== undefined && view.state !== state) continue;
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

  private async positions(tenant: string, count: number, after: Position | undefined): Promise<Position[]> {
    const lists = await Promise.all(
      Array.from({ length: this.shards }, async (_, shard) => this.shardPositions(shard, tenant, count, after)),
    );
    return lists.flat().toSorted(newestFirst).slice(0, count);
  }

  private async shardPositions(
    shard: number,
    tenant: string,
    count: number,
    after: Position | undefined,
  ): Promise<Position[]> {
    const key = this.keys.index(shard, tenant);
    const top = after === undefined ? '+inf' : String(after.createdAt);
    const found: Position[] = [];
    for (let offset = 0; found.length < count; offset += count) {
      const flat = await this.redis.zrevrangebyscore(key, top, '-inf', 'WITHSCORES', 'LIMIT', offset, count);
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
