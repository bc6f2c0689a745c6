import type { Redis } from '#libs/redis';
import type { Keys } from '../keys.js';
import { decodeCursor, encodeCursor } from './cursor.js';
import type { DirectivePage } from './directive-index.js';
import { readStored, viewDirective } from './stored-directive.js';

/** Reads the children of a directive, page by page, the oldest first. */
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
}
