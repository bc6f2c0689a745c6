import type { Redis } from '#libs/redis';
import type { Keys } from '../keys.js';
import type { ScriptRunner } from '../redis/script-runner.js';

/** What the end of a parent means to its children. */
export class FamilyStore {
  constructor(
    private readonly redis: Redis,
    private readonly scripts: ScriptRunner,
    private readonly keys: Keys,
  ) {}

  /** Directives whose children are still to be told that they ended. */
  async orphaning(shard: number, page: number): Promise<string[]> {
    return this.redis.zrange(this.keys.orphaning(shard), '0', String(page - 1));
  }

  /** Answers the children that are closing now. */
  async orphan(parent: string): Promise<string[]> {
    const root = this.keys.rootOf(parent);
    return (await this.scripts.run({ name: 'orphan-children', root, args: [parent] })) as string[];
  }
}
