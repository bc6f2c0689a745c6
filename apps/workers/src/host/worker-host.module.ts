import { Module, type DynamicModule, type Provider, type Type } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { RethrowFilter } from './rethrow.filter.js';

@Module({})
export class WorkerHostModule {
  /** The controllers are the actions, `providers` what their constructors ask for. */
  static serving(controllers: Type[], providers: Provider[] = []): DynamicModule {
    return {
      module: WorkerHostModule,
      controllers,
      providers: [{ provide: APP_FILTER, useClass: RethrowFilter }, ...providers],
    };
  }
}
