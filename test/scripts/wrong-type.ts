import { expect } from '@jest/globals';
import type { Stage } from './stage.js';

/** What `guard_shard` reads before a transition writes. */
export function guardedLists({ keys }: Stage): string[] {
  const lists = [
    'outbox',
    'timers',
    'cascade',
    'expand',
    'closing',
    'discard',
    'queues',
    'degraded',
    'orphaning',
  ] as const;
  return [keys.shardEvents(0), ...lists.map((list) => keys[list](0))];
}

/** What a transition reads of its directive and its shard before it writes; `more` is what this one writes beside that. */
export function guardedKeys(stage: Stage, id: string, ...more: string[]): string[] {
  const { keys } = stage;
  const parts = ['plan', 'tasks', 'events'] as const;
  const own = [keys.directive(id), ...parts.map((part) => keys[part](id)), `${keys.directive(id)}:parked`];
  return [...own, ...guardedLists(stage), ...more];
}

/** Makes each key in turn a string: the call must fail, and leave everything as it was. */
export async function expectNothingWritten(
  stage: Stage,
  keys: readonly string[],
  call: () => Promise<unknown>,
  message = 'WRONGTYPE',
): Promise<void> {
  for (const key of keys) {
    const content = await stage.redis.dumpBuffer(key);
    await stage.redis.set(key, 'not what it was');
    const before = await stage.keyspace();
    const failure = await call().then(
      () => 'it went through',
      (error: unknown) => (error as Error).message,
    );
    expect({ key, failure }).toEqual({ key, failure: expect.stringContaining(message) });
    expect({ key, after: await stage.keyspace() }).toEqual({ key, after: before });
    await stage.redis.del(key);
    if (content !== null) await stage.redis.restore(key, 0, content);
  }
}
