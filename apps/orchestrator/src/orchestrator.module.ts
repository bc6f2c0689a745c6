import {
  Inject,
  Module,
  type BeforeApplicationShutdown,
  type DynamicModule,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { TerminusModule } from '@nestjs/terminus';
import type { RoomReceiver } from '#libs/queues';
import { Watchdog } from '#libs/redis';
import { ActionCatalog, ArtifactStore, DirectiveReader, EventStreams, ExecutorBeats, ProgressProbe } from '#libs/state';
import { EventLoopWatch, processMetrics, tellOfStandstill } from '#libs/telemetry';
import { ApprovalService } from './approve/approval.service.js';
import { TaskDesk } from './approve/task.desk.js';
import { HookController } from './hooks/hook.controller.js';
import { HookDesk } from './hooks/hook.desk.js';
import type { RunningHooks } from './hooks/open-hooks.js';
import { ActionController } from './http/action.controller.js';
import { ApprovalController } from './http/approval.controller.js';
import { ArtifactController } from './http/artifact.controller.js';
import { BudgetController } from './http/budget.controller.js';
import { CheckpointController } from './http/checkpoint.controller.js';
import { ChildController } from './http/child.controller.js';
import { CursorSeal } from './http/cursor-seal.js';
import { DirectiveController } from './http/directive.controller.js';
import { DirectiveIngress } from './http/directive-ingress.js';
import { DocsController } from './http/docs.controller.js';
import { KeyController } from './http/key.controller.js';
import { HealthController } from './http/health.controller.js';
import { OrderController } from './http/order.controller.js';
import { TaskController } from './http/task.controller.js';
import { TaskOrderController } from './http/task-order.controller.js';
import { OrchestratorController } from './http/orchestrator.controller.js';
import { QueueController } from './http/queue.controller.js';
import { RetryController } from './http/retry.controller.js';
import { WorkerController } from './http/worker.controller.js';
import { ServedShards } from './http/served-shards.js';
import { StatsController } from './http/stats.controller.js';
import { TaskReadsController } from './http/task-reads.controller.js';
import { StoreProbe } from './http/store-probe.js';
import { CheckpointDesk } from './ingress/checkpoint.desk.js';
import { AccessGuard } from './identity/access.guard.js';
import { ApiKeyDesk } from './identity/api-key.desk.js';
import { DryPlanner } from './ingress/dry-planner.js';
import { DirectiveCensus } from './inspect/directive-stats.js';
import { measureRecord } from './metrics/record.meter.js';
import { MetricsController } from './metrics/metrics.controller.js';
import { QueueInspector } from './inspect/queue.inspector.js';
import { WorkerInspector } from './inspect/worker.inspector.js';
import { StateInspector } from './inspect/state.inspector.js';
import type { OrchestratorContext } from './orchestrator.context.js';
import { openRooms } from './rooms.js';
import { OpenStreams } from './stream/open-streams.js';
import { StreamController } from './stream/stream.controller.js';
import { WebSocketController } from './stream/web-socket.controller.js';
import { WebSocketDoor } from './stream/web-socket.door.js';

const contextToken = Symbol('OrchestratorContext');

/** HTTP ingress, and the decide and review rooms, which open with the application and drain before it goes. */
@Module({})
export class OrchestratorModule implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private rooms: RoomReceiver[] = [];
  private stopMeasuring = (): void => undefined;
  private hooks: RunningHooks | undefined;
  private readonly watchdog: Watchdog;

  constructor(@Inject(contextToken) private readonly context: OrchestratorContext) {
    this.watchdog = new Watchdog({
      redis: context.redis,
      watched: () =>
        [...this.rooms, ...(this.hooks ? [this.hooks] : []), context.streams].flatMap(({ watched }) => watched),
      onRecreate: (name) => tellOfStandstill(context.logger, name),
    });
  }

  /** Resolves with the reason when its rooms, or what it tells clients, make no progress any more. */
  get broken(): Promise<string> {
    return this.watchdog.broken;
  }

  static with(context: OrchestratorContext): DynamicModule {
    return {
      module: OrchestratorModule,
      imports: [TerminusModule.forRoot({ logger: false })],
      controllers: [
        StatsController,
        DirectiveController,
        OrderController,
        RetryController,
        CheckpointController,
        ChildController,
        TaskController,
        TaskReadsController,
        TaskOrderController,
        OrchestratorController,
        QueueController,
        WorkerController,
        ApprovalController,
        BudgetController,
        StreamController,
        WebSocketController,
        HookController,
        ActionController,
        ArtifactController,
        KeyController,
        HealthController,
        MetricsController,
        DocsController,
      ],
      providers: [
        { provide: contextToken, useValue: context },
        { provide: DirectiveIngress, useValue: context.ingress },
        { provide: CheckpointDesk, useValue: context.checkpoints },
        { provide: DryPlanner, useValue: context.dryPlanner },
        { provide: QueueInspector, useValue: context.queues },
        { provide: DirectiveCensus, useValue: context.census },
        { provide: WorkerInspector, useValue: context.workers },
        { provide: StateInspector, useValue: context.state },
        { provide: DirectiveReader, useValue: context.reader },
        { provide: ApprovalService, useValue: context.approvals },
        { provide: TaskDesk, useValue: context.tasks },
        { provide: ApiKeyDesk, useValue: context.apiKeys },
        { provide: EventStreams, useValue: context.streams },
        { provide: OpenStreams, useValue: context.openStreams },
        { provide: WebSocketDoor, useValue: context.webSockets },
        { provide: HookDesk, useFactory: () => context.hooks.desk },
        { provide: ActionCatalog, useValue: context.catalog },
        { provide: ArtifactStore, useValue: context.artifacts },
        { provide: ProgressProbe, useValue: context.probe },
        { provide: ExecutorBeats, useValue: context.beats },
        { provide: EventLoopWatch, useValue: context.eventLoop },
        { provide: ServedShards, useValue: new ServedShards(context.servedShards) },
        { provide: CursorSeal, useValue: new CursorSeal(context.cursorKey) },
        { provide: StoreProbe, useValue: new StoreProbe(context.artifacts) },
        { provide: APP_GUARD, useClass: AccessGuard },
      ],
    };
  }

  onApplicationBootstrap(): void {
    const { env, redis, servedShards, logger, decide, review, pressure } = this.context;
    pressure.start();
    this.rooms = openRooms({
      address: env.redis,
      redis,
      shards: servedShards,
      graceMs: env.shutdownGraceMs,
      logger,
      decide,
      review,
    });
    this.hooks = this.context.hooks.start();
    this.stopMeasuring = measureRecord(processMetrics(), this.context);
    this.watchdog.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopMeasuring();
    this.watchdog.stop();
    this.context.pressure.stop();
    this.context.eventLoop.stop();
    await Promise.all([...this.rooms, this.hooks].map(async (part) => part?.close()));
    await this.context.sender.close();
  }
}
