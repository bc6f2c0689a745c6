import type { Env } from '#libs/config';
import { SchemaValidator, firstWindow } from '#libs/policy';
import { QueueKeeper, QueueSender, OutcomeReader, type BullAddress } from '#libs/queues';
import {
  ActionCatalog,
  AttemptStore,
  DirectiveStore,
  HoldStore,
  Keys,
  PayloadStore,
  PermitStore,
  QueueWindows,
  RecordedMarks,
  ScriptRunner,
  ShardAgenda,
  TaskFacts,
  TaskOutputs,
  openBlockingRedis,
  type ArtifactStore,
  type Redis,
} from '#libs/state';
import type { Logger } from '#libs/telemetry';
import { TimerBells } from './sweep/timer-bells.js';

/** One shard as this executor sees it: its reader of outcomes and its keeper of queues. */
export interface ShardDesk {
  shard: number;
  reader: OutcomeReader;
  keeper: QueueKeeper;
}

/** What a process gives its executor. */
export interface ExecutorSetup {
  env: Env;
  logger: Logger;
  redis: Redis;
  artifacts: ArtifactStore;
  instance: string;
}

/** Everything the executor's rooms work with; built once, handed to each. */
export interface ExecutorContext {
  env: Env;
  logger: Logger;
  instance: string;
  address: BullAddress;
  keys: Keys;
  attempts: AttemptStore;
  directives: DirectiveStore;
  holds: HoldStore;
  permits: PermitStore;
  facts: TaskFacts;
  outputs: TaskOutputs;
  payloads: PayloadStore;
  agenda: ShardAgenda;
  windows: QueueWindows;
  marks: RecordedMarks;
  catalog: ActionCatalog;
  validator: SchemaValidator;
  sender: QueueSender;
  bells: TimerBells;
  desks: ShardDesk[];
  blocking: Redis[];
}

function openDesk(env: Env, redis: Redis, blocking: Redis, keys: Keys, instance: string, shard: number): ShardDesk {
  const root = keys.root(shard);
  return { shard, reader: new OutcomeReader(blocking, redis, root, instance), keeper: new QueueKeeper(redis, root) };
}

export function createExecutorContext({ env, logger, redis, artifacts, instance }: ExecutorSetup): ExecutorContext {
  const keys = new Keys(env.redis.keyPrefix);
  const scripts = new ScriptRunner(redis);
  const payloads = new PayloadStore(artifacts, redis, keys);
  const address = { url: env.redis.url, keyPrefix: env.redis.keyPrefix };
  const blocking = Array.from({ length: env.shards }, () => openBlockingRedis(env.redis.url));
  return {
    env,
    logger,
    instance,
    address,
    keys,
    attempts: new AttemptStore(scripts, keys, Math.min(firstWindow, env.executor.queueWindow)),
    directives: new DirectiveStore(scripts, keys),
    holds: new HoldStore(scripts, keys),
    permits: new PermitStore(redis, scripts, keys),
    facts: new TaskFacts(redis, keys, payloads),
    outputs: new TaskOutputs(redis, keys, payloads),
    payloads,
    agenda: new ShardAgenda(redis, keys),
    windows: new QueueWindows(redis, keys),
    marks: new RecordedMarks(redis, keys),
    catalog: new ActionCatalog(redis, keys),
    validator: new SchemaValidator(),
    sender: new QueueSender(redis, address),
    bells: new TimerBells(),
    desks: blocking.map((connection, shard) => openDesk(env, redis, connection, keys, instance, shard)),
    blocking,
  };
}
