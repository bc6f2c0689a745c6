import type { Redis } from 'ioredis';
import { loadLibrary } from './script-library.js';

export type ScriptArg = string | number;

export interface ScriptCall {
  name: string;
  root: string;
  args: ScriptArg[];
}

function isUnknownFunction(error: unknown): boolean {
  return error instanceof Error && error.message.includes('Function not found');
}

/** Runs the transitions as functions of their library; a Redis that has not got it, or lost it, is given it once. */
export class ScriptRunner {
  private readonly library = loadLibrary();
  private loading: Promise<void> | undefined;

  constructor(private readonly redis: Redis) {}

  async run(call: ScriptCall): Promise<unknown> {
    try {
      return await this.call(call);
    } catch (error) {
      if (!isUnknownFunction(error)) throw error;
      await this.load();
      return this.call(call);
    }
  }

  /** One pipeline, answers in order; a call that failed answers its Error instead of hiding the others. */
  async runAll(calls: readonly ScriptCall[]): Promise<unknown[]> {
    if (calls.length === 0) return [];
    const pipeline = this.redis.pipeline();
    for (const { name, root, args } of calls) pipeline.fcall(this.nameOf(name), 1, root, ...args);
    const replies = (await pipeline.exec()) ?? [];
    return Promise.all(
      replies.map(([error, reply], at) => {
        if (error === null) return reply;
        return isUnknownFunction(error) ? this.run(calls[at]!).catch((again: unknown) => again) : error;
      }),
    );
  }

  /** A hash field that a script left out of its answer because it is large. */
  async readField(key: string, field: string): Promise<string> {
    const text = await this.redis.hget(key, field);
    if (text === null) throw new RangeError(`${key} has no field ${field}`);
    return text;
  }

  private async call({ name, root, args }: ScriptCall): Promise<unknown> {
    return this.redis.fcall(this.nameOf(name), 1, root, ...args);
  }

  /** Calls that find no library at once wait for one load. */
  private async load(): Promise<void> {
    this.loading ??= this.loadOnce().finally(() => (this.loading = undefined));
    return this.loading;
  }

  private async loadOnce(): Promise<void> {
    try {
      await this.redis.function('LOAD', this.library.text);
    } catch (error) {
      // Another process was first: the name carries the hash, so it is the same text.
      if (!(error instanceof Error && error.message.includes('already exists'))) throw error;
    }
  }

  private nameOf(script: string): string {
    const name = this.library.functions.get(script);
    if (name === undefined) throw new RangeError(`no script is named ${script}`);
    return name;
  }
}
