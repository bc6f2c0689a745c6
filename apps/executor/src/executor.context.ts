import type { Env } from '#libs/config';
import { SchemaValidator, firstWindow } from '#libs/policy';
import { QueueKeeper, QueueSender, OutcomeReader, type BullAddress } from '#libs/queues';
import { openBlockingRedis, type Redis } from '#libs/redis';
import {
  ActionCatalog,
  AttemptStore,
  CheckpointStore,
  DirectiveStore,
  ExecutorBeats,
  FamilyStore,
  HoldStore,
  HomeSlots,
  Keys,
  MendStore,
  PayloadStore,
  PermitStore,
  QueueWindows,
  RecordedMarks,
  RetentionStore,
  ShortageStore,
  ScriptRunner,
  ShardAgenda,
  TaskFacts,
  TaskOutputs,
  UploadRegister,
  type ArtifactStore,
} from '#libs/state';
import type { Logger } from '#libs/telemetry';
import { MemoryWatch } from './memory-watch.js';
import type { DirectiveFiles } from './sweep/directive.remover.js';
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
  /** What directives have outside of Redis, and leave with them. */
  files: DirectiveFiles;
  instance: string;
}

/** Everything the executor's rooms work with; built once, handed to each. */
export interface ExecutorContext {
  env: Env;
  logger: Logger;
  instance: string;
  redis: Redis;
  address: BullAddress;
  keys: Keys;
  attempts: AttemptStore;
  directives: DirectiveStore;
  holds: HoldStore;
  permits: PermitStore;
  facts: TaskFacts;
  outputs: TaskOutputs;
  payloads: PayloadStore;
  uploads: UploadRegister;
  agenda: ShardAgenda;
  windows: QueueWindows;
  marks: RecordedMarks;
  mending: MendStore;
  shortages: ShortageStore;
  families: FamilyStore;
  checkpoints: CheckpointStore;
  homes: HomeSlots;
  retention: RetentionStore;
  catalog: ActionCatalog;
  validator: SchemaValidator;
  sender: QueueSender;
  bells: TimerBells;
  beats: ExecutorBeats;
  memory: MemoryWatch;
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
  const blocking = Array.from({ length: env.shards }, () => openBlockingRedis(env.redis));
  return {
    env,
    logger,
    instance,
    redis,
    address: env.redis,
    keys,
    attempts: new AttemptStore(scripts, keys, Math.min(firstWindow, env.executor.queueWindow)),
    directives: new DirectiveStore(scripts, keys),
    holds: new HoldStore(scripts, keys),
    permits: new PermitStore(redis, scripts, keys),
    facts: new TaskFacts(redis, keys, payloads),
    outputs: new TaskOutputs(redis, keys, payloads),
    payloads,
    uploads: new UploadRegister(redis, keys),
    agenda: new ShardAgenda(redis, keys),
    windows: new QueueWindows(redis, keys),
    marks: new RecordedMarks(redis, keys),
    mending: new MendStore(redis, scripts, keys),
    shortages: new ShortageStore(redis, scripts, keys),
    families: new FamilyStore(redis, scripts, keys),
    checkpoints: new CheckpointStore(redis, scripts, keys),
    homes: new HomeSlots(redis, keys),
    retention: new RetentionStore(redis, scripts, keys),
    catalog: new ActionCatalog(redis, keys),
    validator: new SchemaValidator(),
    sender: new QueueSender(redis, env.redis),
    bells: new TimerBells(),
    beats: new ExecutorBeats(redis, keys),
    memory: new MemoryWatch(logger),
    desks: blocking.map((connection, shard) => openDesk(env, redis, connection, keys, instance, shard)),
    blocking,
  };
}
