import {
  Inject,
  Module,
  type DynamicModule,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { createExecutorContext, type ExecutorSetup } from './executor.context.js';
import { Executor } from './executor.js';

/** Starts the executor with its Nest application and drains it before the application goes. */
@Module({})
export class ExecutorModule implements OnApplicationBootstrap, BeforeApplicationShutdown {
  constructor(@Inject(Executor) private readonly executor: Executor) {}

  static with(setup: ExecutorSetup): DynamicModule {
    const executor = {
      provide: Executor,
      useFactory: () => new Executor(createExecutorContext(setup), setup.files),
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
