import { expect } from '@jest/globals';
import type { Stage } from './stage.js';

/** Keys that `guard_shard` and `guard_directive` read before a transition writes. */
export function guardedKeys({ keys }: Stage, id: string, queue?: string): string[] {
  const lists = ['outbox', 'timers', 'cascade', 'expand', 'closing', 'discard', 'control', 'queues'] as const;
  const parts = ['plan', 'tasks', 'outputs', 'artifacts', 'events'] as const;
  return [
    keys.directive(id),
    ...parts.map((part) => keys[part](id)),
    `${keys.directive(id)}:parked`,
    keys.shardEvents(0),
    ...lists.map((list) => keys[list](0)),
    ...(queue === undefined ? [] : [keys.ready(0, queue), keys.inflight(0, queue)]),
  ];
}

/** Makes each key in turn a string: the call must fail, and leave everything as it was. */
export async function expectNothingWritten(
  stage: Stage,
  keys: readonly string[],
  call: () => Promise<unknown>,
): Promise<void> {
  for (const key of keys) {
    const content = await stage.redis.dumpBuffer(key);
    await stage.redis.set(key, 'not what it was');
    const before = await stage.keyspace();
    const failure = await call().then(
      () => 'it went through',
      (error: unknown) => (error as Error).message,
    );
    expect({ key, failure }).toEqual({ key, failure: expect.stringContaining('WRONGTYPE') });
    expect({ key, after: await stage.keyspace() }).toEqual({ key, after: before });
    await stage.redis.del(key);
    if (content !== null) await stage.redis.restore(key, 0, content);
  }
}
