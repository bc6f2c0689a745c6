import { Body, Controller, Get, Headers, HttpCode, Inject, Post, Query, Res, UseGuards } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import {
  DryPlan,
  OrchestratorState,
  SubmitDirective,
  limits,
  type Principal,
  type SubmitAccepted,
} from '#libs/contracts';
import { Allows } from './access.js';
import { DryPlanner } from '../ingress/dry-planner.js';
import { StateInspector } from '../inspect/state.inspector.js';
import { Problems } from './answers.js';
import { CurrentPrincipal } from './current-principal.js';
import { DirectiveIngress } from './directive-ingress.js';
import type { BodyRule } from './json.adapter.js';
import { PlanSizeGuard } from './plan-size.guard.js';
import { ExecuteQuery } from './page.query.js';
import { ChangesNothing } from './replicated.interceptor.js';
import { Submits, takeIn } from './submit.js';

/** Look at what would be decided, have it done, see how it stands. */
@ApiTags('orchestrator')
@Controller('api/v1/orchestrator')
export class OrchestratorController {
  constructor(
    @Inject(DryPlanner) private readonly planner: DryPlanner,
    @Inject(DirectiveIngress) private readonly ingress: DirectiveIngress,
    @Inject(StateInspector) private readonly inspector: StateInspector,
  ) {}

  @Allows('viewer')
  @Post('plan')
  @HttpCode(200)
  @ChangesNothing()
  @RouteConfig({ maxBodyBytes: limits.maxSubmitBytes } satisfies BodyRule)
  @UseGuards(PlanSizeGuard)
  @ApiOperation({
    operationId: 'planDirective',
    summary: 'A dry plan: what would be decided for a directive, with risk and cost; nothing is stored',
  })
  @ApiOkResponse({ standardSchema: DryPlan })
  @Problems(403, 413, 415, 422, 429)
  async plan(
    @Body({ schema: SubmitDirective }) body: SubmitDirective,
    @CurrentPrincipal() principal: Principal,
  ): Promise<DryPlan> {
    return this.planner.plan(body, principal);
  }

  @Allows('operator')
  @Post('execute')
  @HttpCode(202)
  @RouteConfig({ maxBodyBytes: limits.maxSubmitBytes } satisfies BodyRule)
  @UseGuards(PlanSizeGuard)
  @ApiOperation({ operationId: 'executeDirective', summary: 'Submit a directive, as `POST /api/v1/directives` does' })
  @Submits(404)
  async execute(
    @Body({ schema: SubmitDirective }) body: SubmitDirective,
    @Query({ schema: ExecuteQuery }) { planHash }: ExecuteQuery,
    @CurrentPrincipal() principal: Principal,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Headers('Idempotency-Key') idempotencyKey?: string,
    @Headers('traceparent') traceparent?: string,
  ): Promise<z.infer<typeof SubmitAccepted>> {
    const headers = { idempotencyKey, traceparent };
    return takeIn(headers, reply, async (origin) => this.ingress.submit({ body, principal, planHash, ...origin }));
  }

  @Allows('viewer')
  @Get('state')
  @ApiOperation({
    operationId: 'getOrchestratorState',
    summary: 'How it stands: shards and executors, workflows, the latest directives by state, the lines',
  })
  @ApiOkResponse({ standardSchema: OrchestratorState })
  @Problems()
  async state(@CurrentPrincipal() principal: Principal): Promise<OrchestratorState> {
    return this.inspector.look(principal);
  }
}
