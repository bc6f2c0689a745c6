import {
  Inject,
  Module,
  type DynamicModule,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import type { Env } from '#libs/config';
import type { Redis } from '#libs/redis';
import type { Logger } from '#libs/telemetry';
import { createExecutorContext } from './executor.context.js';
import { Executor } from './executor.js';
import type { DirectiveFiles } from './sweep/directive.remover.js';

export interface ExecutorSetup {
  env: Env;
  logger: Logger;
  redis: Redis;
  instance: string;
  files: DirectiveFiles | undefined;
}

/** Starts the executor with its Nest application and drains it before the application goes. */
@Module({})
export class ExecutorModule implements OnApplicationBootstrap, BeforeApplicationShutdown {
  constructor(@Inject(Executor) private readonly executor: Executor) {}

  static with({ env, logger, redis, instance, files }: ExecutorSetup): DynamicModule {
    const executor = {
      provide: Executor,
      useFactory: () => new Executor(createExecutorContext(env, logger, redis, instance), files),
    };
    return { module: ExecutorModule, providers: [executor], exports: [executor] };
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.executor.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.executor.stop();
  }
}
