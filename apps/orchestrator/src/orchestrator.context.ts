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
  RetentionStore,
  ScriptRunner,
  ShardAgenda,
  TaskOutputs,
  TaskStore,
  UploadRegister,
  type Installation,
  MendStore,
} from '#libs/state';
import { EventLoopWatch, type Logger } from '#libs/telemetry';
import { HoldEditor } from './approve/hold.editor.js';
import { ApprovalService } from './approve/approval.service.js';
import { TaskDesk } from './approve/task.desk.js';
import { DecideService } from './decide/decide.service.js';
import { WorkflowLibrary } from './decide/workflow.library.js';
import { docsIndex } from './decide/workflows/docs-index.workflow.js';
import { openHooks, type Hooks } from './hooks/open-hooks.js';
import { ApiKeyDesk } from './identity/api-key.desk.js';
import { KeyRing } from './identity/key-ring.js';
import { CatalogSnapshot } from './ingress/catalog-snapshot.js';
import type { CheckpointDesk } from './ingress/checkpoint.desk.js';
import { DryPlanner } from './ingress/dry-planner.js';
import { IngressService } from './ingress/ingress.service.js';
import { PressureWatch } from './ingress/pressure.watch.js';
import { openRetrying } from './ingress/open-retrying.js';
import { DeletionDesk } from './ingress/deletion.desk.js';
import { KeyDesk } from './ingress/key.desk.js';
import { QueueInspector } from './inspect/queue.inspector.js';
import { DirectiveCensus } from './inspect/directive-stats.js';
import { WorkerInspector } from './inspect/worker.inspector.js';
import { OpenCount } from './metrics/open-count.js';
import { StateInspector } from './inspect/state.inspector.js';
import { ReviewService } from './review/review.service.js';
import { OpenStreams } from './stream/open-streams.js';
import { WebSocketDoor } from './stream/web-socket.door.js';

export interface OrchestratorContext {
  env: Env;
  redis: Redis;
  servedShards: number;
  cursorKey: string;
  logger: Logger;
  ingress: IngressService;
  dryPlanner: DryPlanner;
  checkpoints: CheckpointDesk;
  queues: QueueInspector;
  workers: WorkerInspector;
  open: OpenCount;
  state: StateInspector;
  census: DirectiveCensus;
  decide: DecideService;
  review: ReviewService;
  reader: DirectiveReader;
  approvals: ApprovalService;
  tasks: TaskDesk;
  keyRing: KeyRing;
  apiKeys: ApiKeyDesk;
  streams: EventStreams;
  openStreams: OpenStreams;
  webSockets: WebSocketDoor;
  catalog: ActionCatalog;
  artifacts: ArtifactStore;
  probe: ProgressProbe;
  pressure: PressureWatch;
  beats: ExecutorBeats;
  eventLoop: EventLoopWatch;
  sender: QueueSender;
  hooks: Hooks;
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

function openTasks(
  { redis, keys, servedShards }: Installation,
  { payloads, orders, reader, actions, sender, logger }: ApprovalSources,
): TaskDesk {
  return new TaskDesk({
    reader,
    holds: new HoldReader(redis, keys, servedShards, payloads),
    store: new TaskStore(new ScriptRunner(redis), keys),
    editor: new HoldEditor(actions, orders, payloads),
    payloads,
    sender,
    logger,
  });
}

/** Where humans decide: about holds, and about tasks. */
function openHumanDesks(
  installation: Installation,
  sources: ApprovalSources,
): Pick<OrchestratorContext, 'approvals' | 'tasks'> {
  return { approvals: openApprovals(installation, sources), tasks: openTasks(installation, sources) };
}

function openStreaming(
  env: Env,
  { redis, keys, servedShards }: Installation,
  reader: DirectiveReader,
): Pick<OrchestratorContext, 'streams' | 'openStreams' | 'webSockets'> {
  return {
    streams: new EventStreams(redis, keys, { shards: servedShards, reader }),
    openStreams: new OpenStreams(env.stream.heartbeatMs, env.stream.most),
    webSockets: new WebSocketDoor({ allowedOrigins: env.identity.corsOrigins }),
  };
}

type Inspected = Pick<ConstructorParameters<typeof StateInspector>[0], 'workflows' | 'catalog' | 'beats'>;

function openInspectors(
  env: Env,
  { redis, keys, servedShards }: Installation,
  { reader, ...inspected }: Inspected & { reader: DirectiveReader },
): Pick<OrchestratorContext, 'queues' | 'workers' | 'open' | 'census' | 'state'> {
  const shards = { used: env.shards, served: servedShards };
  const census = new DirectiveCensus(reader);
  const queues = new QueueInspector(redis, keys, new QueueReader(redis, keys), servedShards);
  const workers = new WorkerInspector(redis, keys, queues, servedShards);
  const open = new OpenCount(new MendStore(redis, new ScriptRunner(redis), keys), servedShards);
  return { queues, workers, open, census, state: new StateInspector({ ...inspected, shards, census, queues }) };
}

/** The orchestrator's rooms wired together over one connection. */
export function createOrchestratorContext(
  env: Env,
  logger: Logger,
  installation: Installation,
  artifacts: ArtifactStore,
): OrchestratorContext {
  const { redis, keys, servedShards, cursorKey } = installation;
  const scripts = new ScriptRunner(redis);
  const payloads = new PayloadStore(artifacts, redis, keys);
  const store = new DirectiveStore(scripts, keys, payloads);
  const orders = new DirectiveOrders(redis, keys, payloads);
  const actions = new ActionCatalog(redis, keys);
  const workflows = new WorkflowLibrary([docsIndex]);
  const sender = new QueueSender(redis, env.redis);
  const reader = new DirectiveReader(redis, keys, { shards: servedShards, payloads });
  const shared = { orders, store, catalog: new CatalogSnapshot(actions), workflows, sender, logger, house: env.house };
  const pressure = new PressureWatch(redis, keys, new PressureReader(redis, keys), env.shed);
  const dryPlanner = new DryPlanner({ ...shared, shards: env.shards, pressure });
  const beats = new ExecutorBeats(redis, keys);
  const retrying = openRetrying(installation, { ...shared, payloads, reader, artifacts, dryPlanner });
  const hooks = openHooks(installation, { env, logger, sender, reader });
  return {
    env,
    redis,
    servedShards,
    cursorKey,
    logger,
    ingress: new IngressService({
      ...shared,
      dryPlanner,
      shards: env.shards,
      defaultTtlMs: env.directive.defaultTtlMs,
      refs: new RefRegister(redis, scripts, keys),
      keyDesk: new KeyDesk(new KeyRegister(scripts, keys, limits.answerWithinMs), orders, logger),
      agenda: new ShardAgenda(redis, keys),
      ...retrying,
      deletions: openDeletions(installation, artifacts, logger),
      reader,
      pressure,
      hooks: hooks.desk,
    }),
    dryPlanner,
    checkpoints: retrying.checkpoints,
    ...openInspectors(env, installation, { workflows, catalog: actions, beats, reader }),
    decide: new DecideService(shared),
    review: new ReviewService({ ...shared, outputs: new TaskOutputs(redis, keys, payloads) }),
    reader,
    ...openHumanDesks(installation, { payloads, orders, reader, actions, sender, logger }),
    ...openStreaming(env, installation, reader),
    ...openApiKeys(installation),
    catalog: actions,
    artifacts,
    probe: new ProgressProbe(redis, keys),
    pressure,
    beats,
    eventLoop: new EventLoopWatch(),
    sender,
    hooks,
  };
}
