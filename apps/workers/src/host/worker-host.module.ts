import { Module, type DynamicModule, type Type } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { RethrowFilter } from './rethrow.filter.js';

@Module({})
export class WorkerHostModule {
  /** The controllers are the actions. */
  static serving(controllers: Type[]): DynamicModule {
    return {
      module: WorkerHostModule,
      controllers,
      providers: [{ provide: APP_FILTER, useClass: RethrowFilter }],
    };
  }
}
