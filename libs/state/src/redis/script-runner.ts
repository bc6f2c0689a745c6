import type { Redis } from 'ioredis';
import { listScripts, loadScript, type Script } from './script-library.js';

export type ScriptArg = string | number;

export interface ScriptCall {
  name: string;
  root: string;
  args: ScriptArg[];
}

function isUnknownScript(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('NOSCRIPT');
}

/** Runs the transitions by their SHA; a Redis that lost its script cache gets the text once. */
export class ScriptRunner {
  private readonly scripts = new Map<string, Script>();

  constructor(private readonly redis: Redis) {
    for (const name of listScripts()) this.scripts.set(name, loadScript(name));
  }

  async run(call: ScriptCall): Promise<unknown> {
    try {
      return await this.redis.evalsha(this.script(call).sha, 1, call.root, ...call.args);
    } catch (error) {
      if (!isUnknownScript(error)) throw error;
      return this.redis.eval(this.script(call).text, 1, call.root, ...call.args);
    }
  }

  /** One pipeline, answers in order; a call that failed answers its Error instead of hiding the others. */
  async runAll(calls: readonly ScriptCall[]): Promise<unknown[]> {
    if (calls.length === 0) return [];
    const pipeline = this.redis.pipeline();
    for (const call of calls) pipeline.evalsha(this.script(call).sha, 1, call.root, ...call.args);
    const replies = (await pipeline.exec()) ?? [];
    return Promise.all(
      replies.map(([error, reply], at) => {
        if (error === null) return reply;
        return isUnknownScript(error) ? this.run(calls[at]!).catch((again: unknown) => again) : error;
      }),
    );
  }

  /** A hash field that a script left out of its answer because it is large. */
  async readField(key: string, field: string): Promise<string> {
    const text = await this.redis.hget(key, field);
    if (text === null) throw new RangeError(`${key} has no field ${field}`);
    return text;
  }

  private script(call: ScriptCall): Script {
    const script = this.scripts.get(call.name);
    if (!script) throw new RangeError(`no script is named ${call.name}`);
    return script;
  }
}
