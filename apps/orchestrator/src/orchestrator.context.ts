import type { Env } from '#libs/config';
import { limits } from '#libs/contracts';
import { QueueSender } from '#libs/queues';
import type { Redis } from '#libs/redis';
import {
  ActionCatalog,
  ApiKeyStore,
  type ArtifactStore,
  DirectiveOrders,
  DirectiveReader,
  DirectiveStore,
  EventStreams,
  ExecutorBeats,
  GrantRegister,
  HoldReader,
  HoldStore,
  KeyRegister,
  LedgerReader,
  PayloadStore,
  PressureReader,
  QueueReader,
  ProgressProbe,
  RecordedMarks,
  RefRegister,
  RequestReader,
  RetentionStore,
  ScriptRunner,
  ShardAgenda,
  TaskOutputs,
  UploadRegister,
  type Installation,
} from '#libs/state';
import { EventLoopWatch, type Logger } from '#libs/telemetry';
import { HoldEditor } from './approve/hold.editor.js';
import { ApprovalService } from './approve/approval.service.js';
import { DecideService } from './decide/decide.service.js';
import { WorkflowLibrary } from './decide/workflow.library.js';
import { docsIndex } from './decide/workflows/docs-index.workflow.js';
import { ApiKeyDesk } from './identity/api-key.desk.js';
import { KeyRing } from './identity/key-ring.js';
import { CatalogSnapshot } from './ingress/catalog-snapshot.js';
import { DryPlanner } from './ingress/dry-planner.js';
import { IngressService } from './ingress/ingress.service.js';
import { PressureWatch } from './ingress/pressure.watch.js';
import { RetryDesk } from './ingress/retry.desk.js';
import { DeletionDesk } from './ingress/deletion.desk.js';
import { KeyDesk } from './ingress/key.desk.js';
import { QueueInspector } from './inspect/queue.inspector.js';
import { StateInspector } from './inspect/state.inspector.js';
import { ReviewService } from './review/review.service.js';
import { OpenStreams } from './stream/open-streams.js';

export interface OrchestratorContext {
  env: Env;
  redis: Redis;
  servedShards: number;
  logger: Logger;
  ingress: IngressService;
  dryPlanner: DryPlanner;
  queues: QueueInspector;
  state: StateInspector;
  decide: DecideService;
  review: ReviewService;
  reader: DirectiveReader;
  approvals: ApprovalService;
  keyRing: KeyRing;
  apiKeys: ApiKeyDesk;
  streams: EventStreams;
  openStreams: OpenStreams;
  catalog: ActionCatalog;
  artifacts: ArtifactStore;
  probe: ProgressProbe;
  pressure: PressureWatch;
  beats: ExecutorBeats;
  eventLoop: EventLoopWatch;
  sender: QueueSender;
}

function openDeletions({ redis, keys }: Installation, files: ArtifactStore, logger: Logger): DeletionDesk {
  return new DeletionDesk({
    retention: new RetentionStore(redis, new ScriptRunner(redis), keys),
    marks: new RecordedMarks(redis, keys),
    agenda: new ShardAgenda(redis, keys),
    files,
    uploads: new UploadRegister(redis, keys),
    logger,
  });
}

function openApiKeys({ redis, keys }: Installation): Pick<OrchestratorContext, 'keyRing' | 'apiKeys'> {
  const store = new ApiKeyStore(redis, keys);
  const keyRing = new KeyRing(store);
  return { keyRing, apiKeys: new ApiKeyDesk(store, keyRing) };
}

interface ApprovalSources {
  payloads: PayloadStore;
  orders: DirectiveOrders;
  reader: DirectiveReader;
  actions: ActionCatalog;
  sender: QueueSender;
  logger: Logger;
}

function openApprovals(
  { redis, keys, servedShards }: Installation,
  { payloads, orders, reader, actions, sender, logger }: ApprovalSources,
): ApprovalService {
  return new ApprovalService({
    holds: new HoldReader(redis, keys, servedShards, payloads),
    store: new HoldStore(new ScriptRunner(redis), keys),
    grants: new GrantRegister(redis, keys, servedShards),
    ledgers: new LedgerReader(redis, keys, reader),
    orders,
    editor: new HoldEditor(actions, orders, payloads),
    payloads,
    sender,
    logger,
  });
}

/** The orchestrator's rooms wired together over one connection. */
export function createOrchestratorContext(
  env: Env,
  logger: Logger,
  installation: Installation,
  artifacts: ArtifactStore,
): OrchestratorContext {
  const { redis, keys, servedShards } = installation;
  const scripts = new ScriptRunner(redis);
  const payloads = new PayloadStore(artifacts, redis, keys);
  const store = new DirectiveStore(scripts, keys, payloads);
  const orders = new DirectiveOrders(redis, keys, payloads);
  const actions = new ActionCatalog(redis, keys);
  const catalog = new CatalogSnapshot(actions);
  const workflows = new WorkflowLibrary([docsIndex]);
  const sender = new QueueSender(redis, env.redis);
  const reader = new DirectiveReader(redis, keys, { shards: servedShards, payloads });
  const shared = { orders, store, catalog, workflows, sender, house: env.house };
  const pressure = new PressureWatch(redis, keys, new PressureReader(redis, keys), env.shed);
  const beats = new ExecutorBeats(redis, keys);
  const shardCounts = { used: env.shards, served: servedShards };
  const queues = new QueueInspector(redis, keys, new QueueReader(redis, keys), servedShards);
  return {
    env,
    redis,
    servedShards,
    logger,
    ingress: new IngressService({
      ...shared,
      shards: env.shards,
      defaultTtlMs: env.directive.defaultTtlMs,
      logger,
      refs: new RefRegister(redis, scripts, keys),
      keyDesk: new KeyDesk(new KeyRegister(scripts, keys, limits.answerWithinMs), orders, logger),
      agenda: new ShardAgenda(redis, keys),
      retries: new RetryDesk(orders, new RequestReader(redis, keys, payloads), catalog),
      deletions: openDeletions(installation, artifacts, logger),
      reader,
      pressure,
    }),
    dryPlanner: new DryPlanner(shared),
    queues,
    state: new StateInspector({ shards: shardCounts, workflows, catalog: actions, reader, beats, queues }),
    decide: new DecideService(shared),
    review: new ReviewService({ ...shared, outputs: new TaskOutputs(redis, keys, payloads) }),
    reader,
    approvals: openApprovals(installation, { payloads, orders, reader, actions, sender, logger }),
    ...openApiKeys(installation),
    streams: new EventStreams(redis, keys, { shards: servedShards, reader }),
    openStreams: new OpenStreams(env.stream.heartbeatMs),
    catalog: actions,
    artifacts,
    probe: new ProgressProbe(redis, keys),
    pressure,
    beats,
    eventLoop: new EventLoopWatch(),
    sender,
  };
}
