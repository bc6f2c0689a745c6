import { limits, restingDirectiveStates, type DirectiveState } from '#libs/contracts';
import type { Redis } from '#libs/redis';
import type { Keys } from '../keys.js';
import { decodeCursor, encodeCursor } from './cursor.js';
import type { DirectivePage } from './directive-index.js';
import type { FamilyRefusal } from '../write/family-refusal.js';
import { readStored, viewDirective } from './stored-directive.js';

/** Reads the children of a directive, page by page, the oldest first, and whether it takes another. */
export class FamilyReader {
  constructor(
    private readonly redis: Redis,
    private readonly keys: Keys,
  ) {}

  /** A directive has at most 200 children, so their ids are read at once. */
  async children(tenant: string, parent: string, options: { limit: number; cursor?: string }): Promise<DirectivePage> {
    const { limit, cursor } = options;
    const flat = await this.redis.zrange(this.keys.children(parent), '0', '-1', 'WITHSCORES');
    const all = flat.flatMap((id, at) => (at % 2 === 0 ? [{ id, at: Number(flat[at + 1]) }] : []));
    const after = cursor === undefined ? undefined : (decodeCursor(cursor, ['number', 'string']) as [number, string]);
    const rest = all.filter(({ id, at }) => !after || at > after[0] || (at === after[0] && id > after[1]));
    const page = rest.slice(0, limit);
    const stored = await Promise.all(page.map(async ({ id }) => readStored(this.redis, this.keys.directive(id))));
    const last = page.at(-1);
    return {
      items: page.flatMap(({ id }, at) => (stored[at]!['tenant'] === tenant ? [viewDirective(id, stored[at]!)] : [])),
      nextCursor: last && rest.length > limit ? encodeCursor([last.at, last.id]) : null,
    };
  }

  /** Why it can have no child now, as the script that accepts one would say; undefined when it can. */
  async refusal(tenant: string, parent: string): Promise<FamilyRefusal | undefined> {
    const [[owner, state, closing, depth], children] = await Promise.all([
      this.redis.hmget(this.keys.directive(parent), 'tenant', 'state', 'closing', 'depth'),
      this.redis.zcard(this.keys.children(parent)),
    ]);
    if (owner !== tenant) return 'parent-unknown';
    if (closing || restingDirectiveStates.includes(state as DirectiveState)) return 'parent-over';
    if (Number(depth ?? 0) >= limits.maxChildDepth) return 'too-deep';
    return children >= limits.maxChildren ? 'too-many' : undefined;
  }
}
