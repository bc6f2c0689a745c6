import { resolve } from 'node:path';
import { NestFactory } from '@nestjs/core';
import type { Env } from '#libs/config';
import { openInstallation } from '#libs/state';
import { NestLogger, closeMarginMs, tellOfConnectionLoss, type Logger, type RunningService } from '#libs/telemetry';
import { RecorderModule } from './recorder.module.js';
import { openAudit } from './seal/open-audit.js';
import { TraceFolder } from './trace/trace-folder.js';

/**
 * Starts a recorder, which may have to stand by for another. Throws RedisUnfitError, and StartRefusal for a folder it cannot write or a
 * key it cannot read.
 */
export async function bootRecorder(env: Env, logger: Logger): Promise<RunningService> {
  const folder = new TraceFolder(resolve(env.trace.dir));
  await folder.prepare();
  await openAudit(env, folder.dir);
  const { redis, servedShards: shards, warnings } = await openInstallation(env.redis, env.shards);
  for (const warning of warnings) logger.warn(warning);
  tellOfConnectionLoss(redis, logger);
  const app = await NestFactory.createApplicationContext(
    RecorderModule.with({ ...env, shards }, logger, redis, folder),
    { logger: new NestLogger(logger), abortOnError: false },
  );
  logger.info({ shards, dir: folder.dir }, 'recorder is running');
  return {
    closeWithinMs: env.shutdownGraceMs + closeMarginMs,
    close: async () => {
      await app.close();
      redis.disconnect();
    },
  };
}
