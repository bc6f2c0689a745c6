import { Body, Controller, Headers, HttpCode, Inject, Param, Post, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import { RetryDirective, RetryPlan, type Principal, type SubmitAccepted } from '#libs/contracts';
import { Allows } from './access.js';
import { CurrentPrincipal } from './current-principal.js';
import { DirectiveIngress } from './directive-ingress.js';
import { Submits, takeIn } from './submit.js';

@ApiTags('directives')
@Controller('api/v1/directives/:id')
export class RetryController {
  constructor(@Inject(DirectiveIngress) private readonly ingress: DirectiveIngress) {}

  @Allows('operator')
  @Post('retry')
  @HttpCode(202)
  @ApiOperation({
    operationId: 'retryDirective',
    summary:
      'Do again what a final directive was asked to do, from its last checkpoint: a new one, linked to it by retryOf',
  })
  @ApiOkResponse({ standardSchema: RetryPlan, description: 'with `dryRun`: what would be kept and what would run' })
  @Submits(404, 410)
  async retry(
    @Param('id') retryOf: string,
    @Body({ schema: RetryDirective }) { dryRun, ...order }: RetryDirective,
    @CurrentPrincipal() principal: Principal,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Headers('Idempotency-Key') idempotencyKey?: string,
    @Headers('traceparent') traceparent?: string,
  ): Promise<z.infer<typeof SubmitAccepted> | RetryPlan> {
    if (dryRun) {
      reply.status(200);
      return this.ingress.planRetry(principal, retryOf, order);
    }
    const headers = { idempotencyKey, traceparent };
    return takeIn(headers, reply, async (origin) => this.ingress.retry({ ...order, retryOf, principal, ...origin }));
  }
}
