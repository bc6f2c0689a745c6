import { Controller, Get, Inject } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import { QueueList } from '#libs/contracts';
import { AllowsHouse } from './access.js';
import { QueueInspector } from '../inspect/queue.inspector.js';
import { Problems } from './answers.js';

@ApiTags('queues')
@Controller('api/v1/queues')
export class QueueController {
  constructor(@Inject(QueueInspector) private readonly queues: QueueInspector) {}

  // A line has tasks of all tenants: how long it is tells each of the others.
  @AllowsHouse('admin')
  @Get()
  @ApiOperation({
    operationId: 'listQueues',
    summary: 'The worker queues: how long each line is, and how long it takes',
  })
  @ApiOkResponse({ standardSchema: QueueList })
  @Problems()
  async list(): Promise<z.infer<typeof QueueList>> {
    return { items: await this.queues.list() };
  }
}
