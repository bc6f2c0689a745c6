import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import { DependencyList, TaskList, TaskWait, type Principal, type TaskDetail } from '#libs/contracts';
import { DirectiveReader } from '#libs/state';
import { Allows } from './access.js';
import { Problems, found } from './answers.js';
import { CurrentPrincipal } from './current-principal.js';
import { CursorSeal } from './cursor-seal.js';
import { TaskQuery } from './list.query.js';

@ApiTags('directives')
@Controller('api/v1/directives/:id/tasks')
export class TaskReadsController {
  constructor(
    @Inject(DirectiveReader) private readonly reader: DirectiveReader,
    @Inject(CursorSeal) private readonly cursors: CursorSeal,
  ) {}

  @Allows('viewer')
  @Get()
  @ApiOperation({ operationId: 'listTasks', summary: 'Its tasks in the order of the plan, or those in some states' })
  @ApiOkResponse({ standardSchema: TaskList })
  @Problems(404)
  async list(
    @Param('id') id: string,
    @Query({ schema: TaskQuery }) query: TaskQuery,
    @CurrentPrincipal() { tenant }: Principal,
  ): Promise<z.infer<typeof TaskList>> {
    const states = query.state === undefined ? undefined : [query.state].flat();
    const page = await this.cursors.turn(query, ['tasks', tenant, { id, states }], async (opened) =>
      this.reader.plan(tenant, id, opened),
    );
    const { items, nextCursor } = found(page, `directive ${id}`);
    return { directiveId: id, items: items.filter(({ state }) => !states || states.includes(state)), nextCursor };
  }

  @Allows('viewer')
  @Get(':taskId/dependencies')
  @ApiOperation({ operationId: 'listDependencies', summary: 'The tasks it depends on, with their states' })
  @ApiOkResponse({ standardSchema: DependencyList })
  @Problems(404)
  async dependencies(
    @Param('id') id: string,
    @Param('taskId') taskId: string,
    @CurrentPrincipal() { tenant }: Principal,
  ): Promise<z.infer<typeof DependencyList>> {
    const { dependencies } = await this.find(tenant, id, taskId);
    return { items: dependencies };
  }

  @Allows('viewer')
  @Get(':taskId/why')
  @ApiOperation({ operationId: 'explainTask', summary: 'Why it waits, for what, since when and until when' })
  @ApiOkResponse({ standardSchema: TaskWait })
  @Problems(404)
  async why(
    @Param('id') id: string,
    @Param('taskId') taskId: string,
    @CurrentPrincipal() { tenant }: Principal,
  ): Promise<TaskWait> {
    const task = await this.find(tenant, id, taskId);
    const { state, why, waitingOn, owner, since, deadline } = task;
    return { id: task.id, state, why, waitingOn, owner, since, deadline };
  }

  private async find(tenant: string, id: string, taskId: string): Promise<TaskDetail> {
    return found(await this.reader.task(tenant, id, taskId), `task ${taskId} in a directive ${id}`);
  }
}
