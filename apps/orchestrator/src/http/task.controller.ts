import { Controller, Get, Inject, Param } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import { TaskDetail, type Principal } from '#libs/contracts';
import { DirectiveReader } from '#libs/state';
import { Allows } from './access.js';
import { LogList, Problems, found } from './answers.js';
import { CurrentPrincipal } from './current-principal.js';

@ApiTags('directives')
@Controller('api/v1/directives/:id/tasks')
export class TaskController {
  constructor(@Inject(DirectiveReader) private readonly reader: DirectiveReader) {}

  @Allows('viewer')
  @Get(':taskId')
  @ApiOperation({ operationId: 'getTask', summary: 'One task: what it depends on, and why it waits' })
  @ApiOkResponse({ standardSchema: TaskDetail })
  @Problems(404)
  async task(
    @Param('id') id: string,
    @Param('taskId') taskId: string,
    @CurrentPrincipal() { tenant }: Principal,
  ): Promise<TaskDetail> {
    return found(await this.reader.task(tenant, id, taskId), `task ${taskId} in a directive ${id}`);
  }

  @Allows('viewer')
  @Get(':taskId/logs')
  @ApiOperation({ operationId: 'listTaskLogs', summary: 'Log lines of a task, attempt by attempt' })
  @ApiOkResponse({ standardSchema: LogList })
  @Problems(404)
  async logs(
    @Param('id') id: string,
    @Param('taskId') taskId: string,
    @CurrentPrincipal() { tenant }: Principal,
  ): Promise<z.infer<typeof LogList>> {
    return { items: found(await this.reader.logs(tenant, id, taskId), `task ${taskId} in a directive ${id}`) };
  }
}
