import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import { ApproveHold, DenyHold, GrantList, HoldList, HoldView, ResolveHold, type Principal } from '#libs/contracts';
import { Allows } from './access.js';
import { ApprovalService } from '../approve/approval.service.js';
import { Problems } from './answers.js';
import { CurrentPrincipal } from './current-principal.js';
import { CursorSeal } from './cursor-seal.js';
import { GrantQuery, PlanQuery } from './page.query.js';

/** Tasks that wait for a human, and what humans answer. The id of a hold is `<directive id>.<task index>`. */
@ApiTags('approvals')
@Controller('api/v1')
export class ApprovalController {
  constructor(
    @Inject(ApprovalService) private readonly approvals: ApprovalService,
    @Inject(CursorSeal) private readonly cursors: CursorSeal,
  ) {}

  @Allows('viewer')
  @Get('approvals')
  @ApiOperation({ operationId: 'listHolds', summary: 'Tasks that wait for a human, the longest wait first' })
  @ApiOkResponse({ standardSchema: HoldList })
  @Problems(410)
  async list(
    @Query({ schema: PlanQuery }) query: PlanQuery,
    @CurrentPrincipal() principal: Principal,
  ): Promise<HoldList> {
    return this.cursors.turn(query, ['approvals', principal.tenant], async (page) =>
      this.approvals.list(principal, page),
    );
  }

  @Allows('viewer')
  @Get('approvals/:id')
  @ApiOperation({
    operationId: 'getHold',
    summary: 'One of them: what it would do, why somebody is asked, and the answer if there is one',
  })
  @ApiOkResponse({ standardSchema: HoldView })
  @Problems(404, 410)
  async show(@Param('id') id: string, @CurrentPrincipal() principal: Principal): Promise<HoldView> {
    return this.approvals.show(principal, id);
  }

  @Allows('approver')
  @Post('approvals/:id/approve')
  @HttpCode(200)
  @ApiOperation({ operationId: 'approveHold', summary: 'Let it start; with another input, or with others like it' })
  @ApiOkResponse({ standardSchema: HoldView })
  @Problems(403, 404, 409, 410, 413, 415, 422)
  async approve(
    @Param('id') id: string,
    @Body({ schema: ApproveHold }) body: ApproveHold,
    @CurrentPrincipal() principal: Principal,
  ): Promise<HoldView> {
    return this.approvals.approve(principal, id, body);
  }

  @Allows('approver')
  @Post('approvals/:id/deny')
  @HttpCode(200)
  @ApiOperation({ operationId: 'denyHold', summary: 'It fails, with the reason' })
  @ApiOkResponse({ standardSchema: HoldView })
  @Problems(403, 404, 409, 410, 413, 415)
  async deny(
    @Param('id') id: string,
    @Body({ schema: DenyHold }) { comment }: DenyHold,
    @CurrentPrincipal() principal: Principal,
  ): Promise<HoldView> {
    return this.approvals.deny(principal, id, comment);
  }

  @Allows('approver')
  @Post('approvals/:id/resolve')
  @HttpCode(204)
  @ApiOperation({
    operationId: 'resolveHold',
    summary: 'Say what became of an effect nobody knows, or give up a task the budget does not allow',
  })
  @ApiNoContentResponse()
  @Problems(403, 404, 409, 410, 413, 415, 422)
  async resolve(
    @Param('id') id: string,
    @Body({ schema: ResolveHold }) body: ResolveHold,
    @CurrentPrincipal() principal: Principal,
  ): Promise<void> {
    await this.approvals.resolve(principal, id, body);
  }

  @Allows('viewer')
  @Get('grants')
  @ApiOperation({ operationId: 'listGrants', summary: 'Actions that may go for a while without being asked for' })
  @ApiOkResponse({ standardSchema: GrantList })
  @Problems(404)
  async grants(
    @Query({ schema: GrantQuery }) { directive }: GrantQuery,
    @CurrentPrincipal() principal: Principal,
  ): Promise<z.infer<typeof GrantList>> {
    return { items: await this.approvals.listGrants(principal, directive) };
  }

  @Allows('approver')
  @Delete('grants/:action')
  @HttpCode(204)
  @ApiOperation({ operationId: 'revokeGrant', summary: 'Ask again from now on' })
  @ApiNoContentResponse()
  @Problems(403, 404, 413, 415)
  async revoke(
    @Param('action') action: string,
    @Query({ schema: GrantQuery }) { directive }: GrantQuery,
    @CurrentPrincipal() principal: Principal,
  ): Promise<void> {
    await this.approvals.revokeGrant(principal, action, directive);
  }
}
