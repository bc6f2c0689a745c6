import { faultOf, isCluster, mastersOf, type Redis } from '#libs/redis';
import { loadLibrary } from './script-library.js';

export type ScriptArg = string | number;

export interface ScriptCall {
  name: string;
  root: string;
  args: ScriptArg[];
}

interface Retry {
  attempt: number;
  /** By `performance.now()`. */
  until: number;
}

/** How long a call is repeated while Redis says "not now"; whoever waits for an answer has a shorter patience of his own. */
const repeatForMs = 30_000;
const pauseMs = { first: 50, most: 2_000 };

/**
 * Runs the transitions as functions of their library; a Redis that has not got it, or lost it, is given it once. A call that Redis could
 * not take now, or whose reply was lost, is made again as it is: every transition may be repeated.
 */
export class ScriptRunner {
  private readonly library = loadLibrary();
  private loading: Promise<void> | undefined;

  constructor(private readonly redis: Redis) {}

  async run(call: ScriptCall): Promise<unknown> {
    try {
      return await this.call(call);
    } catch (error) {
      return this.repeat(call, error, { attempt: 0, until: performance.now() + repeatForMs });
    }
  }

  /** One pipeline (on a cluster one a shard), answers in order; a call that failed answers its Error instead of hiding the others. */
  async runAll(calls: readonly ScriptCall[]): Promise<unknown[]> {
    if (calls.length === 0) return [];
    if (!isCluster(this.redis)) return this.runPipeline(calls);
    const placed = calls.map((call, place) => ({ call, place }));
    const groups = [...Map.groupBy(placed, ({ call }) => call.root).values()];
    const replies = await Promise.all(groups.map(async (group) => this.runPipeline(group.map(({ call }) => call))));
    const ordered: unknown[] = [];
    groups.forEach((group, at) => group.forEach(({ place }, within) => (ordered[place] = replies[at]![within])));
    return ordered;
  }

  /** A hash field that a script left out of its answer because it is large. */
  async readField(key: string, field: string): Promise<string> {
    const text = await this.redis.hget(key, field);
    if (text === null) throw new RangeError(`${key} has no field ${field}`);
    return text;
  }

  private async runPipeline(calls: readonly ScriptCall[]): Promise<unknown[]> {
    const pipeline = this.redis.pipeline();
    for (const { name, root, args } of calls) pipeline.fcall(this.nameOf(name), 1, root, ...args);
    const replies = (await pipeline.exec()) ?? [];
    const retry = { attempt: 0, until: performance.now() + repeatForMs };
    return Promise.all(
      replies.map(([error, reply], at) =>
        error === null ? reply : this.repeat(calls[at]!, error, retry).catch((again: unknown) => again),
      ),
    );
  }

  private async call({ name, root, args }: ScriptCall): Promise<unknown> {
    return this.redis.fcall(this.nameOf(name), 1, root, ...args);
  }

  /** Throws the last error when it is not one that passes, or when the time is over. */
  private async repeat(call: ScriptCall, error: unknown, { attempt, until }: Retry): Promise<unknown> {
    const fault = faultOf(error);
    if (fault !== 'library' && fault !== 'again' && fault !== 'unknown') throw error;
    if (performance.now() > until || this.redis.status === 'end') throw error;
    if (fault !== 'library' || attempt > 0) await pauseBefore(attempt);
    try {
      if (fault === 'library') await this.load();
      return await this.call(call);
    } catch (next) {
      return this.repeat(call, next, { attempt: attempt + 1, until });
    }
  }

  /** Calls that find no library at once wait for one load. */
  private async load(): Promise<void> {
    this.loading ??= this.loadOnce().finally(() => (this.loading = undefined));
    return this.loading;
  }

  private async loadOnce(): Promise<void> {
    await Promise.all(
      mastersOf(this.redis).map(async (server) => {
        try {
          await server.function('LOAD', this.library.text);
        } catch (error) {
          // Another process was first: the name carries the hash, so it is the same text.
          if (!(error instanceof Error && error.message.includes('already exists'))) throw error;
        }
      }),
    );
  }

  private nameOf(script: string): string {
    const name = this.library.functions.get(script);
    if (name === undefined) throw new RangeError(`no script is named ${script}`);
    return name;
  }
}

async function pauseBefore(attempt: number): Promise<void> {
  const longest = Math.min(pauseMs.first * 2 ** attempt, pauseMs.most);
  await new Promise((resolve) => setTimeout(resolve, longest * (0.5 + Math.random() / 2)));
}
