import { Body, Controller, Headers, HttpCode, Inject, Param, Post, applyDecorators } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CompleteTask, OrderTask, TaskDetail, type Principal } from '#libs/contracts';
import { TaskDesk } from '../approve/task.desk.js';
import { Allows } from './access.js';
import { Problems } from './answers.js';
import { CurrentPrincipal } from './current-principal.js';
import { HeldAgainstInside, seenSeq } from './version.js';

/** An order about one task: answers it as it then is, or 409 with its state and what may be ordered of it. */
function Verb(path: string, operationId: string, summary: string, ...further: number[]): MethodDecorator {
  return applyDecorators(
    Allows('operator'),
    Post(path),
    HttpCode(200),
    ApiOperation({ operationId, summary }),
    ApiOkResponse({ standardSchema: TaskDetail }),
    Problems(403, 404, 409, 413, 415, ...further),
    HeldAgainstInside(),
  );
}

@ApiTags('directives')
@Controller('api/v1/directives/:id/tasks/:taskId')
export class TaskOrderController {
  constructor(@Inject(TaskDesk) private readonly tasks: TaskDesk) {}

  @Verb('retry', 'retryTask', 'Try it again now: one that waits for its next attempt, or whose effect nobody knows')
  async retry(
    @Param('id') id: string,
    @Param('taskId') taskId: string,
    @Body({ schema: OrderTask }) { comment }: OrderTask,
    @CurrentPrincipal() principal: Principal,
    @Headers('If-Match') ifMatch?: string,
  ): Promise<TaskDetail> {
    return this.tasks.order(principal, id, taskId, { verb: 'retry', comment, lastSeq: seenSeq(ifMatch) });
  }

  @Verb('skip', 'skipTask', 'Leave it out; what depends on it is skipped, or goes on where it is optional')
  async skip(
    @Param('id') id: string,
    @Param('taskId') taskId: string,
    @Body({ schema: OrderTask }) { comment }: OrderTask,
    @CurrentPrincipal() principal: Principal,
    @Headers('If-Match') ifMatch?: string,
  ): Promise<TaskDetail> {
    return this.tasks.order(principal, id, taskId, { verb: 'skip', comment, lastSeq: seenSeq(ifMatch) });
  }

  @Verb('complete-with', 'completeTask', 'It succeeded, with this output; what depends on it goes on', 422, 410)
  async complete(
    @Param('id') id: string,
    @Param('taskId') taskId: string,
    @Body({ schema: CompleteTask }) { output, comment }: CompleteTask,
    @CurrentPrincipal() principal: Principal,
    @Headers('If-Match') ifMatch?: string,
  ): Promise<TaskDetail> {
    return this.tasks.order(principal, id, taskId, { verb: 'complete', output, comment, lastSeq: seenSeq(ifMatch) });
  }
}
