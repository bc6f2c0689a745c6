import { Controller, Get, Inject } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import { WorkerList } from '#libs/contracts';
import { WorkerInspector } from '../inspect/worker.inspector.js';
import { AllowsHouse } from './access.js';
import { Problems } from './answers.js';

@ApiTags('queues')
@Controller('api/v1/workers')
export class WorkerController {
  constructor(@Inject(WorkerInspector) private readonly workers: WorkerInspector) {}

  // They work for all tenants.
  @AllowsHouse('admin')
  @Get()
  @ApiOperation({
    operationId: 'listWorkers',
    summary: 'The live workers of each queue, what they are at, and when one last took an attempt',
  })
  @ApiOkResponse({ standardSchema: WorkerList })
  @Problems()
  async list(): Promise<z.infer<typeof WorkerList>> {
    return { items: await this.workers.list() };
  }
}
