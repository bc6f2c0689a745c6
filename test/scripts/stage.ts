import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Json, TaskSpec } from '#libs/contracts';
import type { Redis } from '#libs/redis';
import {
  AttemptStore,
  DirectiveStore,
  Keys,
  PayloadStore,
  PermitStore,
  ScriptRunner,
  countNames,
  openArtifactStore,
  parseCounts,
  type CountName,
  type DirectiveDraft,
  type Dispatch,
  type Followup,
  type Settlement,
} from '#libs/state';
import { readStory, type StoredEvent } from '../setup/stored-story.js';
import { KnownKeys, readKeyspace, type Keyspace } from './keyspace.js';
import { aDraft, planOf, queue } from './orders.js';

export interface EventPointer {
  id: string;
  tenant: string;
  seq: number;
  type: string;
}

/** Nothing here is large, so nothing is written. */
const nowhere = join(tmpdir(), 'coc-stage-without-artifacts');

/** The record below the rooms: real scripts on a real Redis, no queue. */
export class Stage {
  readonly keys: Keys;
  readonly store: DirectiveStore;
  readonly attempts: AttemptStore;
  readonly permits: PermitStore;
  readonly payloads: PayloadStore;
  private readonly known = new KnownKeys();

  constructor(
    readonly redis: Redis,
    private readonly prefix: string,
    window: number,
    readonly scripts = new ScriptRunner(redis),
  ) {
    this.keys = new Keys(prefix);
    this.store = new DirectiveStore(this.scripts, this.keys);
    this.attempts = new AttemptStore(this.scripts, this.keys, window);
    this.permits = new PermitStore(redis, this.scripts, this.keys);
    this.payloads = new PayloadStore(openArtifactStore({ folder: nowhere, bucket: undefined }), redis, this.keys);
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
    return { id, granted: byTask((await this.start(id)).dispatched) };
  }

  /** Starts one directive alone; throws when its call failed. */
  async start(id: string): Promise<Followup> {
    const { followups, failures } = await this.attempts.startDirectives([id]);
    if (failures[0]) throw failures[0];
    return followups[0]!;
  }

  /** Settles in one call; throws when one is not accepted. */
  async settle(...settlements: Settlement[]): Promise<Record<string, Dispatch>> {
    const { results, followups } = await this.attempts.settle(settlements);
    if (results.some(({ result }) => result !== 'ok')) throw new Error(`not settled: ${JSON.stringify(results)}`);
    return byTask(followups.flatMap(({ dispatched }) => dispatched));
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

  /** The fields of the record, each of its counts as a field of its own. */
  async record(id: string): Promise<Record<string, string>> {
    return expandRecord(await this.redis.hgetall(this.keys.directive(id)));
  }

  /** The named counts of the record. */
  async counters(id: string, ...names: CountName[]): Promise<Record<string, number>> {
    const counts = parseCounts(await this.redis.hget(this.keys.directive(id), 'counts'));
    return Object.fromEntries(names.map((name) => [name, counts[name]]));
  }

  async task(id: string, index: string): Promise<Record<string, Json> | null> {
    const text = await this.redis.hget(this.keys.tasks(id), index);
    return text === null ? null : (JSON.parse(text) as Record<string, Json>);
  }

  /** The directive's events; throws on a gap, and when the shard's stream does not point at exactly these. */
  async events(id: string): Promise<StoredEvent[]> {
    const events = await readStory(this.redis, this.keys.events(id));
    const pointed = (await this.pointers()).flat().filter((pointer) => pointer.id === id);
    const { tenant, seq } = await this.record(id);
    const wanted = events.map(({ type }, at) => ({ id, tenant, seq: at + 1, type }));
    if (Number(seq) !== events.length) throw new Error(`${events.length} events, seq ${seq}`);
    if (JSON.stringify(pointed) !== JSON.stringify(wanted))
      throw new Error(`pointers differ: ${JSON.stringify(pointed)}`);
    return events;
  }

  /** The shard's stream: for each entry, which is one script call, the events it points at. */
  async pointers(): Promise<EventPointer[][]> {
    const entries = await this.redis.xrange(this.keys.shardEvents(0), '-', '+');
    const isOdd = entries.some(([, fields]) => fields.some((field, at) => at % 2 === 0 && field !== 'e'));
    if (isOdd) throw new Error(`not all are pointers: ${JSON.stringify(entries)}`);
    return entries.map(([, fields]) => fields.flatMap((field, at) => (at % 2 === 1 ? pointersOf(field) : [])));
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
    const lists = ['parked', 'short', 'unfunded', 'undrawn'].map(async (list) =>
      this.redis.zrange(`${this.keys.directive(id)}:${list}`, '0', '-1'),
    );
    return (await Promise.all(lists)).flat();
  }

  async members(list: 'outbox' | 'timers' | 'cascade' | 'expand' | 'closing' | 'discard'): Promise<string[]> {
    return this.redis.zrange(this.keys[list](0), '0', '-1');
  }

  /** Everything this stage has in Redis; throws when the copy of a story was left behind. */
  async keyspace(): Promise<Keyspace> {
    const space = await readKeyspace(this.redis, `{${this.prefix}:*`, this.known);
    const copies = Object.keys(space).filter((key) => key.endsWith(':copy'));
    if (copies.length > 0) throw new Error(`left behind: ${copies.join(', ')}`);
    return space;
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

/** Throws on a count that stands beside `counts`, for then one of the two is old. */
export function expandRecord(record: Record<string, string>): Record<string, string> {
  const { counts, ...texts } = record;
  if (counts === undefined) return record;
  const own = countNames.filter((name) => name in texts);
  if (own.length > 0) throw new Error(`counts with a field of their own: ${own.join(', ')}`);
  const numbers = Object.entries(parseCounts(counts)).map(([name, value]) => [name, String(value)]);
  return { ...texts, ...(Object.fromEntries(numbers) as Record<string, string>) };
}

/** `<directive id> <tenant> <first seq> <type> <type> ...` */
function pointersOf(field: string): EventPointer[] {
  const [id, tenant, first, ...types] = field.split(' ');
  return types.map((type, at) => ({ id: id!, tenant: tenant!, seq: Number(first) + at, type }));
}

function byTask(dispatched: readonly Dispatch[]): Record<string, Dispatch> {
  return Object.fromEntries(dispatched.map((dispatch) => [dispatch.spec.id, dispatch]));
}
