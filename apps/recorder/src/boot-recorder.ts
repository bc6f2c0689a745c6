import { resolve } from 'node:path';
import { NestFactory } from '@nestjs/core';
import type { Env } from '#libs/config';
import { ProgressProbe, openInstallation } from '#libs/state';
import {
  NestLogger,
  closeMarginMs,
  reportOn,
  tellOfConnectionLoss,
  type Logger,
  type RunningService,
} from '#libs/telemetry';
import { Recorder } from './recorder.js';
import { RecorderModule } from './recorder.module.js';
import { openAudit } from './seal/open-audit.js';
import { TraceFolder } from './trace/trace-folder.js';

/** Three times as long as a read waits for an event. */
const roundWithinMs = 15_000;

/**
 * Starts a recorder, which may have to stand by for another. Throws RedisUnfitError, and StartRefusal for a folder it cannot write or a
 * key it cannot read.
 */
export async function bootRecorder(env: Env, logger: Logger): Promise<RunningService> {
  const folder = new TraceFolder(resolve(env.trace.dir));
  await folder.prepare();
  await openAudit(env, folder.dir);
  const { redis, keys, servedShards: shards, warnings } = await openInstallation(env.redis, env.shards);
  for (const warning of warnings) logger.warn(warning);
  tellOfConnectionLoss(redis, logger);
  const app = await NestFactory.createApplicationContext(
    RecorderModule.with({ ...env, shards }, logger, redis, folder),
    { logger: new NestLogger(logger), abortOnError: false },
  );
  logger.info({ shards, dir: folder.dir }, 'recorder is running');
  const recorder = app.get(Recorder);
  const probe = new ProgressProbe(redis, keys);
  return {
    checks: [
      { name: 'recording', look: () => reportOn([recorder], roundWithinMs) },
      { name: 'redis', look: async () => probe.check() },
    ],
    broken: recorder.broken,
    closeWithinMs: env.shutdownGraceMs + closeMarginMs,
    close: async () => {
      await app.close();
      redis.disconnect();
    },
  };
}
