import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { NestFactory } from '@nestjs/core';
import type { Env } from '#libs/config';
import { connectFitRedis, openRedis } from '#libs/state';
import { NestLogger, type Logger } from '#libs/telemetry';
import { Executor } from './executor.js';
import { ExecutorModule } from './executor.module.js';

export interface RunningExecutor {
  executor: Executor;
  close(): Promise<void>;
}

/** Starts an executor on a fit Redis. Throws RedisUnfitError. */
export async function bootExecutor(env: Env, logger: Logger): Promise<RunningExecutor> {
  const redis = openRedis(env.redis.url);
  for (const warning of await connectFitRedis(redis, env.redis.url, env.redis)) logger.warn(warning);
  const instance = `${hostname()}-${process.pid}-${randomBytes(4).toString('hex')}`;
  const app = await NestFactory.createApplicationContext(ExecutorModule.with({ env, logger, redis, instance }), {
    logger: new NestLogger(logger),
    abortOnError: false,
  });
  logger.info({ shards: env.shards, instance }, 'executor is running');
  return {
    executor: app.get(Executor),
    close: async () => {
      await app.close();
      redis.disconnect();
    },
  };
}
