import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker, type WorkerOptions, type Job } from 'bullmq';
import { ulid } from 'ulid';
import { bootExecutor, type DirectiveFiles, type RunningExecutor } from '#apps/executor';
import { loadEnv, type Env } from '#libs/config';
import {
  ActionRecord,
  actionQueue,
  formatDirectiveId,
  type ActionDraft,
  type Json,
  type TaskMessage,
  type TaskSpec,
} from '#libs/contracts';
import { SchemaValidator, catalogLookup, decidePlan } from '#libs/policy';
import { QueueSender, workerOptions } from '#libs/queues';
import { duplicateOf, openRedis, type Redis } from '#libs/redis';
import {
  ActionCatalog,
  AttemptStore,
  DirectiveStore,
  Keys,
  PayloadStore,
  ScriptRunner,
  openArtifactStore,
  type DirectiveDraft,
  countNames,
  parseCounts,
  type CountName,
} from '#libs/state';
import { createLogger } from '#libs/telemetry';
import { startRedis, type TestRedis } from '#libs/testing';
import { aDraft } from '../scripts/orders.js';
import { eventsIn, readStory, type StoredEvent } from '../setup/stored-story.js';

type Extra = Partial<DirectiveDraft> & { input?: Json; shard?: number };

export type Behaviour = (message: TaskMessage, job: Job, signal?: AbortSignal) => Promise<unknown>;

type WorkerWishes = Pick<WorkerOptions, 'concurrency' | 'lockDuration' | 'limiter'>;

/** A directive's whole way in one process, below HTTP: real Redis, real BullMQ, a real executor, workers without our libraries. */
export class RoomsBed {
  readonly keys: Keys;
  readonly payloads: PayloadStore;
  readonly store: DirectiveStore;
  readonly catalog: ActionCatalog;
  readonly sender: QueueSender;
  readonly workers: Worker[] = [];
  readonly executors = new Set<RunningExecutor>();

  private constructor(
    readonly server: TestRedis,
    readonly redis: Redis,
    readonly env: Env,
    private readonly dataDir: string,
  ) {
    this.keys = new Keys(env.redis.keyPrefix);
    this.payloads = new PayloadStore(openArtifactStore(env.artifacts), redis, this.keys);
    this.store = new DirectiveStore(new ScriptRunner(redis), this.keys, this.payloads);
    this.catalog = new ActionCatalog(redis, this.keys);
    this.sender = new QueueSender(redis, this.address);
  }

  static async open(settings: Record<string, string> = {}): Promise<RoomsBed> {
    const server = await startRedis();
    const dataDir = await mkdtemp(join(tmpdir(), 'coc-rooms-'));
    const ours = { REDIS_URL: server.url, COC_LOG_LEVEL: 'error', COC_DATA_DIR: dataDir };
    return new RoomsBed(server, openRedis({ url: server.url }), loadEnv({ ...ours, ...settings }), dataDir);
  }

  get address(): { url: string; keyPrefix: string } {
    return { url: this.env.redis.url, keyPrefix: this.env.redis.keyPrefix };
  }

  async startExecutor(env: Env = this.env, files?: DirectiveFiles): Promise<RunningExecutor> {
    const executor = await bootExecutor(env, createLogger('executor', this.env.logLevel), files);
    this.executors.add(executor);
    return executor;
  }

  async stopExecutor(executor: RunningExecutor): Promise<void> {
    this.executors.delete(executor);
    await executor.close();
  }

  /** Registers the action and serves it on every shard with plain BullMQ workers. */
  async serve(draft: ActionDraft, behaviour: Behaviour, options: WorkerWishes = {}): Promise<Worker[]> {
    await this.catalog.publish(ActionRecord.parse(draft));
    const workers = Array.from({ length: this.env.shards }, (_, shard) =>
      this.openWorker(draft.name, shard, behaviour, options),
    );
    this.workers.push(...workers);
    return workers;
  }

  /** Accepts and tells the execute room, as ingress does. */
  async submit(tasks: TaskSpec[], extra: Extra = {}): Promise<string> {
    const id = await this.accept(tasks, extra);
    await this.tellExecuteRoom(id);
    return id;
  }

