import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { NestFactory } from '@nestjs/core';
import type { Env } from '#libs/config';
import { checkArtifactStore, openArtifactStore, openInstallation } from '#libs/state';
import { NestLogger, closeMarginMs, tellOfConnectionLoss, type Logger, type RunningService } from '#libs/telemetry';
import { Executor } from './executor.js';
import { ExecutorModule } from './executor.module.js';
import type { DirectiveFiles } from './sweep/directive.remover.js';

export interface RunningExecutor extends RunningService {
  executor: Executor;
}

/**
 * Starts an executor on a fit Redis; `files`: what directives have outside of it, by default their artifacts. Throws RedisUnfitError, or a
 * StartRefusal when artifacts cannot be kept.
 */
export async function bootExecutor(env: Env, logger: Logger, files?: DirectiveFiles): Promise<RunningExecutor> {
  const artifacts = openArtifactStore(env.artifacts);
  const storeWarnings = await checkArtifactStore(artifacts);
  const { redis, servedShards: shards, warnings } = await openInstallation(env.redis, env.shards);
  for (const warning of [...warnings, ...storeWarnings]) logger.warn(warning);
  tellOfConnectionLoss(redis, logger);
  const instance = `${hostname()}-${process.pid}-${randomBytes(4).toString('hex')}`;
  const app = await NestFactory.createApplicationContext(
    ExecutorModule.with({ env: { ...env, shards }, logger, redis, artifacts, instance, files: files ?? artifacts }),
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
