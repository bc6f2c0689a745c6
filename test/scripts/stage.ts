import type { Json, TaskSpec } from '#libs/contracts';
import {
  AttemptStore,
  DirectiveStore,
  Keys,
  ScriptRunner,
  type DirectiveDraft,
  type Dispatch,
  type Redis,
  type Settlement,
} from '#libs/state';
import { readKeyspace, type Keyspace } from './keyspace.js';
import { aDraft, planOf, queue } from './orders.js';

export interface StoredEvent {
  type: string;
  task: string;
  data: Record<string, Json>;
}

/** The record below the rooms: real scripts on a real Redis, no queue. */
export class Stage {
  readonly keys: Keys;
  readonly store: DirectiveStore;
  readonly attempts: AttemptStore;
  private readonly scripts: ScriptRunner;

  constructor(
    readonly redis: Redis,
    private readonly prefix: string,
    window: number,
  ) {
    this.keys = new Keys(prefix);
    this.scripts = new ScriptRunner(redis);
    this.store = new DirectiveStore(this.scripts, this.keys);
    this.attempts = new AttemptStore(this.scripts, this.keys, window);
  }

  async run(script: string, ...args: (string | number)[]): Promise<unknown> {
    return this.scripts.run({ name: script, root: this.keys.root(0), args });
  }

  async accept(tasks: TaskSpec[], overrides: Partial<DirectiveDraft> = {}): Promise<string> {
    const draft = aDraft(overrides);
    await this.store.accept(draft, planOf(tasks));
    return draft.id;
  }

  /** Accepted and started: answers what was granted at once, by the user's task id. */
  async begin(
    tasks: TaskSpec[],
    overrides: Partial<DirectiveDraft> = {},
  ): Promise<{ id: string; granted: Record<string, Dispatch> }> {
    const id = await this.accept(tasks, overrides);
    return { id, granted: byTask((await this.attempts.startDirective(id)).dispatched) };
  }

  async settle(settlement: Settlement): Promise<Record<string, Dispatch>> {
    const [result] = await this.attempts.settle([settlement]);
    if (result?.result !== 'ok') throw new Error(`not settled: ${JSON.stringify(result)}`);
    return byTask(result.followup.dispatched);
  }

  /** Works off all filed chunks; answers what was granted. */
  async cascade(): Promise<Record<string, Dispatch>> {
    const granted: Dispatch[] = [];
    for (let left = 1; left > 0;) {
      const followup = await this.attempts.advanceCascade(0);
      granted.push(...followup.dispatched);
      left = followup.cascades;
    }
    return byTask(granted);
  }

  async record(id: string): Promise<Record<string, string>> {
    return this.redis.hgetall(this.keys.directive(id));
  }

  /** The named fields of the record, numbers as numbers. */
  async counters(id: string, ...names: string[]): Promise<Record<string, number>> {
    const values = await this.redis.hmget(this.keys.directive(id), ...names);
    return Object.fromEntries(names.map((name, at) => [name, Number(values[at] ?? 0)]));
  }

  async task(id: string, index: string): Promise<Record<string, Json> | null> {
    const text = await this.redis.hget(this.keys.tasks(id), index);
    return text === null ? null : (JSON.parse(text) as Record<string, Json>);
  }

  /** The directive's events; throws on a gap, and when the shard's stream does not point at exactly these. */
  async events(id: string): Promise<StoredEvent[]> {
    const entries = await this.redis.xrange(this.keys.events(id), '-', '+');
    const events = entries.map(([, fields]) => ({
      type: fields[1]!,
      task: fields[5]!,
      data: JSON.parse(fields[7]!) as Record<string, Json>,
    }));
    const pointers = await this.redis.xrange(this.keys.shardEvents(0), '-', '+');
    const pointed = pointers.filter(([, fields]) => fields[1] === id).map(([, fields]) => fields);
    const { tenant, seq } = await this.record(id);
    const wanted = events.map(({ type }, at) => [
      'directive',
      id,
      'seq',
      String(at + 1),
      'type',
      type,
      'tenant',
      tenant,
    ]);
    const isWhole = entries.every(([entryId], at) => entryId === `${at + 1}-0`) && Number(seq) === entries.length;
    if (!isWhole) throw new Error(`a gap in ${JSON.stringify(entries.map(([entryId]) => entryId))}, seq ${seq}`);
    if (JSON.stringify(pointed) !== JSON.stringify(wanted))
      throw new Error(`pointers differ: ${JSON.stringify(pointed)}`);
    return events;
  }

  async story(id: string): Promise<string[]> {
    return (await this.events(id)).map(({ type, task }) => (task === '' ? type : `${type} ${task}`));
  }

  async inflight(name = queue): Promise<string[]> {
    return this.redis.zrange(this.keys.inflight(0, name), '0', '-1');
  }

  async ready(name = queue): Promise<string[]> {
    return this.redis.zrange(this.keys.ready(0, name), '0', '-1');
  }

  async parked(id: string): Promise<string[]> {
    return this.redis.zrange(`${this.keys.directive(id)}:parked`, '0', '-1');
  }

  async members(list: 'outbox' | 'timers' | 'cascade' | 'expand' | 'closing' | 'discard'): Promise<string[]> {
    return this.redis.zrange(this.keys[list](0), '0', '-1');
  }

  /** Everything this stage has in Redis. */
  async keyspace(): Promise<Keyspace> {
    return readKeyspace(this.redis, `{${this.prefix}:*`);
  }

  /** Moves the end of the TTL into the past, by Redis' clock. */
  async letTtlPass(id: string): Promise<void> {
    await this.redis.hset(this.keys.directive(id), 'ttlAt', 1);
    await this.redis.zadd(this.keys.timers(0), 1, `ttl:${id}`);
  }

  /** What stands on the shard's worklists and queues about a directive. */
  async leftovers(id: string): Promise<Record<string, string[]>> {
    const space = await this.keyspace();
    const lists = Object.keys(space).filter((key) =>
      /:(ready:.*|inflight:.*|outbox|timers|cascade|expand|closing)$/.test(key),
    );
    const found = lists.map((key) => [key, Object.keys(space[key] as object).filter((member) => member.includes(id))]);
    return Object.fromEntries(found.filter(([, members]) => members!.length > 0)) as Record<string, string[]>;
  }
}

function byTask(dispatched: readonly Dispatch[]): Record<string, Dispatch> {
  return Object.fromEntries(dispatched.map((dispatch) => [dispatch.spec.id, dispatch]));
}
