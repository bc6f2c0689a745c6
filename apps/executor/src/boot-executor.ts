import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { NestFactory } from '@nestjs/core';
import type { Env } from '#libs/config';
import { openInstallation } from '#libs/state';
import { NestLogger, closeMarginMs, tellOfConnectionLoss, type Logger, type RunningService } from '#libs/telemetry';
import { Executor } from './executor.js';
import { ExecutorModule } from './executor.module.js';
import type { DirectiveFiles } from './sweep/directive.remover.js';

export interface RunningExecutor extends RunningService {
  executor: Executor;
}

/** Starts an executor on a fit Redis; `files`: what directives have outside of it. Throws RedisUnfitError. */
export async function bootExecutor(env: Env, logger: Logger, files?: DirectiveFiles): Promise<RunningExecutor> {
  const { redis, servedShards: shards, warnings } = await openInstallation(env.redis, env.shards);
  for (const warning of warnings) logger.warn(warning);
  tellOfConnectionLoss(redis, logger);
  const instance = `${hostname()}-${process.pid}-${randomBytes(4).toString('hex')}`;
  const app = await NestFactory.createApplicationContext(
    ExecutorModule.with({ env: { ...env, shards }, logger, redis, instance, files }),
    {
      logger: new NestLogger(logger),
      abortOnError: false,
    },
  );
  logger.info({ shards, instance }, 'executor is running');
  const executor = app.get(Executor);
  return {
    executor,
    broken: executor.broken,
    checks: executor.checks(),
    closeWithinMs: env.shutdownGraceMs + closeMarginMs,
    close: async () => {
      await app.close();
      redis.disconnect();
    },
  };
}
