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
import { EventLoopWatch, tellOfStandstill } from '#libs/telemetry';
import { ApprovalService } from './approve/approval.service.js';
import { ActionController } from './http/action.controller.js';
import { ApprovalController } from './http/approval.controller.js';
import { ArtifactController } from './http/artifact.controller.js';
import { BudgetController } from './http/budget.controller.js';
import { DirectiveController } from './http/directive.controller.js';
import { DirectiveIngress } from './http/directive-ingress.js';
import { KeyController } from './http/key.controller.js';
import { HealthController } from './http/health.controller.js';
import { OrderController } from './http/order.controller.js';
import { TaskController } from './http/task.controller.js';
import { OrchestratorController } from './http/orchestrator.controller.js';
import { QueueController } from './http/queue.controller.js';
import { ServedShards } from './http/served-shards.js';
import { StoreProbe } from './http/store-probe.js';
import { AccessGuard } from './identity/access.guard.js';
import { ApiKeyDesk } from './identity/api-key.desk.js';
import { DryPlanner } from './ingress/dry-planner.js';
import { QueueInspector } from './inspect/queue.inspector.js';
import { StateInspector } from './inspect/state.inspector.js';
import type { OrchestratorContext } from './orchestrator.context.js';
import { openRooms } from './rooms.js';
import { OpenStreams } from './stream/open-streams.js';
import { StreamController } from './stream/stream.controller.js';

const contextToken = Symbol('OrchestratorContext');

/** HTTP ingress, and the decide and review rooms, which open with the application and drain before it goes. */
@Module({})
export class OrchestratorModule implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private rooms: RoomReceiver[] = [];
  private readonly watchdog: Watchdog;

  constructor(@Inject(contextToken) private readonly context: OrchestratorContext) {
    this.watchdog = new Watchdog({
      redis: context.redis,
      watched: () => [...this.rooms, context.streams].flatMap(({ watched }) => watched),
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
        DirectiveController,
        OrderController,
        TaskController,
        OrchestratorController,
        QueueController,
        ApprovalController,
        BudgetController,
        StreamController,
        ActionController,
        ArtifactController,
        KeyController,
        HealthController,
      ],
      providers: [
        { provide: contextToken, useValue: context },
        { provide: DirectiveIngress, useValue: context.ingress },
        { provide: DryPlanner, useValue: context.dryPlanner },
        { provide: QueueInspector, useValue: context.queues },
        { provide: StateInspector, useValue: context.state },
        { provide: DirectiveReader, useValue: context.reader },
        { provide: ApprovalService, useValue: context.approvals },
        { provide: ApiKeyDesk, useValue: context.apiKeys },
        { provide: EventStreams, useValue: context.streams },
        { provide: OpenStreams, useValue: context.openStreams },
        { provide: ActionCatalog, useValue: context.catalog },
        { provide: ArtifactStore, useValue: context.artifacts },
        { provide: ProgressProbe, useValue: context.probe },
        { provide: ExecutorBeats, useValue: context.beats },
        { provide: EventLoopWatch, useValue: context.eventLoop },
        { provide: ServedShards, useValue: new ServedShards(context.servedShards) },
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
    this.watchdog.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.watchdog.stop();
    this.context.pressure.stop();
    this.context.eventLoop.stop();
    await Promise.all(this.rooms.map(async (room) => room.close()));
    await this.context.sender.close();
  }
}