  async resume(id: string): Promise<void> {
    await this.store.resume(id, 'tester');
    await this.tellExecuteRoom(id);
  }

  /** As an orchestrator that dies before it tells the next room. */
  async accept(tasks: TaskSpec[], extra: Extra = {}): Promise<string> {
    const { input, shard = 0, ...overrides } = extra;
    const decision = decidePlan({ tasks, input }, catalogLookup(await this.catalog.list(), new SchemaValidator()));
    if ('faults' in decision) throw new Error(JSON.stringify(decision.faults));
    const id = formatDirectiveId(shard, ulid());
    await this.store.accept(
      aDraft({ id, ttlMs: 60_000, request: JSON.stringify({ input }), ...overrides }),
      decision.plan,
    );
    return id;
  }

  /** As an executor that dies after a grant was written and before its job was sent. */
  async grantAndDie(id: string): Promise<void> {
    const attempts = new AttemptStore(new ScriptRunner(this.redis), this.keys, this.env.executor.queueWindow);
    const { followups } = await attempts.startDirectives([id]);
    if (followups.every(({ dispatched }) => dispatched.length === 0)) throw new Error(`nothing of ${id} was granted`);
  }

  async tellExecuteRoom(directiveId: string): Promise<void> {
    const { tenant, traceparent } = aDraft();
    await this.sender.sendRoom('execute', { tenant, directiveId, traceparent });
  }

  /** A field of the record, or one of its counts. */
  async field(id: string, name: string): Promise<string | null> {
    const isCount = (countNames as readonly string[]).includes(name);
    if (!isCount) return this.redis.hget(this.keys.directive(id), name);
    return String(parseCounts(await this.redis.hget(this.keys.directive(id), 'counts'))[name as CountName]);
  }

  async output(id: string, index: string): Promise<Json> {
    const text = await this.redis.hget(this.keys.tasks(id), `${index}:output`);
    return this.payloads.valueOf(id, text ?? 'null');
  }

  async events(id: string): Promise<StoredEvent[]> {
    return readStory(this.redis, this.keys.events(id));
  }

  async story(id: string): Promise<string[]> {
    return (await this.events(id)).map(({ type, task }) => (task === '' ? type : `${type} ${task}`));
  }

  /** Waits on the directive's own event stream until an event answers yes. */
  async until(id: string, isIt: (event: StoredEvent) => boolean, timeoutMs = 20_000): Promise<void> {
    const reader = duplicateOf(this.redis);
    const deadline = performance.now() + timeoutMs;
    let cursor = '0';
    try {
      while (performance.now() < deadline) {
        const reply = await reader.xread('BLOCK', 500, 'STREAMS', this.keys.events(id), cursor);
        const entries = reply?.[0]?.[1] ?? [];
        if (entries.flatMap(([, fields]) => eventsIn(fields)).some(isIt)) return;
        cursor = entries.at(-1)?.[0] ?? cursor;
      }
    } finally {
      reader.disconnect();
    }
    throw new Error(`nothing came in ${timeoutMs} ms; so far: ${(await this.story(id)).join(', ')}`);
  }

  async finished(id: string, timeoutMs?: number): Promise<string> {
    const ends = ['completed', 'partially_completed', 'failed', 'cancelled', 'timeout'].map(
      (end) => `directive.${end}`,
    );
    await this.until(id, ({ type }) => ends.includes(type), timeoutMs);
    return (await this.field(id, 'state'))!;
  }

  async close(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.close(true)));
    await Promise.all([...this.executors].map(async (executor) => this.stopExecutor(executor)));
    await this.sender.close();
    this.redis.disconnect();
    await this.server.stop();
    await rm(this.dataDir, { recursive: true, force: true });
  }

  private openWorker(action: string, shard: number, behaviour: Behaviour, options: WorkerWishes): Worker {
    const worker = new Worker(
      actionQueue(action, shard),
      async (job: Job<TaskMessage>, _token?: string, signal?: AbortSignal) => behaviour(job.data, job, signal),
      {
        ...workerOptions(this.address, shard),
        concurrency: 10,
        lockDuration: 30_000,
        ...options,
      },
    );
    worker.on('error', () => undefined);
    return worker;
  }
}
