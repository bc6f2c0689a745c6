import { Controller, Get, Headers, Inject, Param, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import { TaskDetail, type Principal } from '#libs/contracts';
import { DirectiveReader } from '#libs/state';
import { Allows } from './access.js';
import { LogList, Problems, found } from './answers.js';
import { CurrentPrincipal } from './current-principal.js';
import { Versioned, versioned } from './version.js';

@ApiTags('directives')
@Controller('api/v1/directives/:id/tasks')
export class TaskController {
  constructor(@Inject(DirectiveReader) private readonly reader: DirectiveReader) {}

  @Allows('viewer')
  @Get(':taskId')
  @ApiOperation({ operationId: 'getTask', summary: 'One task: what it depends on, and why it waits' })
  @ApiOkResponse({ standardSchema: TaskDetail })
  @Problems(404)
  @Versioned()
  async task(
    @Param('id') id: string,
    @Param('taskId') taskId: string,
    @CurrentPrincipal() { tenant }: Principal,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Headers('If-None-Match') ifNoneMatch?: string,
  ): Promise<TaskDetail | undefined> {
    // Before the task: whoever orders by it has seen at least this.
    const { lastSeq } = found(await this.reader.get(tenant, id), `task ${taskId} in a directive ${id}`);
    const task = found(await this.reader.task(tenant, id, taskId), `task ${taskId} in a directive ${id}`);
    return versioned(reply, ifNoneMatch, lastSeq, task);
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
