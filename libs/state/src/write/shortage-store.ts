import type { Redis } from '#libs/redis';
import type { Keys } from '../keys.js';
import type { ScriptRunner } from '../redis/script-runner.js';

/** A directive takes about 10 µs, and 60 µs when it changes. */
/** With 20 shortages each they take 6 ms. */
const directivesPerCall = 25;

/** Of directives that run on although they lack something: a worker, or the model that a task was to run on first. */
export class ShortageStore {
  constructor(
    private readonly redis: Redis,
    private readonly scripts: ScriptRunner,
    private readonly keys: Keys,
  ) {}

  /**
   * `<directive id>.<task index>` of tasks that wait for a worker of the queue, one a directive: those in flight and those in line, each
   * from `offset` on. `isLast`: there are none behind them.
   */
  async waiting(
    shard: number,
    queue: string,
    offset: number,
    page: number,
  ): Promise<{ members: string[]; isLast: boolean }> {
    const [inflight, ready] = await Promise.all(
      [this.keys.inflight(shard, queue), this.keys.ready(shard, queue)].map(async (key) =>
        this.redis.zrange(key, String(offset), String(offset + page - 1)),
      ),
    );
    const found = [...inflight!, ...ready!].map((member) => member.split('.'));
    const byDirective = new Map(found.map(([id, index]) => [id, `${id}.${index}`]));
    return { members: [...byDirective.values()], isLast: Math.max(inflight!.length, ready!.length) < page };
  }

  /** Answers how many became DEGRADED. */
  async degrade(shard: number, queue: string, members: readonly string[]): Promise<number> {
    return this.inChunks('degrade-directives', shard, [queue], members);
  }

  /** A page of the directives that lack something. */
  async degraded(shard: number, offset: number, page: number): Promise<string[]> {
    return this.redis.zrange(this.keys.degraded(shard), String(offset), String(offset + page - 1));
  }

  /** Answers how many are RUNNING again. `served`: queues that workers take jobs from; of any other nothing is known. */
  async recover(shard: number, served: readonly string[], ids: readonly string[]): Promise<number> {
    return this.inChunks('recover-directives', shard, [served.length, ...served], ids);
  }

  private async inChunks(
    name: string,
    shard: number,
    first: readonly (string | number)[],
    rest: readonly string[],
  ): Promise<number> {
    let changed = 0;
    for (let from = 0; from < rest.length; from += directivesPerCall) {
      const args = [...first, ...rest.slice(from, from + directivesPerCall)];
      changed += (await this.scripts.run({ name, root: this.keys.root(shard), args })) as number;
    }
    return changed;
  }
}
