import { ulid } from 'ulid';
import {
  ActionRecord,
  formatAttemptId,
  formatDirectiveId,
  type AttemptId,
  type Json,
  type TaskSpec,
} from '#libs/contracts';
import { SchemaValidator, catalogLookup, decidePlan } from '#libs/policy';
import {
  AttemptStore,
  DirectiveStore,
  Keys,
  ScriptRunner,
  openRedis,
  type DirectiveDraft,
  type Dispatch,
  type Redis,
  type Settlement,
} from '#libs/state';
import { startRedis, type TestRedis } from '#libs/testing';
import { readKeyspace, type Keyspace } from './keyspace.js';

const actions = [
  { name: 'test.echo', effect: 'pure' },
  { name: 'test.other', effect: 'pure' },
  { name: 'test.paid', effect: 'pure', maxCostUsd: null },
  { name: 'test.risky', effect: 'pure', risk: 'high' },
].map((draft) => ActionRecord.parse(draft));
const catalog = catalogLookup(actions, new SchemaValidator());

export const queue = 'test.echo.0';
export const nonceBase = 'nonce-of-the-test-';

export interface StoredEvent {
  type: string;
  task: string;
  data: Record<string, Json>;
}

export type Plan = Extract<ReturnType<typeof decidePlan>, { plan: unknown }>['plan'];

/** The real plan of a task list; `test.echo` is free, `test.paid` costs what its task's budget says, `test.risky` needs approval. */
export function planOf(tasks: TaskSpec[]): Plan {
  const decision = decidePlan({ tasks }, catalog);
  if ('faults' in decision) throw new Error(JSON.stringify(decision.faults));
  return decision.plan;
}

export function echo(id: string, dependsOn: string[] = [], extra: Partial<TaskSpec> = {}): TaskSpec {
  return { id, action: 'test.echo', input: id, dependsOn, ...extra };
}

export function aDraft(overrides: Partial<DirectiveDraft> = {}): DirectiveDraft {
  return {
    id: formatDirectiveId(0, ulid()),
    tenant: 'local',
    actor: 'tester',
    kind: 'tasks',
    ref: null,
    title: null,
    request: '{}',
    requestHash: 'hash',
    priority: 2,
    ttlMs: 3_600_000,
    budgetMicroUsd: null,
    budgetTokens: null,
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    ...overrides,
  };
}

export function outcome(attempt: AttemptId, overrides: Partial<Settlement> = {}): Settlement {
  const { directiveId, taskIndex, attempt: number, nonce } = attempt;
  return {
    attempt: { directiveId, taskIndex, attempt: number, nonce },
    verdict: 'succeeded',
    detail: { started: true, version: '1' },
    outputText: '"out"',
    ...overrides,
  };
}

export function failure(attempt: AttemptId, detail: Partial<Settlement['detail']> = {}): Settlement {
  const fault = { started: true, code: 'BROKE', message: 'it broke', class: 'permanent', reason: 'it broke' };
  return outcome(attempt, { verdict: 'failed', detail: { ...fault, ...detail }, outputText: '' });
}

/** One Redis a test file. */
export class ScriptBed {
  private stages = 0;

  private constructor(
    private readonly server: TestRedis,
    readonly redis: Redis,
  ) {}

  static async open(): Promise<ScriptBed> {
    const server = await startRedis();
    return new ScriptBed(server, openRedis(server.url));
  }

  /** A key prefix of its own, so that tests of a file see nothing of each other. */
  stage(window = 100): Stage {
    this.stages += 1;
    return new Stage(this.redis, `s${this.stages}`, window);
  }

  async close(): Promise<void> {
    this.redis.disconnect();
    await this.server.stop();
  }
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
    return this.redis.zrange(this.keys.inflight(0, name), 0, -1);
  }

  async ready(name = queue): Promise<string[]> {
    return this.redis.zrange(this.keys.ready(0, name), 0, -1);
  }

  async parked(id: string): Promise<string[]> {
    return this.redis.zrange(`${this.keys.directive(id)}:parked`, 0, -1);
  }

  async members(list: 'outbox' | 'timers' | 'cascade' | 'expand' | 'closing' | 'discard'): Promise<string[]> {
    return this.redis.zrange(this.keys[list](0), 0, -1);
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

export function jobIdOf(attempt: AttemptId): string {
  return formatAttemptId(attempt);
}
