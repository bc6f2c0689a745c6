import { hostname } from 'node:os';
import type { Provider, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import type { Env } from '#libs/config';
import { JobMarks } from '#libs/queues';
import {
  ActionCatalog,
  AttemptFence,
  ProgressProbe,
  checkArtifactStore,
  openArtifactStore,
  openInstallation,
  type ArtifactStore,
  type Installation,
} from '#libs/state';
import { NestLogger, closeMarginMs, tellOfConnectionLoss, type Logger, type RunningService } from '#libs/telemetry';
import { ActionWorkers } from './action-workers.js';
import { HostActionServer } from './action.server.js';
import { AttemptRunner } from './attempt.runner.js';
import { BullmqTransport } from './bullmq.transport.js';
import { CancelListener } from './cancel-listener.js';
import { OnceStart } from './once.start.js';
import { RunningAttempts } from './running-attempts.js';
import { WorkerHostModule } from './worker-host.module.js';

export interface WorkerHost extends RunningService {
  /** Waits for running attempts up to the grace, then aborts them. */
  close(): Promise<void>;
}

/** Three times what an idle worker waits for work before it looks. */
const roundWithinMs = 15_000;

function createServer(
  env: Env,
  { redis, replication, keys, servedShards }: Installation,
  store: ArtifactStore,
  logger: Logger,
): HostActionServer {
  const running = new RunningAttempts(env.worker.lockMs);
  const fence = new AttemptFence(redis, keys, replication);
  const onceStart = new OnceStart(fence, new JobMarks(redis, env.redis));
  const runner = new AttemptRunner(running, fence, onceStart, store, logger);
  const settings = {
    address: env.redis,
    shards: servedShards,
    concurrency: env.worker.concurrency,
    lockMs: env.worker.lockMs,
    shutdownGraceMs: env.shutdownGraceMs,
    hostName: `${hostname()}.${process.pid}`,
  };
  const cancels = new CancelListener(env.redis, redis, keys, servedShards, running, logger);
  const workers = new ActionWorkers(settings, redis, runner, running, logger, () => cancels.watched);
  return new HostActionServer(env.worker.actions, new ActionCatalog(redis, keys), cancels, workers, logger);
}

/**
 * Serves the `@Action` methods of the controllers, whose constructors get the providers. Throws RedisUnfitError, EnvError (an unknown name in COC_ACTIONS),
 * CocError ACTION_CONFLICT, DuplicateActionError or a StartRefusal when artifacts cannot be kept, and leaves nothing open then.
 */
export async function startWorkerHost(
  env: Env,
  logger: Logger,
  controllers: Type[],
  providers: Provider[] = [],
): Promise<WorkerHost> {
  const store = openArtifactStore(env.artifacts);
  const storeWarnings = await checkArtifactStore(store);
  const installation = await openInstallation(env.redis, env.shards);
  const { redis } = installation;
  for (const warning of [...installation.warnings, ...storeWarnings]) logger.warn(warning);
  tellOfConnectionLoss(redis, logger);
  const server = createServer(env, installation, store, logger);
  try {
    const app = await NestFactory.createMicroservice<MicroserviceOptions>(
      WorkerHostModule.serving(controllers, providers),
      {
        strategy: new BullmqTransport(server),
        logger: new NestLogger(logger),
        abortOnError: false,
      },
    );
    await app.listen();
    const probe = new ProgressProbe(redis, installation.keys);
    return {
      checks: [
        ...server.checks(Math.max(roundWithinMs, env.worker.lockMs)),
        { name: 'redis', look: async () => probe.check() },
      ],
      closeWithinMs: env.shutdownGraceMs + closeMarginMs,
      broken: server.broken,
      close: async () => {
        await app.close();
        redis.disconnect();
      },
    };
  } catch (error) {
    await server.stop();
    redis.disconnect();
    throw error;
  }
}
